/** Paths are cleaned as Go's `path.Clean` does, whatever was cleaned before. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { cleanPath } from "../../../server/src/core/text/paths.js";
import { runs } from "../../support/thorough.js";

/** Node's own, which leaves a slash at the end. */
function cleaned(text: string): string {
  const normal = path.posix.normalize(text);
  return normal.length > 1 && normal.endsWith("/") ? normal.slice(0, -1) : normal;
}

test("a path is clean or made so, whichever were before it", () => {
  const part = fc.constantFrom("", ".", "..", "...", "a", "a", ".a", "/", "//");
  const paths = fc.array(fc.array(part, { maxLength: 6 }), { maxLength: 8 });
  fc.assert(
    fc.property(paths, fc.boolean(), (all, isGrowing) => {
      let before = "";
      for (const parts of all) {
        const text = `${isGrowing ? before : ""}${parts.join("/")}`;
        assert.equal(cleanPath(text), cleaned(text), JSON.stringify(text));
        before = text.slice(0, 200);
      }
    }),
    { numRuns: runs(5_000) },
  );
});
