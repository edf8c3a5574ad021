/** What a terminal gets: colours where they are wanted, lines of its width, progress of long work. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { fitted, openProgress } from "../../../server/src/cli/terminal.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

test("colours follow --color, then FORCE_COLOR, NO_COLOR and what the terminal can", async (t) => {
  const cwd = temporaryFolder(t, { Dockerfile: "FROM scratch\nCOPY gone /\n" });
  const isColoured = async (
    isTerminal: boolean,
    env: Readonly<Record<string, string>>,
    ...words: readonly string[]
  ): Promise<boolean> => {
    const told = await runCli(["simulate", "--dry-run", ...words], { cwd, env, isTerminal });
    return told.out.includes("\x1b[31merror\x1b[0m");
  };
  assert.equal(await isColoured(true, {}), true);
  assert.equal(await isColoured(false, {}), false);
  assert.equal(await isColoured(true, { TERM: "dumb" }), false);
  assert.equal(await isColoured(true, { NO_COLOR: "1" }), false);
  assert.equal(await isColoured(true, { NO_COLOR: "" }), true);
  assert.equal(await isColoured(false, { FORCE_COLOR: "1", NO_COLOR: "1" }), true);
  assert.equal(await isColoured(true, { FORCE_COLOR: "0" }), false);
  assert.equal(await isColoured(true, { FORCE_COLOR: "1" }, "--color", "never"), false);
  assert.equal(await isColoured(false, { NO_COLOR: "1" }, "--color=always"), true);
  const wrong = await runCli(["simulate", "--color", "alway"], { cwd });
  assert.match(wrong.err[0] ?? "", /--color alway: choose one of .* \(did you mean always\?\)$/);
});

test("colours are for the text alone, and add nothing but themselves", async (t) => {
  const cwd = temporaryFolder(t, { Dockerfile: "FROM scratch AS a\nRUN x\nCOPY b /\n", b: "" });
  const kinds = [["simulate", "--dry-run"], ["explain"], ["run"], ["context"], ["builds"]];
  for (const words of kinds) {
    for (const format of ["text", "json"]) {
      const call = [...words, "--format", format];
      const plain = await runCli([...call, "--color", "never"], { cwd });
      const coloured = await runCli([...call, "--color", "always"], { cwd });
      assert.equal(stripVTControlCharacters(coloured.out), plain.out, call.join(" "));
      if (format === "json") assert.equal(coloured.out, plain.out);
    }
  }
});

test("a problem stands behind its place as it is called from here, a terminal's width is kept", async (t) => {
  const cwd = temporaryFolder(t, {
    "app/Dockerfile": "FROM scratch\nCOPY a-file-that-is-not-there-at-all.txt /srv/app/\n",
  });
  for (const command of ["simulate", "explain", "run"]) {
    const { out } = await runCli([command, "app"], { cwd, env: { XDG_STATE_HOME: cwd } });
    assert.match(out, /^app\/Dockerfile:2:6: error: "a-file-/m, command);
  }
  for (const width of [40, 72, 100]) {
    const told = await runCli(["explain", "app"], { cwd, width, isTerminal: true });
    const longest = Math.max(
      ...stripVTControlCharacters(told.out)
        .split("\n")
        .filter((line) => !line.includes("a-file-that"))
        .map(({ length }) => length),
    );
    assert.ok(longest <= width, `${longest} in ${width}`);
  }
});

test("long lines go on below their last column, whole words and colours in them", () => {
  assert.equal(
    fitted(
      "12  rebuilds  layer 4  RUN one two three four five six\n    ↳ It is so for a while.",
      44,
    ),
    "12  rebuilds  layer 4  RUN one two three\n                       four five six\n    ↳ It is so for a while.",
  );
  assert.equal(
    fitted("    ↳ It turns on what a \x1b[33mserver\x1b[0m answers.", 27),
    "    ↳ It turns on what a\n      \x1b[33mserver\x1b[0m answers.",
  );
  assert.equal(
    fitted("a-word-that-is-longer-than-the-line", 10),
    "a-word-that-is-longer-than-the-line",
  );
});

test("progress is told of long work alone, now and then, and goes away", () => {
  let at = 0;
  let written = "";
  const progress = openProgress(
    (text) => {
      written += text;
    },
    () => at,
  );
  progress.tell("1 of 3");
  progress.clear();
  assert.equal(written, "");
  for (at of [600, 650, 700]) progress.tell(`${at}`);
  progress.clear();
  progress.clear();
  assert.equal(written, "\r600\x1b[K\r700\x1b[K\r\x1b[K");
});
