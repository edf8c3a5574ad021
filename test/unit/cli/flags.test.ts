/** Flags are read as docker reads its own, and completed as they are read. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import { readWords } from "../../../server/src/cli/flags.js";
import { allCommands } from "../../../server/src/cli/main.js";
import { UsageError } from "../../../server/src/cli/usageError.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

const commands = await allCommands();

const flags = {
  file: { short: "f", value: "FILE" },
  tag: { short: "t", value: "NAME", isRepeated: true },
  quiet: { short: "q" },
  pull: {},
} as const;

test("every way to write a flag that docker knows means what it means there", () => {
  const read = (...words: readonly string[]) => {
    const { values, others } = readWords(flags, words);
    return { ...values, others };
  };
  for (const words of [["-f", "x"], ["-fx"], ["-f=x"], ["--file", "x"], ["--file=x"]])
    assert.deepEqual(read(...words), { file: "x", others: [] }, words.join(" "));
  assert.deepEqual(read("-qt", "a", "-tb", ".", "--tag", "-c"), {
    quiet: true,
    tag: ["a", "b", "-c"],
    others: ["."],
  });
  assert.deepEqual(read("--pull=false", "-q=T"), { pull: false, quiet: true, others: [] });
  assert.deepEqual(read("-f", "a", "-f", "-", "--", "-x"), { file: "-", others: ["-x"] });
});

test("what is no flag, or lacks its value, is said with the word itself", () => {
  const wrong = [
    [["--fil=x"], "there is no --fil; did you mean --file?"],
    [["-qx"], "there is no -x; --help lists those that there are"],
    [["--constructor"], "there is no --constructor; --help lists those that there are"],
    [["--tag"], "--tag needs a value: NAME"],
    [["-q=so"], "-q so: true or false"],
  ] as const;
  for (const [words, message] of wrong)
    assert.throws(
      () => readWords(flags, words),
      (error) => error instanceof UsageError && error.message === message,
      message,
    );
});

test("bash offers commands, the flags of each, and what a value can be", async (t) => {
  const cwd = temporaryFolder(t, { "one.Dockerfile": "", "two words/x": "" });
  const { out, code } = await runCli(["completion", "bash"], { cwd });
  assert.equal(code, 0);
  const offered = (...words: readonly string[]): readonly string[] => {
    const script = `${out}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stratacast; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const told = execFileSync("bash", ["-uc", script, "bash", ...words], { cwd });
    return told.toString().trim().split("\n");
  };
  assert.deepEqual(offered("stratacast", ""), [
    ...commands.map(({ name }) => name),
    "--help",
    "--version",
  ]);
  assert.deepEqual(offered("stratacast", "si"), ["simulate"]);
  assert.deepEqual(offered("stratacast", "simulate", "--no"), ["--no-cache", "--no-cache-filter"]);
  assert.deepEqual(offered("stratacast", "simulate", "--push"), [""]);
  assert.deepEqual(offered("stratacast", "explain", ".", "--format", "h"), ["html"]);
  assert.deepEqual(offered("stratacast", "explain", "--format", "=", "ma"), ["markdown"]);
  assert.deepEqual(offered("stratacast", "context", "-f", "o"), ["one.Dockerfile"]);
  assert.deepEqual(offered("stratacast", "run", "t"), ["two words"]);
  assert.deepEqual(offered("stratacast", "completion", ""), ["bash", "zsh", "fish"]);
});

/** How each is asked where its script is, and what it says then. */
const shells = {
  zsh: { words: ["-n", "script"], says: /^$/ },
  fish: {
    words: ["--no-config", "-c", "source script; complete -C 'stratacast simulate --no-c'"],
    says: /^--no-cache\tevery step runs again\n--no-cache-filter\t/,
  },
} as const;

for (const [shell, { words, says }] of Object.entries(shells)) {
  test(`${shell} takes its completion, which knows every flag that the help has`, async (t) => {
    const { out } = await runCli(["completion", shell], { cwd: "/" });
    for (const { name, flags } of commands) {
      assert.ok(out.includes(name), name);
      for (const [flag, { about }] of Object.entries(flags))
        if (about !== undefined)
          assert.match(out, new RegExp(`(?:--|-l )${flag}\\b`), `${name} ${flag}`);
    }
    const { error, status, stdout, stderr } = spawnSync(shell, words, {
      cwd: temporaryFolder(t, { script: out }),
    });
    if (error !== undefined) return t.skip(`There is no ${shell}.`);
    assert.equal(status, 0, stderr.toString());
    assert.match(stdout.toString(), says);
  });
}
