/** Words that do not belong in a public project, and files that nobody reads to their end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { projectFiles, projectText, sources } from "../support/projectFiles.js";

test("no file names a place of somebody's machine, a tracker's number or a private registry", () => {
  // Broken up here so that this file does not find itself.
  const unwanted = [
    /\/work\/(main|shared|\.mirror)/,
    /\/(Users|home)\/(?!app\b|node\b|user\b|dev\b|web\b|nonroot\b)[a-z]+\/(src|projects|git)\b/,
    /\bissues? #?\d/i,
    new RegExp("\\bas an AI\\b|\\bhelper ses" + "sion\\b|\\bFIX" + "ME later\\b", "i"),
    /"resolved": "https?:\/\/(?!registry\.npmjs\.org\/)/,
  ];
  const text = /\.(ts|mjs|json|md|yml|yaml|txt|svg)$|^[^.]+$|(^|\/)\.[a-z]+$/;
  const found = projectFiles()
    .filter((file) => text.test(file) && file !== "test/tidy/words.test.ts")
    .flatMap((file) => {
      const content = projectText(file);
      return unwanted.flatMap((pattern) => {
        const match = pattern.exec(content);
        return match === null ? [] : [`${file}: ${match[0]}`];
      });
    });
  assert.deepEqual(found, []);
});

test("a source is one idea: at most 500 lines", () => {
  const long = sources("client", "server", "test")
    .filter((file) => !file.startsWith("test/fixtures/"))
    .map((file) => ({ file, lines: projectText(file).split("\n").length }))
    .filter(({ lines }) => lines > 500)
    .map(({ file }) => file);
  assert.deepEqual(long, []);
});

test("every module says what it is for", () => {
  const silent = sources("client", "server", "test/support", "test/host").filter(
    (file) => !projectText(file).includes("/**"),
  );
  assert.deepEqual(silent, []);
});
