/** What the images of several Dockerfiles have in common, and what would let them share more. */
import assert from "node:assert/strict";
import test from "node:test";
import { sharedLayersDocument } from "../../../server/src/core/documents/sharedLayersDocument.js";
import { type ComparedFile, sharedLayers } from "../../../server/src/core/insight/sharedLayers.js";
import { openProject } from "../../support/fixturesProject.js";
import { viewOf } from "../../support/viewOf.js";

test("the same base and the same first steps are shared, and nothing after the first difference", () => {
  const { bases, steps } = sharedLayers([
    file("a/Dockerfile", "FROM node:20\nENV A=1\nRUN one\nRUN two\nRUN three"),
    file("b/Dockerfile", "# other\nFROM node:20\nENV A=1\nRUN one\nRUN other\nRUN three"),
    file("c/Dockerfile", "FROM alpine\nRUN one"),
  ]);
  assert.deepEqual(bases, [{ reference: "node:20", files: ["a/Dockerfile", "b/Dockerfile"] }]);
  assert.deepEqual(
    steps.map(({ text, depth, places }) => [text, depth, places.map(({ line }) => line)]),
    [["RUN one", 1, [3, 4]]],
  );
});

test("a stage that several stages of one file use is not counted as shared between files", () => {
  const { steps } = sharedLayers([
    file("a", "FROM x AS base\nRUN one\nFROM base AS l\nRUN l\nFROM base\nCOPY --from=l /l /"),
    file("b", "FROM y\nRUN one"),
  ]);
  assert.deepEqual(steps, []);
});

test("copied files count by their content", async () => {
  const same = [await copying("a", "{}"), await copying("b", "{}")];
  assert.deepEqual(
    sharedLayers(same).steps.map(({ text }) => text),
    ["COPY package.json .", "RUN npm ci"],
  );
  const different = [await copying("a", "{}"), await copying("b", "{ }")];
  assert.deepEqual(sharedLayers(different).steps, []);
  const unread = [file("a", "FROM x\nCOPY a ."), file("b", "FROM x\nCOPY a .")];
  assert.deepEqual(sharedLayers(unread).steps, []);
});

test("the numbers of a file say what is cached, what waits, what is shared and what is stored twice", async () => {
  const sections = [
    {
      name: "Dockerfile",
      text: [
        "FROM x AS tools",
        "RUN tools",
        "FROM x",
        "RUN install",
        "COPY package.json .",
        "RUN npm ci",
        "COPY . .",
        "COPY --from=tools /t /t",
        'CMD ["node"]',
        "",
      ].join("\n"),
    },
    { name: "package.json", text: "{}" },
    { name: "app.js", text: "12345" },
    { name: ".dockerignore", text: "Dockerfile\n.dockerignore\n" },
  ];
  const project = await openProject({ intent: "", sections }, "posix", "buildkit");
  assert.ok(project !== null);
  const { analysis } = project.view;
  const shared = sharedLayers([{ name: "a", analysis }, file("b", "FROM x\nRUN install")]);
  assert.deepEqual(shared.numbers, [
    {
      file: "a",
      steps: 6,
      chain: 5,
      steady: 2,
      copiedBytes: 2 + 2 + 5,
      repeatedBytes: 2,
      shared: 1,
    },
    {
      file: "b",
      steps: 1,
      chain: 1,
      steady: 1,
      copiedBytes: 0,
      repeatedBytes: 0,
      shared: 1,
    },
  ]);
  assert.match(
    sharedLayersDocument(shared),
    /\| `a` \| 6 \| 2 \| 5 \| 1 \| 9 B, 2 B of it twice \|/,
  );
});

test("copied files that are shared are counted in bytes", async () => {
  const shared = sharedLayers([await copying("a", "{}"), await copying("b", "{}")]);
  assert.match(sharedLayersDocument(shared), /2 runs and 2 B of copied files saved/);
});

test("a hint says which small change would share more", () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [
      "FROM node:20\nRUN one\nRUN two",
      "FROM node:22\nRUN one\nRUN two",
      /^a stands on node:20 \(line 1\), b on node:22 \(line 1\): with the same tag they would share the base image and their first 2 steps\.$/,
    ],
    ["FROM x\nRUN a b", "FROM x\nRUN a   b", /differ only in blanks/],
    ["FROM x\nENV A=1\nRUN one", "FROM x\nRUN one", /say the same, but ENV or ARG above/],
    ["FROM x\nUSER app\nRUN one", "FROM x\nRUN one", /say the same, but USER above differs/],
    [
      "FROM x\nRUN common\nRUN own",
      "FROM x\nRUN mine\nRUN common",
      /Line 2 of a runs the same as line 3 of b: moved up before line 2/,
    ],
  ];
  for (const [a, b, expected] of cases) {
    const { hints } = sharedLayers([file("a", a), file("b", b)]);
    assert.equal(hints.length, 1, a);
    assert.match(hints[0]?.message ?? "", expected);
  }
});

test("files that share everything, or nothing, get no hint", () => {
  assert.deepEqual(
    sharedLayers([file("a", "FROM x\nRUN 1"), file("b", "FROM x\nRUN 1")]).hints,
    [],
  );
  assert.deepEqual(
    sharedLayers([file("a", "FROM x\nRUN 1"), file("b", "FROM y\nRUN 2")]).hints,
    [],
  );
});

test("the document counts, and escapes what comes from the files", () => {
  const shared = sharedLayers([
    file("a|b/Dockerfile", "FROM x\nRUN <b>`1`</b> | cat"),
    file("c/Dockerfile", "FROM x\nRUN <b>`1`</b> | cat"),
  ]);
  const text = sharedLayersDocument(shared);
  assert.match(text, /1 shared step: 1 run saved/);
  assert.match(text, /\| 1 \| ``RUN <b>`1`<\/b> \\\| cat`` \|/);
  assert.match(sharedLayersDocument(sharedLayers([])), /no Dockerfile/);
});

function file(name: string, text: string): ComparedFile {
  return { name, analysis: viewOf(text).analysis };
}

async function copying(name: string, content: string): Promise<ComparedFile> {
  const sections = [
    { name: "Dockerfile", text: "FROM x\nCOPY package.json .\nRUN npm ci\n" },
    { name: "package.json", text: content },
  ];
  const project = await openProject({ intent: "", sections }, "posix", "buildkit");
  assert.ok(project !== null);
  return { name, analysis: project.view.analysis };
}
