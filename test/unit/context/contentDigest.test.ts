import assert from "node:assert/strict";
import { test } from "node:test";
import type { Builder } from "../../../server/src/core/build/builder.js";
import { contentDigest } from "../../../server/src/core/context/contentDigest.js";
import { type ListedFile, listedTree } from "../../../server/src/core/context/listedTree.js";
import { selectSources } from "../../../server/src/core/context/select.js";
import { baseName } from "../../../server/src/core/text/paths.js";
import { saltedSha256, sha256 } from "../../../server/src/host/digest.js";

/** A context in short: path → what stands there. A string is a file's content. */
type Files = Readonly<Record<string, string | Partial<ListedFile>>>;

const DIRECTORY: Partial<ListedFile> = { kind: "directory" };
const link = (linkTarget: string): Partial<ListedFile> => ({ kind: "symlink", linkTarget });

function treeOf(files: Files) {
  return listedTree(
    Object.entries(files).map(([path, file]): ListedFile => {
      if (typeof file !== "string") return { path, ...file };
      return { path, size: file.length, identity: sha256(file) };
    }),
  );
}

/** What the key of one COPY holds of its sources: their content, and under BuildKit their base names. */
function keyOf(builder: Builder, files: Files, copy: string): string {
  const tree = treeOf(files);
  const words = copy.split(" ");
  const request = {
    builder,
    sources: words.filter((word) => !word.startsWith("--")),
    parents: words.includes("--parents"),
    exclude: words.flatMap((word) => (word.startsWith("--exclude=") ? [word.slice(10)] : [])),
  };
  const selection = selectSources(tree, request);
  const digest = contentDigest(tree, selection, sha256);
  assert.equal(digest.kind, "known", `COPY ${copy}: ${JSON.stringify(selection.problems)}`);
  const names = selection.sources.map((source) => baseName(source.path));
  return JSON.stringify([builder === "buildkit" ? names : [], digest]);
}

/** One row of the table of what changes the key of a COPY: `hit` or `miss` under both builders. */
function checkRow(
  name: string,
  [filesBefore, copyBefore]: readonly [Files, string],
  [filesAfter, copyAfter]: readonly [Files, string],
  expected: { readonly buildkit: "hit" | "miss"; readonly classic: "hit" | "miss" | null },
): void {
  test(name, () => {
    for (const builder of ["buildkit", "classic"] as const) {
      if (expected[builder] === null) continue;
      const before = keyOf(builder, filesBefore, copyBefore);
      const after = keyOf(builder, filesAfter, copyAfter);
      assert.equal(before === after ? "hit" : "miss", expected[builder], builder);
    }
  });
}

const BOTH_HIT = { buildkit: "hit", classic: "hit" } as const;
const BOTH_MISS = { buildkit: "miss", classic: "miss" } as const;
const D: Files = { "d/x": "x", "d/sub/y": "y", other: "o" };
const X: Partial<ListedFile> = { size: 1, identity: sha256("x") };

checkRow(
  "only the times changed",
  [{ a: { ...X, mtimeMs: 1 } }, "a"],
  [{ a: { ...X, mtimeMs: 2 } }, "a"],
  BOTH_HIT,
);
for (const mode of [0o755, 0o640, 0o4644]) {
  checkRow(
    `mode 0644 became 0${mode.toString(8)}`,
    [{ a: X }, "a"],
    [{ a: { ...X, mode } }, "a"],
    BOTH_MISS,
  );
}
checkRow(
  "mode of the folder above a copied file",
  [{ "d/x": X }, "d/x"],
  [{ d: { ...DIRECTORY, mode: 0o700 }, "d/x": X }, "d/x"],
  BOTH_HIT,
);
checkRow(
  "mode of a copied folder",
  [D, "d"],
  [{ ...D, d: { ...DIRECTORY, mode: 0o700 } }, "d"],
  BOTH_MISS,
);
checkRow(
  "mode of a folder in a copied folder",
  [D, "d"],
  [{ ...D, "d/sub": { ...DIRECTORY, mode: 0o700 } }, "d"],
  BOTH_MISS,
);
checkRow("content", [{ a: "1" }, "a"], [{ a: "2" }, "a"], BOTH_MISS);
checkRow(
  "content of a file in a copied folder",
  [D, "d"],
  [{ ...D, "d/sub/y": "z" }, "d"],
  BOTH_MISS,
);
checkRow("unrelated file added", [D, "d"], [{ ...D, more: "m" }, "d"], BOTH_HIT);
checkRow("file added", [D, "d"], [{ ...D, "d/new": "n" }, "d"], BOTH_MISS);
checkRow("file renamed", [{ "d/x": "x" }, "d"], [{ "d/z": "x" }, "d"], BOTH_MISS);
checkRow("empty folder added", [D, "d"], [{ ...D, "d/empty": DIRECTORY }, "d"], BOTH_MISS);
checkRow("fifo added", [D, "d"], [{ ...D, "d/pipe": { kind: "fifo" } }, "d"], BOTH_MISS);
checkRow("hard link added", [D, "d"], [{ ...D, "d/x2": "x" }, "d"], BOTH_MISS);
checkRow("socket added", [D, "d"], [{ ...D, "d/s": { kind: "socket" } }, "d"], {
  buildkit: "miss",
  classic: "hit",
});
checkRow(
  "a link as source: its target's content",
  [{ l: link("a"), a: "1" }, "l"],
  [{ l: link("a"), a: "2" }, "l"],
  BOTH_MISS,
);
checkRow(
  "a link inside a copied folder re-pointed",
  [{ "d/l": link("x"), "d/x": "x", "d/y": "x" }, "d"],
  [{ "d/l": link("y"), "d/x": "x", "d/y": "x" }, "d"],
  BOTH_MISS,
);
checkRow(
  "a link as source re-pointed to equal content",
  [{ l: link("a"), a: "1", b: "1" }, "l"],
  [{ l: link("b"), a: "1", b: "1" }, "l"],
  { buildkit: "hit", classic: "miss" },
);
checkRow(
  "a copied folder's link leads out of it, and that target changes",
  [{ "d/l": link("../o"), o: "1" }, "d"],
  [{ "d/l": link("../o"), o: "2" }, "d"],
  { buildkit: "hit", classic: "miss" },
);
checkRow(
  "source renamed, same base name",
  [{ "d/x": "x", "d2/x": "x" }, "d/x"],
  [{ "d/x": "x", "d2/x": "x" }, "d2/x"],
  { buildkit: "hit", classic: "miss" },
);
checkRow(
  "source renamed, other base name",
  [{ a: "x", b: "x" }, "a"],
  [{ a: "x", b: "x" }, "b"],
  BOTH_MISS,
);
checkRow(
  "folder renamed",
  [{ "d/x": "x", "e/x": "x" }, "d"],
  [{ "d/x": "x", "e/x": "x" }, "e"],
  BOTH_MISS,
);
checkRow(
  "folder renamed, written with a dot",
  [{ "d/x": "x", "e/x": "x" }, "d/."],
  [{ "d/x": "x", "e/x": "x" }, "e/."],
  BOTH_MISS,
);
checkRow(
  "the same names in another folder",
  [{ "d1/a.txt": "a", "d2/a.txt": "a" }, "d1/*.txt"],
  [{ "d1/a.txt": "a", "d2/a.txt": "a" }, "d2/*.txt"],
  { buildkit: "hit", classic: "miss" },
);
checkRow(
  "wildcard: unmatched file added",
  [{ "a.txt": "a" }, "*.txt"],
  [{ "a.txt": "a", "a.md": "m" }, "*.txt"],
  BOTH_HIT,
);
checkRow(
  "wildcard: matched file added",
  [{ "a.txt": "a" }, "*.txt"],
  [{ "a.txt": "a", "b.txt": "b" }, "*.txt"],
  BOTH_MISS,
);
checkRow(
  "wildcard: matched file renamed",
  [{ "a.txt": "a" }, "*.txt"],
  [{ "b.txt": "a" }, "*.txt"],
  BOTH_MISS,
);
checkRow(
  "a name became a wildcard with the same match",
  [{ "a.txt": "a" }, "a.txt"],
  [{ "a.txt": "a" }, "a*"],
  { buildkit: "miss", classic: "hit" },
);
for (const same of ["./a", "/a", ".//a"]) {
  checkRow(`\`a\` written as \`${same}\``, [{ a: "a" }, "a"], [{ a: "a" }, same], BOTH_HIT);
}
checkRow("a folder written with a slash", [D, "d"], [D, "d/"], BOTH_HIT);
checkRow("sources swapped", [{ a: "a", b: "b" }, "a b"], [{ a: "a", b: "b" }, "b a"], BOTH_MISS);
checkRow(
  "Dockerfile edited under `COPY .`",
  [{ Dockerfile: "1", a: "a" }, "."],
  [{ Dockerfile: "2", a: "a" }, "."],
  BOTH_MISS,
);

checkRow(
  "--exclude: an excluded file changes",
  [{ "d/a.md": "1", "d/b": "b" }, "--exclude=*.md d"],
  [{ "d/a.md": "2", "d/b": "b" }, "--exclude=*.md d"],
  { buildkit: "hit", classic: null },
);
checkRow(
  "--exclude: a kept file changes",
  [{ "d/a.md": "1", "d/b": "b" }, "--exclude=*.md d"],
  [{ "d/a.md": "1", "d/b": "c" }, "--exclude=*.md d"],
  { buildkit: "miss", classic: null },
);
checkRow(
  "--parents: a file outside the pattern changes",
  [{ "s/a/x": "1", "s/b/x": "1" }, "--parents s/a"],
  [{ "s/a/x": "1", "s/b/x": "2" }, "--parents s/a"],
  { buildkit: "hit", classic: null },
);
checkRow(
  "--parents: the mode of a folder on the way changes",
  [{ "s/a/x": "1" }, "--parents s/a"],
  [{ s: { ...DIRECTORY, mode: 0o700 }, "s/a/x": "1" }, "--parents s/a"],
  { buildkit: "miss", classic: null },
);
// From here on rows that only the sources of BuildKit tell (`contenthash/checksum.go`).
checkRow(
  "--exclude at the root hashes through a link at the top",
  [{ l: link("o/f"), "o/f": "1", "o/g": "1" }, "--exclude=o ."],
  [{ l: link("o/f"), "o/f": "2", "o/g": "1" }, "--exclude=o ."],
  { buildkit: "miss", classic: null },
);
checkRow("a source below another source adds nothing", [D, "d d/x"], [D, "d/x d"], BOTH_MISS);

test("an excluded part of the context that a link re-adds is hashed unfiltered", () => {
  const before = keyOf("buildkit", { l: link("d"), "d/a.md": "1" }, "--exclude=*.md l");
  assert.notEqual(before, keyOf("buildkit", { l: link("d"), "d/a.md": "2" }, "--exclude=*.md l"));
});

test("FIXME: an edit that keeps size and time, in a context that was sent before, is a hit in BuildKit", () => {
  // BuildKit's client does not send such a file again. We compare the bytes and say miss.
  const before = keyOf("buildkit", { a: { size: 1, mtimeMs: 5, identity: "1" } }, "a");
  const after = keyOf("buildkit", { a: { size: 1, mtimeMs: 5, identity: "2" } }, "a");
  assert.notEqual(before, after);
});

test("what is remembered of a folder is one digest function's", () => {
  for (const builder of ["buildkit", "classic"] as const) {
    for (const source of ["d", "*"]) {
      const tree = treeOf({ "d/a": "one", "d/e/b": "two" });
      const selection = selectSources(tree, { builder, sources: [source] });
      const salted = contentDigest(tree, selection, saltedSha256("salt"));
      const again = treeOf({ "d/a": "one", "d/e/b": "two" });
      const plain = contentDigest(
        again,
        selectSources(again, { builder, sources: [source] }),
        sha256,
      );
      assert.deepEqual(contentDigest(tree, selection, sha256), plain);
      assert.notDeepEqual(salted, plain);
    }
  }
});

test("an unknown identity is asked for, once, and only where it counts", () => {
  const tree = listedTree([
    { path: "d/known", size: 1, identity: "k" },
    { path: "d/new", size: 1 },
    { path: "d/empty", size: 0 },
    { path: "elsewhere", size: 1 },
  ]);
  const selection = selectSources(tree, { builder: "buildkit", sources: ["d", "d/new"] });
  assert.deepEqual(contentDigest(tree, selection, sha256), { kind: "needed", paths: ["d/new"] });
});

test("a file that cannot be read fails the digest with its reason", () => {
  const error = { code: "EACCES", message: "permission denied", path: "d/secret" };
  const tree = listedTree([{ path: "d/secret", size: 1, error }]);
  const selection = selectSources(tree, { builder: "buildkit", sources: ["d"] });
  assert.deepEqual(contentDigest(tree, selection, sha256), { kind: "unreadable", errors: [error] });
});

test("a source that is not there has no digest", () => {
  const tree = treeOf({ a: "a" });
  const selection = selectSources(tree, { builder: "buildkit", sources: ["b"] });
  assert.deepEqual(contentDigest(tree, selection, sha256), { kind: "invalid" });
});
