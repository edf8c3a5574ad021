/** Which paths git ignores: as git itself says, for patterns of every kind. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { ignoringLine } from "../../../server/src/core/context/gitIgnore.js";
import { gitRules } from "../../../server/src/host/gitRules.js";
import { nodeFileSystem } from "../../../server/src/host/nodeFileSystem.js";
import { gitEnvironment } from "../../support/gitEnvironment.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { gitIn } from "../host/support/gitFolder.js";

const names = ["a", "b", "ab", "a.b", "dist", "x y", ".a"] as const;

const part = fc.constantFrom(
  ...names,
  ...["*", "a*", "*.b", "?", "[ab]", "[!a]", "[^a]*", "**", "\\a", "\\*", "d?s[t]", "*b*"],
);

const pattern = fc
  .record({
    isException: fc.boolean(),
    start: fc.constantFrom("", "", "/"),
    parts: fc.array(part, { minLength: 1, maxLength: 3 }),
    end: fc.constantFrom("", "", "/", " ", "\\ ", "\r"),
  })
  .map(({ isException, start, parts, end }) =>
    [isException ? "!" : "", start, parts.join("/"), end].join(""),
  );

const line = fc.oneof(
  { weight: 8, arbitrary: pattern },
  fc.constantFrom("", "# a", "\\#a", "!", "/", "//", "a//b", "[", "\\"),
);

const text = fc.array(line, { maxLength: 6 }).map((lines) => lines.join("\n"));

const paths = fc.uniqueArray(
  fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 4 }).map((all) => all.join("/")),
  { minLength: 5, maxLength: 25 },
);

test("what git ignores is known from its files", (t) => {
  fc.assert(
    fc.property(text, text, paths, (top, inner, asked) => {
      const folder = temporaryFolder(t);
      gitIn(folder)("init", "--quiet");
      writeIn(folder, ".gitignore", top);
      writeIn(folder, "a/.gitignore", inner);
      // Of what is not there nobody knows whether it will be a folder: it is taken for one.
      for (const one of asked) mkdirSync(path.join(folder, one), { recursive: true });
      const input = asked.map((one) => `${one}\0`).join("");
      const words = ["check-ignore", "--no-index", "--verbose", "--non-matching", "-z", "--stdin"];
      const git = spawnSync("git", words, { cwd: folder, input, env: gitEnvironment(folder) });
      const fields = git.stdout.toString("utf8").split("\0");
      const rules = gitRules(nodeFileSystem(), path.join(folder, "a"));
      assert.ok(rules.kind === "known");
      for (const [at, one] of asked.entries()) {
        const [file = "", number = "", written = ""] = fields.slice(at * 4);
        const isIgnored = file !== "" && !written.startsWith("!");
        const own = ignoringLine(rules.value, one);
        assert.deepEqual(
          own === null ? null : `${own.file}:${own.line}`,
          isIgnored ? `${file}:${number}` : null,
          JSON.stringify({ one, top, inner }),
        );
      }
    }),
    { numRuns: 40 },
  );
});

test("outside of a repository nothing is known", (t) => {
  const folder = temporaryFolder(t, { ".gitignore": "a\n" });
  assert.equal(gitRules(nodeFileSystem(), folder).kind, "unknown");
});
