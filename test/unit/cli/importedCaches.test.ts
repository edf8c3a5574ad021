/** `--against cache:…` and `--cache-from`: what a builder takes of a cache that was exported. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { gitEnvironment } from "../../support/gitEnvironment.js";
import { startRegistry } from "../../support/registryServer.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import {
  configType,
  type Exported,
  recordsOf,
  sha,
  writeCache,
} from "../../support/writtenCache.js";
import { runCli } from "./support/runCli.js";

const files = {
  Dockerfile: "FROM scratch\nCOPY a /a\nCOPY b /b\nWORKDIR /w\nCOPY a ./c\n",
  a: "a",
  b: "b",
};

async function simulated(
  folder: string,
  ...words: readonly string[]
): Promise<{ readonly json: SimulationJson; readonly err: readonly string[] }> {
  const own = ["--dry-run", "--format=json", "--platform=linux/amd64"];
  const run = await runCli(["simulate", ...own, ...words, "."], { cwd: folder });
  assert.equal(run.code, 0, run.err.join("\n"));
  return { json: JSON.parse(run.out) as SimulationJson, err: run.err }; // the schema test checks it
}

/** @param words of the build that was exported */
async function exported(
  folder: string,
  words: readonly string[] = [],
  base: readonly Exported[] = [],
  mode: "min" | "max" = "max",
): Promise<readonly Exported[]> {
  return recordsOf((await simulated(folder, "--exact", ...words)).json, base, mode);
}

function predictions({ steps }: SimulationJson): readonly (readonly [number, string | null])[] {
  return steps.flatMap(({ line, prediction, cause }) =>
    prediction === null
      ? []
      : [[line, prediction === "hit" ? "hit" : (cause?.code ?? null)] as const],
  );
}

const allHit = [2, 3, 4, 5].map((line) => [line, "hit"] as const);

test("what was exported is cached, and what changed since says how", async (t) => {
  const folder = temporaryFolder(t, files);
  const beside = temporaryFolder(t);
  writeCache(beside, { records: await exported(folder) });
  const against = [`--against=cache:${beside}`];
  const told = async () => predictions((await simulated(folder, ...against)).json);
  assert.deepEqual(await told(), allHit);
  writeIn(folder, "b", "c");
  const after = [
    [2, "hit"],
    [3, "not-exported"],
    [4, "earlier-step"],
    [5, "earlier-step"],
  ];
  assert.deepEqual(await told(), after);
  const { json } = await simulated(folder, ...against);
  assert.equal(
    json.steps[2]?.cause?.message,
    "The exported cache has this step only with other files.",
  );
  assert.deepEqual(json.baseline, { kind: "export", label: beside, at: null });
  writeIn(folder, "b", "b");
  writeIn(folder, "Dockerfile", files.Dockerfile.replace("./c", "./d"));
  const edited = await simulated(folder, ...against);
  assert.deepEqual(predictions(edited.json), [...allHit.slice(0, 3), [5, "not-exported"]]);
  const text = await runCli(["simulate", "--dry-run", ...against, "."], { cwd: folder });
  assert.match(text.out, /↳ The exported cache has no such step: none with these words/);
  assert.match(text.out, /Compared with the cache that was exported: /);
  assert.match(text.out, /^3 cached.*rebuilds: not in the exported cache \(line 5\)\.$/m);
});

test("of mode=min the end is found, and nothing in the middle that has to be made again", async (t) => {
  const folder = temporaryFolder(t, files);
  const beside = temporaryFolder(t);
  writeCache(beside, await exported(folder, [], [], "min").then((records) => ({ records })));
  const told = async () => predictions((await simulated(folder, `--against=cache:${beside}`)).json);
  assert.deepEqual(await told(), allHit);
  writeIn(folder, "Dockerfile", files.Dockerfile.replace("./c", "./d"));
  assert.deepEqual(
    (await told()).map(([, how]) => how),
    ["not-exported", "not-exported", "not-exported", "not-exported"],
  );
});

test("caches are united, one of them with what the builder has itself", async (t) => {
  const folder = temporaryFolder(t, files);
  const [first, second] = [temporaryFolder(t), temporaryFolder(t)];
  writeCache(first, { records: (await exported(folder)).slice(0, 2) });
  writeCache(second, { records: await exported(folder) }, "other");
  const words = [`--against=cache:${first}`, `--against=cache:type=local,src=${second},tag=other`];
  assert.deepEqual(predictions((await simulated(folder, ...words)).json), allHit);
  assert.notDeepEqual(predictions((await simulated(folder, words[0] ?? "")).json), allHit);
  const state = ["--state", path.join(temporaryFolder(t), "state")];
  await runCli(["simulate", ...state, "."], { cwd: folder });
  const both = ["--against=last", words[0] ?? "", ...state];
  assert.deepEqual(predictions((await simulated(folder, ...both)).json), allHit);
});

test("the caches that the build itself imports count by one word", async (t) => {
  const folder = temporaryFolder(t, {
    ...files,
    "compose.yaml": `services:
  app:
    build:
      context: .
      cache_from: ["type=local,src=gone", "type=local,src=cache"]
  bare:
    build: .
`,
    ".dockerignore": "cache\n",
  });
  writeCache(path.join(folder, "cache"), { records: await exported(folder) });
  const told = (build: string) =>
    runCli(
      [
        ...["simulate", "--dry-run", "--format=json", "--platform=linux/amd64"],
        ...["--against=cache:", `--build=compose:${build}`],
      ],
      { cwd: folder },
    );
  const { out, err, code } = await told("app");
  assert.equal(code, 0, err.join("\n"));
  assert.deepEqual(predictions(JSON.parse(out) as SimulationJson), allHit); // the schema test checks it
  assert.deepEqual(err, ["stratacast: --cache-from type=local,src=gone: no such folder"]);
  const bare = await told("bare");
  assert.equal(bare.code, 2);
  assert.match(bare.err[0] ?? "", /the build names no cache that it imports/);
  rmSync(path.join(folder, "cache"), { recursive: true });
  const lost = await told("app");
  assert.equal(lost.code, 2);
  assert.match(lost.err.at(-1) ?? "", /no cache that the build imports can be looked at/);
});

test("modes are those of a checkout where that is said", async (t) => {
  const folder = temporaryFolder(t, files);
  const beside = temporaryFolder(t);
  writeCache(beside, { records: await exported(folder, ["--as=checkout"]) });
  chmodSync(path.join(folder, "a"), 0o600);
  const told = async (place: string) =>
    predictions((await simulated(folder, `--against=cache:${beside}`, `--as=${place}`)).json);
  assert.deepEqual(await told("checkout"), allHit);
  assert.equal((await told("worktree"))[0]?.[1], "not-exported");
});

test("what git does not track is no part of a checkout", async (t) => {
  const folder = temporaryFolder(t, {
    ...files,
    Dockerfile: "FROM scratch\nCOPY . /all\n",
    ".dockerignore": ".git\n",
  });
  const beside = temporaryFolder(t);
  const git = (...words: readonly string[]) =>
    execFileSync("git", words, { cwd: folder, env: gitEnvironment(beside), stdio: "ignore" });
  git("init");
  git("add", ".");
  git("commit", "-m", "all");
  writeCache(beside, { records: await exported(folder, ["--as=checkout"]) });
  writeIn(folder, "notes/own.txt", "mine");
  chmodSync(path.join(folder, "a"), 0o664);
  const told = async (place: string) =>
    (await simulated(folder, `--against=cache:${beside}`, `--as=${place}`)).json.summary;
  assert.deepEqual(await told("checkout"), { hit: 1, miss: 0, unknown: 0 });
  assert.deepEqual(await told("worktree"), { hit: 0, miss: 1, unknown: 0 });
  writeIn(folder, "a", "b");
  assert.deepEqual(await told("checkout"), { hit: 0, miss: 1, unknown: 0 });
});

test("a cache of another version of the builder is named", async (t) => {
  const folder = temporaryFolder(t, {
    a: "a",
    Dockerfile: "FROM scratch\nCOPY --chown=5:6 a /a\n",
  });
  const beside = temporaryFolder(t);
  writeCache(beside, { records: await exported(folder, ["--builder-version=0.13"]) });
  const against = `--against=cache:${beside}`;
  const { json, err } = await simulated(folder, against);
  assert.deepEqual(json.summary, { hit: 0, miss: 1, unknown: 0 });
  assert.equal(err.length, 1);
  assert.match(
    err[0] ?? "",
    /seems to be of BuildKit 0\.13, which writes keys otherwise than 28\.5/,
  );
  const same = await simulated(folder, against, "--builder-version=0.15");
  assert.deepEqual([same.json.summary.hit, same.err], [1, []]);
});

test("a registry is asked where --resolve says so, for its caches and for what images bring along", async (t) => {
  const registry = await startRegistry(t);
  const from = `FROM ${registry.host}/app:1\n`;
  const folder = temporaryFolder(t, { ...files, Dockerfile: `${from}COPY a /a\nRUN one\n` });
  const image = registry.image({ Env: ["A=1"] }, "1");
  const look = ["--resolve=registry"];
  const named = sha(JSON.stringify({ Digest: image, OS: "linux", Arch: "amd64" }));
  const base = { digest: sha(`${sha(`buildkit.source.v0:${named}`)}@0`) };
  const records = await exported(folder, look, [base]);
  const config = registry.blob(JSON.stringify({ records }));
  const described = { mediaType: configType, digest: config, size: 10 };
  registry.manifest({ manifests: [described] }, "cache");
  const inline = Buffer.from(JSON.stringify(records)).toString("base64");
  const carrying = registry.blob(JSON.stringify({ "moby.buildkit.cache.v0": inline }));
  registry.manifest({ config: { digest: carrying, size: 10 }, layers: [] }, "inline");
  const expected = [
    [2, "hit"],
    [3, "hit"],
  ];
  for (const tag of ["cache", "inline"]) {
    const ref = `${registry.host}/app:${tag}`;
    for (const words of [[`--against=cache:type=registry,ref=${ref}`], ["--cache-from", ref]])
      assert.deepEqual(
        predictions((await simulated(folder, ...look, ...words)).json),
        expected,
        tag,
      );
    registry.asked.length = 0;
    const { json, err } = await simulated(folder, "--cache-from", ref);
    assert.deepEqual(registry.asked, [], "no connection");
    assert.deepEqual(err, [
      `stratacast: --cache-from ${ref}: not looked at: --resolve registry asks for it`,
    ]);
    assert.equal(json.summary.hit, 0);
  }
});

test("without the base nobody knows what is cached on it, and that is said", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: "FROM app\nCOPY a /a\nRUN one\n", a: "a" });
  const beside = temporaryFolder(t);
  writeCache(beside, { records: await exported(folder, [], [{ digest: sha("any") }]) });
  const { json, err } = await simulated(folder, `--against=cache:${beside}`);
  assert.deepEqual(json.summary, { hit: 0, miss: 0, unknown: 2 });
  assert.match(err.join(), /what app is is not known, and so not what is cached on it/);
});

test("what is no cache is said in one line, and docker's own goes on without it", async (t) => {
  const folder = temporaryFolder(t, files);
  const [empty, broken] = [temporaryFolder(t), temporaryFolder(t)];
  const bad: readonly (readonly [string, RegExp])[] = [
    [empty, /holds no exported cache/],
    [path.join(empty, "none"), /no such folder/],
    [`type=local,src=${empty}`, /holds no exported cache/],
    ["type=local", /src= is missing/],
    ["type=gha", /a cache of type=gha cannot be looked at from here/],
    ["", /names no cache that it imports/],
    ["type=registry,ref=a/b", /not looked at: --resolve registry asks for it/],
  ];
  for (const [words, expected] of bad) {
    const run = await runCli(["simulate", `--against=cache:${words}`, "."], { cwd: folder });
    assert.equal(run.code, 2, words);
    assert.match(run.err.join("\n"), expected);
    assert.equal(run.err.length, 1);
  }
  const links = (link: unknown) => ({ records: [{ digest: "x", inputs: [[{ link }]] }] });
  for (const config of [links(1), links(-1), links(0.5), links("0"), { records: 1 }, [1], "x"]) {
    writeCache(broken, config);
    const run = await runCli(["simulate", `--against=cache:${broken}`, "."], { cwd: folder });
    assert.equal(run.code, 2, JSON.stringify(config));
    assert.match(run.err.join("\n"), /no cache that can be read/);
  }
  // A circle of records leads nowhere.
  writeCache(broken, links(0));
  const { json } = await simulated(folder, `--against=cache:${broken}`);
  assert.equal(json.summary.hit, 0);
  for (const words of [`type=local,src=${empty}`, "type=gha"]) {
    const { err } = await simulated(folder, "--cache-from", words);
    assert.equal(err.length, 1);
  }
  const classic = await runCli(
    ["simulate", "--builder=classic", `--against=cache:${broken}`, "."],
    { cwd: folder },
  );
  assert.match(classic.err.join(), /only BuildKit exports caches/);
});

test("as many records as steps that are all alike are each found, and more than a builder makes are given up", async (t) => {
  const folder = temporaryFolder(t, {
    Dockerfile: `FROM scratch\nCOPY a /a\n${"WORKDIR /w\n".repeat(1_500)}`,
    a: "a",
  });
  const beside = temporaryFolder(t);
  const records = await exported(folder);
  writeCache(beside, { records });
  const { json } = await simulated(folder, `--against=cache:${beside}`);
  assert.deepEqual(new Set(predictions(json).map(([, told]) => told)), new Set(["hit"]));
  const last = records.at(-1) ?? assert.fail();
  const below = records.findIndex(({ digest }) => digest === last.digest) - 1;
  // Each of them stands on the first one, behind very many links that lead nowhere.
  const inputs = [
    [
      ...Array.from({ length: 700 }, () => ({ link: 0 })),
      ...[below, below + 1].map((link) => ({ link })),
    ],
  ];
  const alike = Array.from({ length: 700 }, () => ({ ...last, inputs }));
  writeCache(beside, { records: [...records.slice(0, below + 1), ...alike] });
  const { code, err } = await runCli(
    ["simulate", "--dry-run", "--platform=linux/amd64", `--against=cache:${beside}`, "."],
    { cwd: folder },
  );
  assert.equal(code, 2);
  assert.deepEqual(err, [
    `stratacast simulate: ${beside}: holds more records of the same steps than are looked through`,
  ]);
});

test("a folder that is to hold a cache and holds traps is one line", async (t) => {
  const folder = temporaryFolder(t, files);
  const outside = temporaryFolder(t);
  const records = await exported(folder);
  const refused = async (name: string, why: RegExp, change: (place: string) => void) => {
    const place = path.join(folder, name);
    writeCache(place, { records });
    change(place);
    const words = ["simulate", "--dry-run", `--against=cache:${place}`, "."];
    const { code, err } = await runCli(words, { cwd: folder });
    assert.equal(code, 2, name);
    assert.match(err.join("\n"), why, name);
    assert.equal(err.length, 1, name);
  };
  const index = (place: string) => path.join(place, "index.json");
  const manifest = (place: string): string => {
    const { manifests } = JSON.parse(readFileSync(index(place), "utf8")) as {
      manifests: { digest: string }[];
    }; // as writeCache wrote it
    return path.join(place, "blobs", ...(manifests[0]?.digest ?? "").split(":"));
  };
  await refused("pipe", /holds no exported cache/, (place) => {
    rmSync(index(place));
    execFileSync("mkfifo", [index(place)]);
  });
  await refused("deep", /holds no exported cache/, (place) => {
    writeFileSync(index(place), `{"manifests":${"[".repeat(3_000_000)}`);
  });
  await refused("large", /holds no exported cache/, (place) => {
    writeFileSync(index(place), Buffer.alloc(9_000_000, " "));
  });
  await refused("circle", /is no exported cache/, (place) => {
    const text = JSON.stringify({ manifests: [{ digest: sha("x"), size: 1 }] });
    writeFileSync(manifest(place), text);
    const digest = sha(text);
    renameSync(manifest(place), path.join(place, "blobs", ...digest.split(":")));
    const annotations = { "org.opencontainers.image.ref.name": "latest" };
    writeFileSync(index(place), JSON.stringify({ manifests: [{ digest, annotations }] }));
  });
  await refused("other", /is missing or something else/, (place) => {
    writeFileSync(manifest(place), "{}");
  });
  await refused("device", /is missing or something else/, (place) => {
    rmSync(manifest(place));
    symlinkSync("/dev/zero", manifest(place));
  });
  await refused("out", /is missing or something else/, (place) => {
    renameSync(path.join(place, "blobs"), path.join(outside, "blobs"));
    symlinkSync(path.join(outside, "blobs"), path.join(place, "blobs"));
  });
  await refused("names", /holds no cache that is called latest/, (place) => {
    writeFileSync(index(place), '{"__proto__":{"manifests":[]},"manifests":[{"__proto__":null}]}');
  });
});
