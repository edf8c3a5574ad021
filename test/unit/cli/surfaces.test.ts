/** Nothing of a workspace becomes more than text on any way out of the command line. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { assertMarkdown, assertPrintable, hostile } from "../../support/hostile.js";
import { hostileProject } from "../../support/hostileProject.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { isThorough } from "../../support/thorough.js";
import { runCli } from "./support/runCli.js";

const checks: Readonly<Record<string, (text: string) => void>> = {
  text: assertLines,
  json(text) {
    assertLines(text);
    JSON.parse(text);
  },
  markdown: assertMarkdown,
  html(text) {
    assertLines(text);
    assert.doesNotMatch(text, /<(?:img|script|command)|<!--|href="(?!#line-)/);
  },
};

const formats = {
  simulate: ["text", "json", "markdown"],
  explain: ["text", "json", "markdown", "html"],
  run: ["text", "json", "markdown"],
  context: ["text", "json"],
} as const;

test("every command in every format shows hostile names and values as text", async (t) => {
  const folder = temporaryFolder(t);
  // A plain run tries every eighth of the names.
  for (const [at, name] of hostile.entries()) {
    if (!isThorough && at % 8 !== 0) continue;
    const project = path.join(folder, String(at), name);
    for (const [file, text] of Object.entries(hostileProject(name))) writeIn(project, file, text);
    for (const [command, known] of Object.entries(formats)) {
      for (const format of known) {
        for (const dockerfile of ["Dockerfile", "bad.Dockerfile"]) {
          const words = [command, "--format", format, "-f", path.join(project, dockerfile)];
          const state = command === "simulate" ? ["--state", path.join(folder, "state")] : [];
          const { out, err } = await runCli([...words, ...state, project], { cwd: folder });
          checks[format]?.(out);
          for (const line of err) assertPrintable(line);
        }
      }
    }
  }
});

test("what a command says of bad use is printable too", async (t) => {
  const cwd = temporaryFolder(t, { Dockerfile: "FROM scratch\n" });
  for (const [at, name] of hostile.entries()) {
    if (!isThorough && at % 4 !== 0) continue;
    for (const words of [
      [name],
      ["run", name],
      ["run", "-f", name, "."],
      ["run", `--${name}`, "."],
      ["explain", "--format", name, "."],
      ["explain", "--target", name, "."],
      ["explain", "--platform", name, "."],
      ["explain", "--build-context", `${name}=${name}`, "."],
      ["simulate", "--against", name, "."],
      ["simulate", "--build-arg", `${name}=1`, "--dry-run", "."],
    ]) {
      const { out, err } = await runCli(words, { cwd });
      assertLines(out);
      for (const line of err) assertPrintable(line);
    }
  }
});

test("the command that a run explains is printable", async (t) => {
  const cwd = temporaryFolder(t, { Dockerfile: "FROM alpine\nCMD x\n" });
  for (const name of isThorough ? hostile : hostile.slice(0, 6)) {
    assertLines((await runCli(["run", ".", "--", name], { cwd })).out);
    assertMarkdown((await runCli(["run", "--format", "markdown", ".", "--", name], { cwd })).out);
  }
});

function assertLines(text: string): void {
  for (const line of text.split("\n")) assertPrintable(line);
}
