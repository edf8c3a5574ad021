/** The file of simulated builds, in a real folder. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { crc32 } from "node:zlib";
import type { BuildDefinition } from "../../../server/src/core/build/definition.js";
import { recordBuild } from "../../../server/src/core/cache/record.js";
import { recordsIn } from "../../../server/src/core/cache/recordGraph.js";
import { addBuild, type BuildState, emptyState } from "../../../server/src/core/cache/state.js";
import type { FolderNode } from "../../../server/src/core/context/fileTree.js";
import type { FolderTexts } from "../../../server/src/core/context/folderText.js";
import { entriesBelow } from "../../../server/src/core/context/selection.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { readDocument, writeDocument } from "../../../server/src/host/stateDocument.js";
import { openStateStore } from "../../../server/src/host/stateStore.js";
import { isThorough } from "../../support/thorough.js";
import { analysisOf, builders } from "../analysis/support.js";
import { runCli } from "../cli/support/runCli.js";

const fileName = "simulated-builds.json";

/** The newest generation. */
function newestFile(folder: string): string {
  const numberOf = (name: string) => Number(/\.(\d+)\.json$/.exec(name)?.[1] ?? 0);
  const names = readdirSync(folder).filter((name) => /^simulated-builds(\.\d+)?\.json$/.test(name));
  const [newest = ""] = names.sort((a, b) => numberOf(b) - numberOf(a));
  return path.join(folder, newest);
}

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), "stratacast-store-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return path.join(folder, "not", "there", "yet");
}

let builds = 0;

function bytesOf(state: BuildState, before: FolderTexts | null = null): Buffer {
  return Buffer.concat(writeDocument(state, sha256, before));
}

/** A build of a Dockerfile of this name. */
function buildOf(dockerfile: string, command = "echo hi", files = { a: "a" }) {
  const { graph, keys, input } = analysisOf({
    text: `FROM alpine\nCOPY a /a\nRUN ${command}`,
    files,
  });
  const tree = input.context?.tree ?? null;
  const definition: BuildDefinition = {
    ...graph.definition,
    dockerfile: { kind: "file", path: dockerfile },
    context: { kind: "path", folder: `/${dockerfile}` },
  };
  return recordBuild({
    graph: { ...graph, definition },
    keys,
    tree,
    digest: sha256,
    at: ++builds,
  });
}

/** With all that is in its folders, whether somebody has looked into them or not. */
function plain({ manifests, transfers, ...rest }: BuildState) {
  const inside = (root: FolderNode) =>
    [...entriesBelow(root, "", "")].map(({ path: at, node }) =>
      node.kind === "directory" ? [at, node.mode, node.entryCount, node.bytes] : [at, node],
    );
  return {
    ...rest,
    manifests: [...manifests].map(([name, { root, through }]) => [name, inside(root), through]),
    transfers: [...transfers].map(([name, sent]) => [name, inside(sent)]),
  };
}

function names(state: { readonly builds: readonly { readonly dockerfile: string }[] }) {
  return state.builds.map(({ dockerfile }) => dockerfile);
}

test("a build is there for the next window, in private files and nothing else", async (t) => {
  const folder = temporaryFolder(t);
  const first = openStateStore(folder);
  assert.deepEqual(await first.add(buildOf("A")), { ok: true, value: null });
  assert.deepEqual(readdirSync(folder).sort(), ["salt", fileName]);
  for (const name of readdirSync(folder))
    assert.equal(statSync(path.join(folder, name)).mode & 0o077, 0, name);
  const second = openStateStore(folder);
  assert.deepEqual(names(second.state), [], "nothing is read before it is asked for");
  assert.deepEqual(await second.refresh(), { ok: true, value: null });
  assert.deepEqual(names(second.state), ["A"]);
  assert.deepEqual(plain(second.state), plain(first.state));
});

test("two windows share one file: neither loses what the other adds", async (t) => {
  const folder = temporaryFolder(t);
  const one = openStateStore(folder);
  const two = openStateStore(folder);
  const adding = [1, 2, 3, 4].flatMap((n) => [
    one.add(buildOf(`one ${n}`)),
    two.add(buildOf(`two ${n}`)),
  ]);
  for (const added of await Promise.all(adding)) assert.deepEqual(added, { ok: true, value: null });
  await one.refresh();
  await two.refresh();
  assert.equal(one.state.builds.length, 8);
  assert.deepEqual(names(two.state), names(one.state));
  assert.deepEqual(readdirSync(folder).sort(), [
    "salt",
    "simulated-builds.6.json",
    "simulated-builds.7.json",
  ]);
});

test("a reader never meets a file that is half written", async (t) => {
  const folder = temporaryFolder(t);
  const store = openStateStore(folder);
  await store.add(buildOf("first"));
  let done = false;
  const writing = (async () => {
    for (let n = 0; n < (isThorough ? 15 : 5); n++) await store.add(buildOf(`D${n}`));
    done = true;
  })();
  while (!done) {
    const { read } = readDocument(readFileSync(newestFile(folder)), store.digest);
    assert.equal(read.kind, "read");
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writing;
});

test("a damaged file is set aside with a sentence, and work goes on", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(folder, { recursive: true });
  for (const damage of ["", "{", "null", "[]", '{"stratacast":"simulated builds"}', "\0\0"]) {
    writeFileSync(path.join(folder, fileName), damage);
    const store = openStateStore(folder);
    const read = await store.refresh();
    assert.ok(read.ok && read.value !== null, JSON.stringify(damage));
    assert.match(
      read.value,
      /damaged and has been set aside as simulated-builds\.damaged-.*\.json/,
    );
    const aside = /set aside as (\S+):/.exec(read.value)?.[1] ?? "";
    assert.equal(readFileSync(path.join(folder, aside), "utf8"), damage);
    assert.ok(!existsSync(path.join(folder, fileName)));
    assert.deepEqual(await store.add(buildOf("A")), { ok: true, value: null });
    for (const name of readdirSync(folder)) if (name !== "salt") rmSync(path.join(folder, name));
  }
});

test("a byte that changed anywhere is noticed, or changes nothing", async (t) => {
  const folder = temporaryFolder(t);
  const store = openStateStore(folder);
  await store.add(buildOf("A"));
  const whole = readFileSync(path.join(folder, fileName));
  const state = plain(store.state);
  const lines = whole.indexOf('"folders"');
  assert.ok(lines > 0);
  for (let at = lines; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    const { read } = readDocument(damaged, store.digest);
    if (read.kind === "read") assert.deepEqual(plain(read.state), state);
  }
  for (let length = 0; length < whole.length; length += 7)
    assert.equal(readDocument(whole.subarray(0, length), store.digest).read.kind, "damaged");
});

test("lines of folders that lie, double or go in circles are read to an end, and followed by a whole document", async (t) => {
  const folder = temporaryFolder(t);
  const store = openStateStore(folder);
  const files = { a: "a", "d/b": "b", "d/e/c": "c" };
  await store.add(buildOf("A", "echo hi\nCOPY . /all", files));
  const whole = readFileSync(path.join(folder, fileName), "utf8");
  const opening = ',\n"folders":{\n';
  const [head = "", rest = ""] = whole.split(opening);
  const lines = rest.slice(0, -"\n}}\n".length).split(",\n");
  const nameOf = (line: string) => line.slice(1, 33);
  /** The line with other folders below its own. */
  const above = (line: string, below: readonly string[]) =>
    line.slice(0, 36) + below.join(",") + line.slice(36).replace(/^[0-9a-f,]*/, "");
  const all = lines.map(nameOf);
  const doubles = Array.from({ length: 60 }, (_, n) => n.toString(16).padStart(32, "0"));
  const lying: Readonly<Record<string, readonly string[]>> = {
    exchanged: lines.map((line, at) => line.slice(0, 35) + lines.at(at - 1)?.slice(35)),
    circles: lines.map((line) => above(line, [nameOf(line)])),
    "all below all": lines.map((line) => above(line, all)),
    doubling: [
      ...lines.map((line) => above(line, doubles.slice(0, 1))),
      ...doubles.map(
        (name, at) =>
          `"${name}":"${doubles
            .slice(at + 1, at + 2)
            .flatMap((next) => [next, next])
            .join(",")}/d/493/1/1/1/0/1/d"`,
      ),
    ],
    empty: ["", ...lines, "", "x"],
  };
  assert.ok(lines.length > 1, "there is something to lie about");
  const readAll: string[] = [];
  for (const [what, told] of Object.entries(lying)) {
    const written = told.join(",\n");
    const check = JSON.stringify({ ...JSON.parse(`${head}}`), check: crc32(written) }).slice(0, -1);
    const bytes = Buffer.from(`${check}${opening}${written}\n}}\n`);
    const { read, texts } = readDocument(bytes, store.digest);
    if (read.kind !== "read") continue;
    readAll.push(what);
    plain(read.state);
    const next = Buffer.concat(writeDocument(read.state, store.digest, texts));
    assert.equal(readDocument(next, store.digest).read.kind, "read", what);
  }
  assert.deepEqual(readAll, Object.keys(lying));
});

test("a file that is damaged under an open window loses its last build alone", async (t) => {
  const folder = temporaryFolder(t);
  const store = openStateStore(folder);
  for (const name of ["A", "B"]) await store.add(buildOf(name));
  writeFileSync(newestFile(folder), "damaged");
  const added = await store.add(buildOf("C"));
  assert.ok(added.ok && added.value !== null);
  assert.match(added.value, /set aside as .*: the one before it is used\.$/);
  assert.deepEqual(names(store.state), ["A", "C"]);
});

test("what was set aside is kept, but not all of it for ever", async (t) => {
  const folder = temporaryFolder(t);
  const store = openStateStore(folder);
  for (let n = 0; n < 6; n++) {
    await store.add(buildOf(`D${n}`));
    writeFileSync(newestFile(folder), `damaged ${n}`);
    await store.refresh();
  }
  await store.add(buildOf("last"));
  const aside = readdirSync(folder).filter((name) => name.includes("damaged"));
  assert.equal(aside.length, 3);
  assert.ok(aside.some((name) => readFileSync(path.join(folder, name), "utf8") === "damaged 5"));
});

test("builds of another version are set aside, not compared with", async (t) => {
  const folder = temporaryFolder(t);
  const store = openStateStore(folder);
  await store.add(buildOf("A"));
  const file = path.join(folder, fileName);
  writeFileSync(file, readFileSync(file, "utf8").replace(/"model":\d+/, '"model":999'));
  const read = await store.refresh();
  assert.ok(read.ok && read.value !== null);
  assert.match(read.value, /another version .* set aside as simulated-builds\.other-model-/);
  assert.deepEqual(names(store.state), []);
});

test("a file that another window removed is as good as none", async (t) => {
  const folder = temporaryFolder(t);
  const store = openStateStore(folder);
  await store.add(buildOf("A"));
  rmSync(folder, { recursive: true });
  assert.deepEqual(await store.refresh(), { ok: true, value: null });
  assert.deepEqual(names(store.state), []);
});

test("forgetting empties the file and counts what it held", async (t) => {
  const folder = temporaryFolder(t);
  const store = openStateStore(folder);
  await store.add(buildOf("A"));
  await store.add(buildOf("B"));
  await store.add(buildOf("B", "echo other"));
  assert.deepEqual(await store.forget(), { ok: true, value: 2 });
  const other = openStateStore(folder);
  await other.refresh();
  assert.deepEqual(other.state.builds.length + recordsIn(other.state.records).size, 0);
  assert.equal(readdirSync(folder).length, 2, "no earlier generation has them either");
});

test("a folder that cannot be written is a value, not an exception", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(path.dirname(folder), { recursive: true });
  writeFileSync(folder, "a file stands where the folder should be");
  const added = await openStateStore(folder).add(buildOf("A"));
  assert.ok(!added.ok);
  assert.match(added.error.code, /^E/);
});

test("without a folder builds are kept in memory", async () => {
  const store = openStateStore(null);
  await store.add(buildOf("A"));
  assert.deepEqual(names(store.state), ["A"]);
  assert.deepEqual(await store.forget(), { ok: true, value: 1 });
});

test("the state is bounded: old builds, records and file lists go first", () => {
  let state = emptyState;
  for (let n = 0; n < 100; n++) {
    state = addBuild(state, buildOf(`D${n}`, `echo ${n}`, { a: `${n}` }), sha256);
  }
  assert.equal(state.builds.length, 60);
  assert.equal(state.builds[0]?.dockerfile, "D40");
  const needed = new Set(
    state.builds.flatMap(({ steps }) => steps.map(({ manifest }) => manifest)),
  );
  assert.deepEqual(
    [...state.manifests.keys()].filter((name) => !needed.has(name)),
    [],
  );
  const many = Array.from({ length: 30_000 }, (_, n) => ({ definition: `${n}`, inputs: [] }));
  state = addBuild(state, { ...buildOf("last"), records: many }, sha256);
  const kept = [...recordsIn(state.records).keys()];
  assert.equal(kept.length, 20_000);
  assert.equal(kept.at(-1)?.definition, "29999", "the newest stay");
});

test("what is written is read back, and holds no value of a variable", () => {
  for (const builder of builders) {
    const text =
      "FROM alpine\nARG TOKEN=hunter2\nENV PASSWORD=swordfish\nCOPY a /a\nRUN echo $TOKEN";
    const { graph, keys, input } = analysisOf({
      text,
      builder,
      files: { a: "a" },
      buildArgs: { TOKEN: "xyzzy123" },
    });
    const state = addBuild(
      emptyState,
      recordBuild({ graph, keys, tree: input.context?.tree ?? null, at: 1, digest: sha256 }),
      sha256,
    );
    const written = bytesOf(state);
    const { read, texts } = readDocument(written, sha256);
    assert.equal(read.kind, "read");
    assert.deepEqual(plain(read.state), plain(state));
    assert.deepEqual(bytesOf(read.state), written);
    assert.deepEqual(bytesOf(read.state, texts), written);
    assert.deepEqual(bytesOf(state, texts), written);
    assert.doesNotMatch(written.toString(), /hunter2|swordfish|xyzzy123/);
    // Earlier versions wrote the same in one line, and nothing to check it by.
    const { check, ...earlier } = JSON.parse(written.toString());
    assert.equal(typeof check, "number");
    const { read: inOneLine } = readDocument(Buffer.from(JSON.stringify(earlier)), sha256);
    assert.equal(inOneLine.kind, "read");
    assert.deepEqual(plain(inOneLine.state), plain(state));
  }
});

/** What the simulated builds of a folder hold that looks like a digest. */
function digestsIn(text: string): ReadonlySet<string> {
  return new Set(text.match(/\b(?:[0-9a-f]{64}|[0-9a-f]{16})\b/g));
}

test("no digest of a build is found by one who knows the build and not the salt", async (t) => {
  const text = "FROM a\nARG PIN=1234\nENV CODE=5678\nCOPY <<E /e\n$PIN\nE\nRUN echo $PIN $CODE\n";
  const project = temporaryFolder(t);
  mkdirSync(project, { recursive: true });
  writeFileSync(path.join(project, "Dockerfile"), `${text}COPY Dockerfile /d\n`);
  const states = [temporaryFolder(t), temporaryFolder(t)];
  for (const state of states) {
    const simulate = () => runCli(["simulate", "--state", state, "."], { cwd: project });
    assert.match((await simulate()).out, /^3 steps to build/m);
    assert.match((await simulate()).out, /^All 3 cached/m, "they are compared all the same");
  }
  const [one = "", other = ""] = states.map((state) => readFileSync(newestFile(state), "utf8"));
  const { graph, keys, input } = analysisOf({ text: `${text}RUN other\n` });
  const build = recordBuild({ graph, keys, tree: null, at: 1, digest: input.digest });
  const plainOnes = String(bytesOf(addBuild(emptyState, build, sha256)));
  assert.ok(digestsIn(one).size > 20);
  assert.ok(digestsIn(plainOnes).size > 15);
  for (const known of [other, plainOnes])
    assert.deepEqual(
      [...digestsIn(one)].filter((digest) => digestsIn(known).has(digest)),
      [],
    );
});

test("a salt that is lost or damaged: one sentence, and all begins anew", async (t) => {
  for (const damage of ["gone", "short", "folder", "link", "pipe"] as const) {
    const folder = temporaryFolder(t);
    await openStateStore(folder).add(buildOf("A"));
    const salt = path.join(folder, "salt");
    rmSync(salt);
    if (damage === "short") writeFileSync(salt, "abc");
    if (damage === "folder") mkdirSync(salt);
    if (damage === "link") symlinkSync("/dev/zero", salt);
    if (damage === "pipe") execFileSync("mkfifo", [salt]);
    const store = openStateStore(folder);
    const read = await store.refresh();
    assert.ok(read.ok && read.value !== null, damage);
    assert.match(
      read.value,
      /lack the salt .* set aside as simulated-builds\.other-salt-\d+\.json/,
    );
    assert.deepEqual(await store.add(buildOf("B")), { ok: true, value: null });
    const next = openStateStore(folder);
    assert.deepEqual(await next.refresh(), { ok: true, value: null });
    assert.deepEqual(names(next.state), ["B"]);
  }
});

test("a folder that is removed under an open window is made again with its salt", async (t) => {
  const folder = temporaryFolder(t);
  const store = openStateStore(folder);
  await store.add(buildOf("A"));
  rmSync(folder, { recursive: true });
  assert.deepEqual(await store.add(buildOf("B")), { ok: true, value: null });
  const next = openStateStore(folder);
  assert.deepEqual(await next.refresh(), { ok: true, value: null });
  assert.deepEqual(names(next.state), ["B"]);
  rmSync(folder, { recursive: true });
  await openStateStore(folder).add(buildOf("C"));
  const late = await store.add(buildOf("D"));
  assert.ok(!late.ok);
  assert.match(late.error.message, /salt" is another one/);
});
