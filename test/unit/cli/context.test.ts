/** `stratacast context`: what is in the context, what hides the rest, what takes it and what is sent. */
import assert from "node:assert/strict";
import { readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { ContextJson } from "../../../server/src/core/documents/contextTree.js";
import { inRepository } from "../../support/repository.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

const isValid = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(
    readFileSync(inRepository("docs/schema/context.schema.json"), "utf8").replaceAll(
      '"properties": {',
      '"additionalProperties": false, "properties": {',
    ),
  ) as object, // our own file
);

async function contextOf(folder: string, ...words: readonly string[]): Promise<ContextJson> {
  const run = await runCli(["context", "--format", "json", ...words, "."], { cwd: folder });
  assert.equal(run.code, 0, run.err.join("\n"));
  const json: unknown = JSON.parse(run.out);
  assert.ok(isValid(json), JSON.stringify(isValid.errors, null, 2));
  return json as ContextJson; // the schema says so
}

/** `path state bytes in it, bytes ignored`, with the line that hides it and those that take it. */
function rows(entries: ContextJson["entries"]): readonly string[] {
  return entries.flatMap((entry) => [
    [
      entry.path,
      entry.state,
      `${entry.inContext.bytes}/${entry.ignored.bytes}`,
      ...(entry.ignoredBy === null ? [] : [`hidden by ${entry.ignoredBy.line}`]),
      ...entry.takenBy.map(
        ({ line, whole, built }) => `${whole ? "" : "part "}${line}${built ? "" : " unbuilt"}`,
      ),
    ].join(", "),
    ...rows(entry.entries ?? []),
  ]);
}

const monorepo = {
  Dockerfile: `FROM scratch AS tools
COPY tools /tools
FROM scratch
COPY package.json ./
COPY src/*.js /src/
RUN --mount=type=bind,source=packages/a,target=/a true
`,
  ".dockerignore": "# nothing\nnode_modules\n*.log\nsrc/gen\n!src/gen/keep.js\n",
  "package.json": "{}",
  "src/a.js": "1234567890",
  "src/note.txt": "12345",
  "src/gen/keep.js": "123",
  "src/gen/big.js": "1234567",
  "packages/a/index.js": "12",
  "packages/a/node_modules/x/index.js": "1".repeat(500),
  "node_modules/x/index.js": "1".repeat(1000),
  "tools/t.sh": "1".repeat(50),
  "x.log": "log",
};

function project(t: TestContext): string {
  return temporaryFolder(t, monorepo);
}

test("each entry says whether it is in the context, by which line not, and which lines take it", async (t) => {
  const json = await contextOf(project(t), "--depth", "9");
  assert.deepEqual(rows(json.entries), [
    "packages, in, 502/0, 6",
    "packages/a, in, 502/0, 6",
    "packages/a/node_modules, in, 500/0, 6",
    "packages/a/node_modules/x, in, 500/0, 6",
    "packages/a/node_modules/x/index.js, in, 500/0, 6",
    "packages/a/index.js, in, 2/0, 6",
    `Dockerfile, in, ${monorepo.Dockerfile.length}/0`,
    `.dockerignore, in, ${monorepo[".dockerignore"].length}/0`,
    "tools, in, 50/0, 2 unbuilt",
    "tools/t.sh, in, 50/0, 2 unbuilt",
    "src, part, 18/7, part 5",
    "src/a.js, in, 10/0, 5",
    "src/note.txt, in, 5/0",
    "src/gen, part, 3/7",
    "src/gen/keep.js, in, 3/0",
    "src/gen/big.js, ignored, 0/7, hidden by 4",
    "package.json, in, 2/0, 4",
    "node_modules, ignored, 0/1000, hidden by 2",
    "node_modules/x, ignored, 0/1000, hidden by 2",
    "node_modules/x/index.js, ignored, 0/1000, hidden by 2",
    "x.log, ignored, 0/3, hidden by 3",
  ]);
  assert.deepEqual(json.ignored, { files: 3, bytes: 1010 });
});

test("lines of the ignore file that do less than they seem to are told, with what a fix saves", async (t) => {
  const folder = temporaryFolder(t, {
    Dockerfile: "FROM scratch\nCOPY packages /p\nCOPY *.md /\n",
    ".dockerignore": "node_modules\n*.log\n!keep/*.txt\n.git\ndist/\n**/tmp\n",
    "node_modules/x.js": "1",
    "packages/a/node_modules/x/index.js": "1".repeat(500),
    "packages/b/node_modules/y.js": "12",
    "packages/b/dist/z.js": "12",
    "packages/b/tmp/z.js": "12",
    "x.log": "log",
    "a.md": "1",
  });
  const { findings } = await contextOf(folder);
  assert.deepEqual(
    findings.map(({ code, line, fix }) => [code, line, fix?.text ?? null]),
    [
      ["ignore-one-of-several", 1, "**/node_modules"],
      ["ignore-without-match", 3, null],
      ["ignore-without-match", 4, null],
      ["ignore-one-of-several", 5, "**/dist"],
    ],
  );
  assert.deepEqual(findings[0]?.fix, {
    text: "**/node_modules",
    folders: ["packages/a/node_modules", "packages/b/node_modules"],
    saves: { files: 2, bytes: 502 },
    lines: [2],
  });
  assert.equal(
    findings[0]?.message,
    "Line 1, node_modules, counts at the root alone: packages/a/node_modules, packages/b/node_modules stay in the context. **/node_modules would take out 2 files, 502 B. Changes in them would no longer rebuild line 2.",
  );
  const { out } = await runCli(["context", "."], { cwd: folder });
  assert.match(out, /^\.dockerignore:1: Line 1, node_modules, counts at the root alone: /m);
  const idle = ".dockerignore: lines 3 and 4 match nothing that is there now: !keep/*.txt, .git\n";
  assert.ok(out.endsWith(idle), out);
});

test("BuildKit sends what the stages of the target name, the classic builder all that it sees", async (t) => {
  const folder = project(t);
  const { sends } = await contextOf(folder);
  assert.deepEqual([sends.files, sends.bytes], [4, 502 + 10 + 2]);
  const tools = await contextOf(folder, "--target", "tools");
  assert.deepEqual([tools.sends.files, tools.sends.bytes], [1, 50]);
  const classic = await contextOf(folder, "--builder", "classic");
  assert.deepEqual(classic.sends, { ...classic.inContext, transferBytes: null });
});

test("a link is sent with what it leads to, and filters of a COPY come after sending", async (t) => {
  const folder = temporaryFolder(t, {
    Dockerfile: "FROM scratch\nCOPY current/app.js /\nCOPY --exclude=*.md docs /docs/\n",
    "v1/app.js": "12345",
    "v1/other.js": "1",
    "docs/a.md": "1234567",
    "docs/a.html": "123",
  });
  symlinkSync("v1", path.join(folder, "current"));
  const { sends } = await contextOf(folder);
  assert.deepEqual([sends.files, sends.bytes], [4, 5 + 7 + 3]);
});

test("nothing is opened deeper than asked for, and of a folder only the largest are named", async (t) => {
  const folder = temporaryFolder(t, {
    Dockerfile: "FROM scratch\nCOPY . .\n",
    "a/one": "1",
    "a/two": "12",
    "a/three": "123",
  });
  const { entries, more } = await contextOf(folder, "--top", "1");
  assert.deepEqual([entries.map(({ path: at }) => at), more], [["Dockerfile"], 1]);
  const deep = await contextOf(folder, "--top", "2", "--depth", "2");
  const a = deep.entries.find(({ path: at }) => at === "a");
  assert.deepEqual(
    a?.entries?.map(({ path: at }) => at),
    ["a/three", "a/two"],
  );
  assert.equal(a.more, 1);
});

test("as text it is a table with three sums above it", async (t) => {
  const { code, out } = await runCli(["context", "--depth", "2", "."], { cwd: project(t) });
  assert.equal(code, 0);
  assert.match(out, /^ {2}in it {4}9 files, \d+ B$/m);
  assert.match(out, /^ {2}ignored {2}3 files, 1 kB \(\.dockerignore\)$/m);
  assert.match(
    out,
    /^ {2}sent {5}4 files, 514 B \(BuildKit prints about \d+ B of a first build\)$/m,
  );
  assert.match(out, /^ {3}502 B {2}packages\/ +2 files · taken by line 6$/m);
  assert.match(out, /^ {4}50 B {2}tools\/ +1 file · taken by a stage that is not built$/m);
  assert.match(out, /^ {4}1 kB {2}node_modules\/ +ignored 1 file: line 2, node_modules$/m);
});

test("a wrong option is named, and so is a context that is none", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: "FROM scratch\n" });
  const depth = await runCli(["context", "--depth", "x", "."], { cwd: folder });
  assert.deepEqual(
    [depth.code, depth.err],
    [2, ["stratacast context: --depth x: not a whole number above 0"]],
  );
  const none = await runCli(["context", "nowhere"], { cwd: folder });
  assert.equal(none.code, 2);
});

test("what only the base image can tell that a line takes is nobody's to count", async (t) => {
  const folder = temporaryFolder(t, {
    Known: "FROM company/base\nENV CONFIG=.\nCOPY $CONFIG/a /a\nCOPY b /b\n",
    Dockerfile: "FROM company/base\nCOPY $CONFIG/a /a\nCOPY b /b\n",
    a: "1",
    b: "22",
  });
  const json = await contextOf(folder);
  assert.deepEqual(json.openLines, [2]);
  assert.equal(json.sends.bytes, 2);
  assert.deepEqual(rows(json.entries).slice(2), ["b, in, 2/0, 3", "a, in, 1/0"]);
  const { out } = await runCli(["context", "."], { cwd: folder });
  assert.match(out, /besides {2}what is taken by line 2: only the base image can tell/);
  assert.match(out, /1 B {2}a +perhaps taken by line 2/);
  // A value makes it a path like any other.
  const known = await contextOf(folder, "-f", "Known");
  assert.deepEqual([known.openLines, known.sends.bytes], [[], 3]);
});
