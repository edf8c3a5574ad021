/** Directories that are known, against a list that is searched from end to end. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  hasAbove,
  hasDirectory,
  type KnownDirectories,
  noDirectories,
  rootAlone,
  withAbove,
  withDirectory,
} from "../../../server/src/core/files/knownDirectories.js";
import { isWithin } from "../../../server/src/core/text/paths.js";
import { runs } from "../../support/thorough.js";

/** Names that sort before, between and behind a slash. */
const path = fc
  .array(fc.constantFrom("a", "a-b", "b", "b.", "0"), { maxLength: 5 })
  .map((names) => `/${names.join("/")}`);

const isAtOrBelow = (one: string, other: string): boolean => isWithin(one.slice(1), other.slice(1));

function check(
  start: KnownDirectories,
  isRootKnown: boolean,
  paths: readonly string[],
  asked: string,
): void {
  const all = isRootKnown ? ["/", ...paths] : paths;
  const directories = paths.reduce(withDirectory, start);
  const above = paths.reduce(withAbove, start);
  assert.equal(
    hasDirectory(directories, asked),
    all.some((known) => isAtOrBelow(known, asked)),
  );
  assert.equal(
    hasAbove(above, asked),
    all.some((known) => isAtOrBelow(asked, known)),
  );
}

test("a directory is known with all above it, and what is below one is found", () => {
  fc.assert(
    fc.property(
      fc.array(path, { maxLength: 12 }),
      path,
      fc.boolean(),
      (paths, asked, isRootKnown) => {
        check(isRootKnown ? rootAlone : noDirectories, isRootKnown, paths, asked);
      },
    ),
    { numRuns: runs(20_000) },
  );
});
