/**
 * Digests that real builders exported for small builds, held against those that are computed. They
 * live beside the repository; without them this suite says so and passes.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { readBuildFlags } from "../../../server/src/cli/buildFlags.js";
import {
  parseBuilderVersion,
  usualVersion,
} from "../../../server/src/core/build/builderVersion.js";
import { exactKeys } from "../../../server/src/core/cache/exact/exactKeys.js";
import { buildGraph } from "../../../server/src/core/graph/build.js";
import type { BuildGraph } from "../../../server/src/core/graph/graph.js";
import type { BaseImage } from "../../../server/src/core/image/baseImage.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { buildOf } from "../../support/definitions.js";
import { analysisOf, built } from "../analysis/support.js";
import { plainImage } from "../graph/support.js";

const FOLDER = path.resolve("../shared/data/exact-keys");

interface Exported {
  readonly digest: string;
  readonly inputs?: readonly (readonly { readonly link: number }[])[];
}

interface Case {
  readonly name: string;
  readonly dockerfile: string;
  readonly flags: readonly string[];
  readonly records?: readonly Exported[];
  readonly fails?: unknown;
}

const versions = ["0.25", "0.13"];

/** null: the file is not there, and its test is left out. */
function read<T>(t: TestContext, name: string): T | null {
  const file = path.join(FOLDER, name);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as T; // as its README describes it
  t.skip("left out: ../shared/data/exact-keys is not there");
  return null;
}

/** All exports were made with --network=none. */
function graphOf(
  dockerfile: string,
  words: readonly string[] = [],
  version = "0.25",
  image: BaseImage | null = { ...plainImage, environment: [] },
): BuildGraph {
  const args = new Map<string, string>();
  const given: { "shm-size"?: string; ulimit?: string[] } = {};
  for (const [at, word] of words.entries()) {
    const value = words[at + 1] ?? "";
    if (word === "--build-arg") {
      const [name = "", text = ""] = value.split(/=(.*)/s, 2);
      args.set(name, text);
    }
    if (word === "--shm-size") given["shm-size"] = value;
    if (word === "--ulimit") given.ulimit = [value];
  }
  const flags = readBuildFlags({ ...given, network: "none" });
  const builderVersion = parseBuilderVersion(version) ?? usualVersion;
  return buildGraph(parseDockerfile(dockerfile), buildOf({ args, flags, builderVersion }), {
    digest: sha256,
    baseImage: () => image,
    builtImage: () => null,
  }).graph;
}

for (const version of versions) {
  test(`the digests of single steps stand in the exports of BuildKit ${version}`, (t) => {
    const file = read<{ readonly cases: readonly Case[] }>(t, `cases-${version}.json`);
    if (file === null) return;
    const { cases } = file;
    const wrong: string[] = [];
    let [found, ofOps] = [0, 0];
    for (const { name, dockerfile, flags, records } of cases) {
      if (records === undefined) continue;
      const have = new Set(records.map(({ digest }) => digest));
      const all = new Set<string>();
      for (const [step, key] of exactKeys(graphOf(dockerfile, flags, version), sha256)) {
        assert.ok(key.isComplete, `${name}: ${step.text}`);
        for (const { digest } of key.ops) all.add(digest);
        if (!key.ops.every(({ digest }) => have.has(digest))) wrong.push(`${name}: ${step.text}`);
      }
      for (const { digest, inputs } of records) {
        // Images and what is known by its content have no inputs.
        if (inputs === undefined) continue;
        ofOps++;
        if (all.has(digest)) found++;
      }
    }
    assert.deepEqual(wrong, []);
    assert.equal(found, ofOps, "no record of an operation is without a step");
  });

  test(`the digests of a whole build stand in the export of BuildKit ${version}`, (t) => {
    const file = read<{ readonly records: readonly Exported[] }>(t, `export-${version}.json`);
    if (file === null) return;
    const { records } = file;
    const have = new Set(records.map(({ digest }) => digest));
    const text = readFileSync(path.join(FOLDER, "context/Dockerfile"), "utf8");
    const keys = exactKeys(graphOf(text, [], version), sha256);
    const wrong = [...keys].filter(([, { digest }]) => !have.has(digest));
    assert.deepEqual(
      wrong.map(([{ text: line }]) => line),
      [],
    );
    assert.equal(keys.size, 10);
  });
}

test("a RUN is known by the JSON of its command, with the variables as they were last set", () => {
  const exec = (args: string): string =>
    recordOf(
      `{"Type":"buildkit.exec.v0","Exec":{"meta":{"args":${args},` +
        `"env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","B=2","A=3"],` +
        `"cwd":"/w","removeMountStubsRecursive":true},"network":2},"OS":"linux","Arch":"amd64"}`,
    );
  assert.deepEqual(
    digests("FROM base\nENV A=1 B=2\nARG A=3\nWORKDIR /w\nRUN a && b <c\n").slice(1),
    [exec(String.raw`["/bin/sh","-c","a \u0026\u0026 b \u003cc"]`)],
  );
});

test("a stage that continues another one sets its ENV again, over its ARG and behind it", () => {
  for (const of of [digests, environments]) {
    const child = (parent: string) => of(`FROM base AS p\n${parent}\nFROM p\nRUN true\n`);
    assert.deepEqual(child("ENV X=1\nARG X=2"), child("ENV X=1\nARG X=3"));
    assert.deepEqual(child("ENV X=1\nARG Y=2"), child("ARG Y=2\nENV X=1"));
    assert.notDeepEqual(child("ENV X=1\nARG Y=2"), child("ENV X=1\nARG Y=3"));
  }
});

test("a script is a file of its own, and the shell in front of it is in the key", () => {
  const script = (shell: string) =>
    digests(`FROM base\n${shell}\nRUN <<EOF\n#!/bin/sh\ntrue\nEOF\n`);
  assert.notDeepEqual(script(""), script('SHELL ["/bin/ash", "-c"]'));
});

test("a COPY of several files writes its rows, and counts a stage that it stands on once", () => {
  const file = (source: string, rows: string): string => {
    const action =
      `{"src":"${source}","dest":"/x/","mode":-1,"followSymlink":true,"dirCopyContents":true,` +
      `"createDestPath":true,"allowWildcard":true,"allowEmptyWildcard":true,"timestamp":-1}`;
    const written = Buffer.from(action).toString("base64");
    return recordOf(`{"Type":"buildkit.file.v0","Actions":["${written}"],"indexes":${rows}}`);
  };
  assert.deepEqual(digests("FROM base AS p\nFROM p\nCOPY --from=p /é.txt /x/\n"), [
    file("é.txt", "[[0,0,0]]"),
  ]);
  assert.deepEqual(digests("FROM scratch\nCOPY a.txt /x/\n"), [file("a.txt", "[[-1,0,0]]")]);
});

test("owners are written in three ways, by the version of the engine", () => {
  const copied = (owner: string): string => {
    const action =
      `{"src":"f","dest":"/x","owner":${owner},"mode":-1,"followSymlink":true,"dirCopyContents":true,` +
      `"createDestPath":true,"allowWildcard":true,"allowEmptyWildcard":true,"timestamp":-1}`;
    const written = Buffer.from(action).toString("base64");
    return recordOf(`{"Type":"buildkit.file.v0","Actions":["${written}"],"indexes":[[-1,0,0]]}`);
  };
  const keyed = (owner: string, version: string): readonly string[] => {
    const graph = graphOf(`FROM scratch\nCOPY --chown=${owner} f /x\n`, [], version);
    return [...exactKeys(graph, sha256).values()].flatMap(({ ops }) =>
      ops.map(({ digest }) => digest),
    );
  };
  const pair = (user: string, group: string) =>
    copied(`{"user":{"User":{${user}}},"group":{"User":{${group}}}}`);
  assert.deepEqual(keyed("5:0", "0.16"), [pair('"byID":5', "")]);
  assert.deepEqual(keyed("5:0", "0.17"), [pair('"ByID":5', '"ByID":0')]);
  assert.deepEqual(keyed("5:0", "0.18"), [pair('"byId":5', "")]);
  assert.deepEqual(keyed("a:b", "0.17"), [pair('"ByName":{"name":"a"}', '"ByName":{"name":"b"}')]);
});

test("without the base image's config no digest is complete; on an empty file system each is", () => {
  const complete = (text: string) =>
    [...exactKeys(graphOf(text, [], "0.25", null), sha256).values()].map(
      ({ isComplete }) => isComplete,
    );
  assert.deepEqual(complete("FROM base AS b\nRUN a\nFROM b\nRUN b\n"), [false, false]);
  assert.deepEqual(complete("FROM scratch\nWORKDIR /w\n"), [true]);
});

test("a cache with a mode or an owner counts by the folder that it starts with, not by its words", () => {
  const cause = (before: string, after: string) => {
    const text = (mount: string) =>
      `FROM scratch AS a\nFROM base\nRUN --mount=type=cache,target=/c,${mount} x\n`;
    const state = built({ text: text(before) });
    return analysisOf({ text: text(after), state }).steps.at(-1)?.prediction.kind;
  };
  assert.equal(cause("mode=0700", "mode=0700,from=a"), "hit", "made there as well");
  assert.equal(cause("mode=0755", "mode=0777"), "hit", "the umask takes the difference");
  assert.equal(cause("mode=0755", "mode=0700"), "miss");
  assert.equal(cause("uid=0", "uid=5"), "miss");
});

test("two sources that are one to the builder count as one input", () => {
  const text = (second: string) =>
    "FROM base AS l\nRUN x\nFROM base AS r\nRUN x\nFROM base AS o\nRUN y\nFROM base\n" +
    `RUN --mount=from=l,source=/a,target=/a --mount=from=${second},source=/b,target=/b z\n`;
  const state = built({ text: text("l") });
  const last = (second: string) =>
    analysisOf({ text: text(second), state }).steps.at(-1)?.prediction.kind;
  assert.deepEqual(["r", "o"].map(last), ["hit", "miss"]);
});

/** The digests of a text's steps, in the file's order. */
function digests(text: string): readonly string[] {
  return [...exactKeys(graphOf(text), sha256).values()].map(({ digest }) => digest);
}

/** What predictions know the variables of a text's RUNs by. */
function environments(text: string): readonly string[] {
  return graphOf(text).steps.flatMap(({ operation }) =>
    operation?.kind === "run" ? [operation.environment.digest()] : [],
  );
}

/** Of the first output of the operation that hashes as this text. */
function recordOf(json: string): string {
  return `sha256:${sha256(`sha256:${sha256(json)}@0`)}`;
}
