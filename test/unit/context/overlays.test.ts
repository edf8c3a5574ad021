import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FolderNode } from "../../../server/src/core/context/fileTree.js";
import { endsPart } from "../../../server/src/core/context/folder.js";
import { listedTree } from "../../../server/src/core/context/listedTree.js";
import { bytesInBoth, united } from "../../../server/src/core/context/overlays.js";
import { entriesBelow } from "../../../server/src/core/context/selection.js";
import { runs } from "../../support/thorough.js";

const ends = Array.from({ length: 3000 }, (_, i) => `e${i}`).filter(endsPart);
const name = fc.constantFrom("a", "b", ...ends.slice(0, 2));
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join("/"));
const folder = fc
  .array(fc.record({ path, size: fc.nat(9) }), { maxLength: 8 })
  .map((files) => listedTree(files).root);

function sizes(root: FolderNode): ReadonlyMap<string, number> {
  const all = [...entriesBelow(root, "", "")];
  return new Map(
    all.flatMap(({ path: at, node }) => (node.kind === "directory" ? [] : [[at, node.size]])),
  );
}

test("folders laid over each other hold what lists of their files do", () => {
  fc.assert(
    fc.property(folder, folder, (a, b) => {
      const [inA, inB] = [sizes(a), sizes(b)];
      const both = [...inA].filter(([at]) => inB.has(at));
      const sum = both.reduce((bytes, [, size]) => bytes + size, 0);
      assert.equal(bytesInBoth(a, b), sum);
      assert.equal(bytesInBoth(a, a), a.bytes);
      assert.deepEqual(sizes(united(a, a)), inA);
      // Nothing of the first is left below a file of the second, nor at a folder of it.
      const isHidden = (at: string) =>
        [...entriesBelow(b, "", "")].some(
          ({ path: other, node }) =>
            at === other || (node.kind !== "directory" && at.startsWith(`${other}/`)),
        );
      const left = [...inA].filter(([at]) => !isHidden(at));
      assert.deepEqual([...sizes(united(a, b))].sort(), [...left, ...inB].sort());
    }),
    { numRuns: runs(2000) },
  );
});
