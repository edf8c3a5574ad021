/** docs/cli.md shows every command as `--help` does. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { overviewOf, usageOf } from "../../../server/src/cli/help.js";
import { allCommands } from "../../../server/src/cli/main.js";
import { inRepository } from "../../support/repository.js";

const commands = await allCommands();

test("the manual of the command line is in step with --help", () => {
  const file = inRepository("docs/cli.md");
  const before = readFileSync(file, "utf8");
  let after = before;
  for (const command of commands) {
    const { name } = command;
    const block = new RegExp(`(^## stratacast ${name}\n\n\`\`\`text\n)[^\`]*?(?=\n\`\`\`$)`, "m");
    assert.match(after, block, `docs/cli.md has no section on ${name}`);
    after = after.replace(block, (_all, start: string) => start + usageOf(command));
  }
  if (process.env["UPDATE_GOLDENS"] === "1") writeFileSync(file, after);
  assert.equal(readFileSync(file, "utf8"), after, "npm run test:update writes it anew");
});

test("no line of a help is cut by a terminal of 80 characters", () => {
  const long = [overviewOf(commands), ...commands.map(usageOf)].flatMap((usage) =>
    usage.split("\n").filter((line) => line.length > 80),
  );
  assert.deepEqual(long, []);
});
