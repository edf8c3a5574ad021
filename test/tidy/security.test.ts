/** SECURITY.md promises nothing without the test that holds it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { projectText, sources } from "../support/projectFiles.js";

test("every test that SECURITY.md names exists", () => {
  const rows = threats();
  assert.ok(rows.length > 10, "the threats are found");
  for (const row of rows) {
    const named = [
      ...row.matchAll(/`(test\/[\w./]+\.(?:test|inside)\.ts)`: ((?:"[^"]+"(?: and |, )?)+)/g),
    ];
    assert.ok(named.length > 0, `a threat without a test: ${row}`);
    for (const [, file = "", names = ""] of named) {
      const text = projectText(file);
      for (const [, name = ""] of names.matchAll(/"([^"]+)"/g))
        assert.ok(text.includes(`"${name}"`) || text.includes(`\`${name}`), `${file}: ${name}`);
    }
  }
});

test("every way in which git is asked stands in SECURITY.md, and no other", () => {
  const asked = sources("server/src/host").flatMap((file) =>
    [...projectText(file).matchAll(/\["([a-z]+-[a-z]+)", "-/g)].map(([, word = ""]) => word),
  );
  assert.ok(asked.length > 3, "the calls are found");
  const named = ["ls-files", "ls-tree", "cat-file", "rev-parse", "check-attr"];
  for (const word of named) assert.ok(projectText("SECURITY.md").includes(`\`${word}\``), word);
  const other = asked.filter((word) => !named.includes(word));
  assert.deepEqual(other, []);
});

/** The rows of the table, without its head. */
function threats(): readonly string[] {
  return projectText("SECURITY.md")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !/^\| (?:threat|---)/.test(line));
}
