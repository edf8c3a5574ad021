import assert from "node:assert/strict";
import { test } from "node:test";
import type { Builder } from "../../../server/src/core/build/builder.js";
import { type ListedFile, listedTree } from "../../../server/src/core/context/listedTree.js";
import { selectSources } from "../../../server/src/core/context/select.js";
import {
  type CopyRequest,
  entriesOf,
  failsStep,
} from "../../../server/src/core/context/selection.js";
import { severityOf } from "../../../server/src/core/words/problems.js";

/** `path -> target` is a link, `path/` a folder, `path |` a pipe; everything else a file of its own length. */
function treeOf(paths: readonly string[]) {
  return listedTree(
    paths.map((text): ListedFile => {
      const [path = "", linkTarget] = text.split(" -> ");
      if (linkTarget !== undefined) return { path, kind: "symlink", linkTarget };
      if (path.endsWith("/")) return { path, kind: "directory" };
      if (path.endsWith(" |")) return { path: path.slice(0, -2), kind: "fifo" };
      return { path, size: path.length, identity: path };
    }),
    (path) => path === "hidden" || path.startsWith("hidden/"),
  );
}

const CONTEXT = treeOf([
  ...["a.txt", "b.md", "d/x.md", "d/.hid", "d/e/y.go", "empty/", "pipe |"],
  ...["file-link -> a.txt", "dir-link -> d", "abs -> /d/x.md", "up -> ../../a.txt"],
  ...["out -> ../../../etc/passwd", "loop -> loop2", "loop2 -> loop", "d/back -> ../b.md"],
]);

/** `COPY …` in short: flags, then sources. */
function requestOf(builder: Builder, copy: string): CopyRequest {
  const words = copy.split(" ");
  return {
    builder,
    sources: words.filter((word) => !word.startsWith("--")),
    parents: words.includes("--parents"),
    exclude: words.flatMap((word) => (word.startsWith("--exclude=") ? [word.slice(10)] : [])),
  };
}

/** What arrives below the destination, as `name` or `name (of path)` where a link was followed. */
function checkCopied(
  copy: string,
  expected: readonly string[],
  { tree = CONTEXT, builder = "buildkit" as Builder } = {},
): void {
  const selection = selectSources(tree, requestOf(builder, copy));
  assert.deepEqual(selection.problems.filter(failsStep), []);
  const entries = selection.sources.flatMap((source) => [...entriesOf(source)]);
  assert.deepEqual(
    entries
      .filter(({ to }) => to !== "")
      .map(({ to, node }) => (node.kind === "directory" ? `${to}/` : to)),
    expected,
    `${builder}: COPY ${copy}`,
  );
}

function checkProblems(
  copy: string,
  builder: Builder,
  expected: readonly string[],
  tree = CONTEXT,
): void {
  const { problems } = selectSources(tree, requestOf(builder, copy));
  assert.deepEqual(
    problems.map((problem) => `${severityOf(problem)} ${problem.code} ${problem.source}`),
    expected,
    `${builder}: COPY ${copy}`,
  );
}

const BUILDERS = ["buildkit", "classic"] as const;
const D = [".hid", "back", "e/", "e/y.go", "x.md"];

for (const builder of BUILDERS) {
  test(`${builder}: a file keeps its name, a folder gives its content`, () => {
    checkCopied("a.txt", ["a.txt"], { builder });
    checkCopied("d", D, { builder });
    checkCopied("d/. a.txt", [...D, "a.txt"], { builder });
    checkCopied("empty", [], { builder });
    checkCopied("pipe", ["pipe"], { builder });
  });

  test(`${builder}: a link as source is followed and keeps its own name; links inside stay links`, () => {
    checkCopied("file-link", ["file-link"], { builder });
    checkCopied("dir-link", D, { builder });
    checkCopied("dir-link/e", ["y.go"], { builder });
    const selection = selectSources(CONTEXT, { builder, sources: ["file-link", "d"] });
    const [file, folder] = selection.sources.map((source) => [...entriesOf(source)]);
    assert.equal(file?.[0]?.path, "a.txt");
    const back = folder?.find((selected) => selected.to === "back");
    assert.equal(back?.node.kind, "symlink");
  });

  test(`${builder}: an absolute link and a link upwards stay in the context`, () => {
    checkCopied("abs", ["abs"], { builder });
    checkCopied("up", ["up"], { builder });
    checkProblems("out", builder, ["error source-link-broken out"]);
    checkProblems("loop", builder, ["error source-link-loop loop"]);
  });

  test(`${builder}: each missing source is named`, () => {
    checkProblems("a.txt nope d/nope hidden/x", builder, [
      "error source-not-found nope",
      "error source-not-found d/nope",
      "error source-ignored hidden/x",
    ]);
    checkProblems("a.txt/x", builder, ["error source-not-found a.txt/x"]);
  });

  test(`${builder}: wildcards`, () => {
    checkCopied("*.md", ["b.md"], { builder });
    checkCopied("*/*.md", ["x.md"], { builder });
    checkCopied("[d]", D, { builder });
    checkCopied("?.txt *.md", ["a.txt", "b.md"], { builder });
    checkCopied("dir-l*", D, { builder });
  });
}

test("a wildcard looks through a link in its fixed part under BuildKit, never under the classic builder", () => {
  checkCopied("dir-link/*.md", ["x.md"]);
  checkProblems("dir-link/*.md", "classic", ["error wildcard-without-match dir-link/*.md"]);
});

test("a wildcard without match creates nothing under BuildKit and fails the classic build", () => {
  checkProblems("*.zip", "buildkit", ["information wildcard-without-match *.zip"]);
  checkProblems("*.zip", "classic", ["error wildcard-without-match *.zip"]);
  for (const builder of BUILDERS) {
    checkProblems("*.zip a.txt", builder, ["information wildcard-without-match *.zip"]);
  }
});

test("a wildcard below a folder that is not there fails under BuildKit", () => {
  checkProblems("nope/*.md", "buildkit", ["error source-not-found nope/*.md"]);
});

test("a bad pattern fails under BuildKit and matches nothing under the classic builder", () => {
  checkProblems("a[", "buildkit", ["error pattern-invalid a["]);
  checkProblems("a[", "classic", ["error wildcard-without-match a["]);
  checkProblems("--exclude=a[ d", "buildkit", ["error pattern-invalid d"]);
});

test("a matched link that leads nowhere fails", () => {
  for (const builder of BUILDERS) checkProblems("ou*", builder, ["error source-link-broken ou*"]);
});

test("`..` above the context: BuildKit drops it, the classic builder refuses", () => {
  checkCopied("../a.txt", ["a.txt"]);
  checkProblems("../a.txt", "buildkit", ["information source-outside-context ../a.txt"]);
  checkProblems("../a.txt", "classic", ["error source-outside-context ../a.txt"]);
  checkProblems("d/../../a.txt", "classic", ["error source-outside-context d/../../a.txt"]);
  for (const builder of BUILDERS) checkProblems("d/../a.txt", builder, []);
});

test("--exclude takes things out of a folder, relative to it", () => {
  checkCopied("--exclude=*.md d", [".hid", "back", "e/", "e/y.go"]);
  checkCopied("--exclude=e d", [".hid", "back", "x.md"]);
  checkCopied("--exclude=**/*.go --exclude=.hid d", ["back", "e/", "x.md"]);
  checkCopied("--exclude=e --exclude=!e/y.go d", D);
  checkCopied("--exclude=* --exclude=!x.md d", ["x.md"]);
  checkProblems("--exclude=* d", "buildkit", ["information everything-excluded d"]);
});

test("--parents keeps the folders of each source", () => {
  checkCopied("--parents d/e/y.go", ["d/", "d/e/", "d/e/y.go"]);
  checkCopied("--parents d/e a.txt", ["d/", "d/e/", "d/e/y.go", "a.txt"]);
  checkCopied("--parents **/*.md", ["b.md", "d/", "d/x.md"]);
  checkCopied("--parents ./d/./e/y.go", ["e/", "e/y.go"]);
  checkCopied("--parents d/./**/*.go", ["e/", "e/y.go"]);
  checkProblems("--parents d/nope", "buildkit", ["error source-not-found d/nope"]);
  checkProblems("--parents *.zip", "buildkit", ["information everything-excluded *.zip"]);
});

test("--parents does not look through links", () => {
  checkProblems("--parents dir-link/x.md", "buildkit", ["error source-not-found dir-link/x.md"]);
});

test("a bind mount takes a star literally", () => {
  const tree = treeOf(["a*", "ab"]);
  const selection = selectSources(tree, { builder: "buildkit", sources: ["a*"], wildcards: false });
  assert.deepEqual(
    selection.sources[0]?.taken.map(({ path }) => path),
    ["a*"],
  );
});

test("files and bytes are counted once", () => {
  const { fileCount, bytes } = selectSources(CONTEXT, requestOf("buildkit", "d d/x.md a.txt"));
  assert.equal(fileCount, 5);
  assert.equal(bytes, "d/x.md".length + "d/.hid".length + "d/e/y.go".length + "a.txt".length);
});

test("names are ordered by their bytes", () => {
  checkCopied("*", ["B", "a", "é", "\uffff", "\u{1f433}"], {
    tree: treeOf(["\u{1f433}", "\uffff", "é", "a", "B"]),
  });
});

test("links that multiply do not take time", () => {
  const links = Array.from(
    { length: 300 },
    (_, i) => `l${i} -> ${`l${i + 1}/../`.repeat(50)}l${i + 1}`,
  );
  const before = performance.now();
  checkProblems("l0", "buildkit", ["error source-link-loop l0"], treeOf(links));
  assert.ok(performance.now() - before < 2000);
});
