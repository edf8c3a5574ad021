/** `stratacast explain`: the layer-by-layer table, for both builders. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { ExplainJson } from "../../../server/src/core/documents/explain.js";
import { version } from "../../../server/src/version.js";
import { matchesGolden } from "../../support/golden.js";
import { inRepository } from "../../support/repository.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

const workspaces = inRepository("test/fixtures/workspaces");

test("the sample projects are explained for both builders", async () => {
  for (const name of ["go-server", "python-app", "node-shop"]) {
    for (const builder of name === "node-shop" ? ["buildkit"] : ["buildkit", "classic"]) {
      for (const [format, ending] of [
        ["text", "txt"],
        ["markdown", "md"],
      ] as const) {
        const run = await runCli(["explain", "--builder", builder, "--format", format, name], {
          cwd: workspaces,
        });
        assert.deepEqual([run.code, run.err], [0, []]);
        matchesGolden(`cli/explain/${name}.${builder}.${ending}`, run.out);
      }
    }
  }
});

test("each step says what it adds and which lines it can invalidate", async () => {
  const run = await runCli(["explain", "--format", "json", "python-app"], { cwd: workspaces });
  const { steps, totals } = JSON.parse(run.out) as ExplainJson; // the schema test checks it
  assert.deepEqual(
    steps.map(({ step, layer, invalidates }) => [step, layer, invalidates.certain]),
    [
      ["1/5", 0, [2, 3, 4, 5]],
      ["2/5", 1, [3, 4, 5]],
      ["3/5", 2, [4, 5]],
      ["4/5", 3, [5]],
      ["5/5", 4, []],
      [null, null, []],
    ],
  );
  assert.deepEqual(
    steps.map(({ adds }) => adds.files),
    [null, 0, 1, null, 6, 0],
  );
  assert.equal(totals.layers, 4);
  assert.equal(totals.metadata, 1);
  assert.equal(totals.unknownLayers, 1);
});

test("the table fits the terminal, and text of the file cannot move its cursor", async (t) => {
  const folder = temporaryFolder(t, {
    Dockerfile: `FROM scratch\nLABEL a="\u001b[31m\u202e" ${"b".repeat(300)}=c\n`,
  });
  for (const width of [20, 80, 132, 200]) {
    const { out } = await runCli(["explain", "."], { cwd: folder, width });
    for (const line of out.split("\n").slice(0, -2)) {
      assert.ok(line.length <= Math.max(80, width), `${width}: ${line}`);
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    assert.doesNotMatch(out, /[\u0000-\u0009\u000b-\u001f\u202e]/);
    assert.match(out.replace(/\s/g, ""), /\\x1b\[31m\\u202e/);
  }
});

test("help and version", async () => {
  const place = { cwd: workspaces };
  for (const words of [["--help"], ["-h"], ["help"]]) {
    const run = await runCli(words, place);
    assert.equal(run.code, 0);
    assert.match(run.out, /simulate .*\n.*explain /);
  }
  for (const command of ["simulate", "explain"]) {
    const run = await runCli([command, "--help"], place);
    assert.equal(run.code, 0);
    assert.match(run.out, new RegExp(`^stratacast ${command} \\[options\\] \\[CONTEXT\\]\n`));
    assert.equal((await runCli(["help", command], place)).out, run.out);
    assert.ok(
      run.out.split("\n").every((line) => line.length <= 80),
      run.out,
    );
  }
  const { version: packaged } = JSON.parse(readFileSync(inRepository("package.json"), "utf8")) as {
    version: string; // npm sees to it
  };
  assert.equal(version, packaged);
  assert.equal((await runCli(["--version"], place)).out, `stratacast ${packaged}\n`);
});
