/** Several real processes share the simulated builds: whatever becomes of them, nothing is lost. */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { recordsIn } from "../../../server/src/core/cache/recordGraph.js";
import { openStateStore } from "../../../server/src/host/stateStore.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { isThorough } from "../../support/thorough.js";
import { runCli } from "../cli/support/runCli.js";

const program = fileURLToPath(new URL("../../stateWriter.mjs", import.meta.url));
const posixOnly = process.platform === "win32" ? { skip: "needs signals, links and pipes" } : {};
const file = "simulated-builds.json";

/** So many at once, and so many killed: STRATACAST_WRITERS and STRATACAST_KILLS ask for more, which takes minutes. */
const crowd = Number(process.env["STRATACAST_WRITERS"]) || (isThorough ? 70 : 50);
const kills = Number(process.env["STRATACAST_KILLS"]) || (isThorough ? 50 : 45);

/** What stays in the folder. */
const isKept = /^(?:salt|simulated-builds\.\d+\.json)$/;

interface Writer {
  readonly child: ChildProcess;
  /** What it has said that is kept. */
  readonly kept: () => readonly string[];
  readonly ended: Promise<unknown>;
}

function startWriter(...words: readonly string[]): Writer {
  const child = spawn(process.execPath, [program, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  child.stdout.on("data", (data: Buffer) => {
    out += data.toString();
  });
  return {
    child,
    kept: () => out.split("\n").slice(0, -1),
    ended: once(child, "close"),
  };
}

/** The builds and records that are there now. */
async function keptIn(folder: string) {
  const store = openStateStore(folder);
  assert.deepEqual(await store.refresh(), { ok: true, value: null });
  return {
    builds: new Set(store.state.builds.map(({ dockerfile }) => dockerfile)),
    records: new Set([...recordsIn(store.state.records).keys()].map((one) => one.definition)),
  };
}

/** Records one build in this process; gives how long it took, in milliseconds. */
async function addOne(folder: string, name: string): Promise<number> {
  const writer = startWriter(folder, name);
  const start = performance.now();
  await writer.ended;
  assert.deepEqual(writer.kept(), [`${name} 0`]);
  return performance.now() - start;
}

test(`${crowd} processes at once: each build is kept`, posixOnly, async (t) => {
  const folder = temporaryFolder(t);
  const writers = Array.from({ length: crowd }, (_, n) => startWriter(folder, `writer ${n}`));
  await Promise.all(writers.map(({ ended }) => ended));
  const { builds, records } = await keptIn(folder);
  const missing = writers.flatMap((writer, n) => {
    assert.deepEqual(writer.kept(), [`writer ${n} 0`]);
    return records.has(`writer ${n} 0`) ? [] : [n];
  });
  assert.deepEqual(missing, []);
  assert.equal(builds.size, Math.min(crowd, 60), "as many builds as are kept");
  const left = readdirSync(folder).filter((name) => !isKept.test(name));
  assert.deepEqual(left, [], "no lock and nothing unfinished");
});

test("processes that are killed anywhere lose nothing and leave little", posixOnly, async (t) => {
  const folder = temporaryFolder(t);
  const said: string[] = [];
  for (let n = 0; n < kills; n += 3) {
    const writers = [n, n + 1, n + 2].map((one) => startWriter(folder, `writer ${one}`, "100000"));
    await Promise.all(
      writers.map(async ({ child, ended }, at) => {
        await once(child.stdout ?? child, "data");
        await new Promise((resolve) => setTimeout(resolve, 7 * at + (n % 10)));
        child.kill("SIGKILL");
        await ended;
      }),
    );
    for (const { kept } of writers) said.push(...kept());
  }
  await addOne(folder, "after all");
  const { records } = await keptIn(folder);
  assert.ok(said.length >= 45);
  assert.deepEqual(
    said.filter((name) => !records.has(name)),
    [],
  );
  const left = readdirSync(folder).filter((name) => !isKept.test(name));
  assert.deepEqual(left, []);
});

test(
  "a suspended holder of the lock is passed over, and loses nothing of others",
  posixOnly,
  async (t) => {
    const folder = temporaryFolder(t);
    const holder = startWriter(folder, "holder", "hold");
    t.after(() => holder.child.kill("SIGKILL"));
    await once(holder.child.stdout ?? holder.child, "data");
    holder.child.kill("SIGSTOP");
    assert.ok((await addOne(folder, "first")) < 2_000 + startTime);
    holder.child.kill("SIGCONT");
    await addOne(folder, "second");
    assert.deepEqual([...(await keptIn(folder)).builds], ["first 0", "second 0"]);
  },
);

test("a writer that is suspended anywhere goes on from what others wrote", posixOnly, async (t) => {
  const folder = temporaryFolder(t);
  const sleeper = startWriter(folder, "sleeper", "100000");
  t.after(() => sleeper.child.kill("SIGKILL"));
  await once(sleeper.child.stdout ?? sleeper.child, "data");
  const others: string[] = [];
  for (let n = 0; n < 5; n++) {
    sleeper.child.kill("SIGSTOP");
    await addOne(folder, `other ${n}`);
    others.push(`other ${n} 0`);
    sleeper.child.kill("SIGCONT");
    await new Promise((resolve) => setTimeout(resolve, 11 + n));
  }
  sleeper.child.kill("SIGKILL");
  await sleeper.ended;
  const { records } = await keptIn(folder);
  assert.deepEqual(
    [...others, ...sleeper.kept()].filter((name) => !records.has(name)),
    [],
  );
});

/** What a process needs to start on a busy machine. Milliseconds. */
const startTime = 3_000;

const locks: Readonly<Record<string, (lock: string, t: TestContext) => void>> = {
  "of a process that is gone": (lock) => writeFileSync(lock, "999999999 abc"),
  "of an older version": (lock) => writeFileSync(lock, ""),
  "from the future": (lock) => {
    writeFileSync(lock, "1 abc");
    const later = new Date(Date.now() + 1e9);
    utimesSync(lock, later, later);
  },
  "that is a dangling link": (lock) => symlinkSync("nowhere", lock),
  "that is a pipe": (lock) => execFileSync("mkfifo", [lock]),
  "that is a folder": (lock) => mkdirSync(lock),
};

for (const [which, plant] of Object.entries(locks)) {
  test(`a lock ${which} stops nobody`, posixOnly, async (t) => {
    const folder = temporaryFolder(t);
    plant(path.join(folder, `${file}.lock`), t);
    const start = performance.now();
    await addOne(folder, "A");
    assert.ok(performance.now() - start < 2_000 + startTime);
    assert.deepEqual([...(await keptIn(folder)).builds], ["A 0"]);
  });
}

test("what else lies in the folder stays, however old it is", async (t) => {
  const folder = temporaryFolder(t);
  await addOne(folder, "A");
  const others = ["thesis.txt", "read-files.bin", "recorded-builds.1.json", "notes.0123abcd.new"];
  const unfinished = "simulated-builds.0123abcd.new";
  for (const name of [...others, unfinished]) writeFileSync(path.join(folder, name), "kept");
  const before = new Date(Date.now() - 7_200_000);
  for (const name of readdirSync(folder)) utimesSync(path.join(folder, name), before, before);
  await addOne(folder, "B");
  const left = readdirSync(folder);
  assert.deepEqual(
    others.filter((name) => !left.includes(name)),
    [],
  );
  assert.ok(left.includes("salt") && !left.includes(unfinished));
  assert.deepEqual([...(await keptIn(folder)).builds].sort(), ["A 0", "B 0"]);
});

const traps: Readonly<Record<string, (file: string) => void>> = {
  "a dangling link": (at) => symlinkSync("nowhere", at),
  "a link to a device without an end": (at) => symlinkSync("/dev/zero", at),
  "a pipe": (at) => execFileSync("mkfifo", [at]),
  "a folder": (at) => mkdirSync(at),
  "a file of 600 MB": (at) => {
    writeFileSync(at, "");
    truncateSync(at, 600_000_000);
  },
};

for (const [name, plant] of Object.entries(traps)) {
  test(
    `in the place of the simulated builds, ${name}: one word, and all goes on`,
    posixOnly,
    async (t) => {
      const project = temporaryFolder(t, { Dockerfile: "FROM scratch\nCOPY a /\n", a: "a" });
      const state = temporaryFolder(t);
      plant(path.join(state, file));
      const run = () => runCli(["simulate", "--state", state, "."], { cwd: project });
      const first = await run();
      assert.equal(first.code, 0);
      assert.match(first.out, /^2 +builds/m);
      assert.equal(first.err.length, 1);
      assert.match(first.err[0] ?? "", /set aside as simulated-builds\.damaged-\d+\.json/);
      const aside = readdirSync(state).find((one) => one.includes("damaged")) ?? "";
      assert.ok(lstatSync(path.join(state, aside)), "nothing is thrown away");
      const second = await run();
      assert.deepEqual([second.code, second.err], [0, []]);
      assert.match(second.out, /^2 +cached/m);
    },
  );
}

test("builds that may not be read: the forecast, one line, and they stay", posixOnly, async (t) => {
  if (process.getuid?.() === 0) return t.skip("root may read everything");
  const project = temporaryFolder(t, { Dockerfile: "FROM scratch\nCOPY a /\n", a: "a" });
  const state = temporaryFolder(t);
  writeFileSync(path.join(state, file), "of somebody else", { mode: 0 });
  const { code, out, err } = await runCli(["simulate", "--state", state, "."], { cwd: project });
  assert.equal(code, 2);
  assert.match(out, /^2 +builds/m);
  assert.equal(err.length, 1);
  assert.match(err[0] ?? "", /simulated-builds\.json.*permission denied/i);
  assert.deepEqual(
    readdirSync(state).filter((name) => name.startsWith("simulated")),
    [file],
  );
});

test("a full disk: the forecast and one line, and what was kept stays", posixOnly, async (t) => {
  const folder = temporaryFolder(t, { "p/Dockerfile": "FROM scratch\nCOPY a /\n", "p/a": "a" });
  const cli = fileURLToPath(new URL("../../../../dist/cli.mjs", import.meta.url));
  const script = `mount -t tmpfs -o size=64k tmpfs "$0" && cd "$0" && head -c 65536 /dev/zero > fill
    "$1" "$2" simulate --state "$0/state" "$3"; echo "code $?"; ls "$0/state"`;
  const disk = path.join(folder, "disk");
  mkdirSync(disk);
  const args = ["-rm", "sh", "-c", script, disk, process.execPath, cli, path.join(folder, "p")];
  const child = spawn("unshare", args, { stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (data: Buffer) => {
    out += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    err += data.toString();
  });
  child.on("error", () => undefined);
  await once(child, "close");
  if (!out.includes("code ")) return t.skip("no file system can be mounted here");
  assert.match(out, /^2 +builds/m);
  assert.match(out, /^code 2$/m);
  assert.match(err, /^stratacast simulate: .*ENOSPC.*\n$/);
  assert.doesNotMatch(out, /\.new|\.lock/, "nothing half written is left");
});
