import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { contentDigest } from "../../../server/src/core/context/contentDigest.js";
import type { Found } from "../../../server/src/core/context/fileTree.js";
import { emptyFolder, nodeAt } from "../../../server/src/core/context/folder.js";
import {
  createIgnoreMatcher,
  type IgnoreMatcher,
  readIgnoreFile,
} from "../../../server/src/core/context/ignoreFile.js";
import { type ListedFile, listedTree } from "../../../server/src/core/context/listedTree.js";
import { type Manifest, manifestOf } from "../../../server/src/core/context/manifest.js";
import { selectSources } from "../../../server/src/core/context/select.js";
import {
  type CopyRequest,
  entriesBelow,
  entriesOf,
} from "../../../server/src/core/context/selection.js";
import { createContextReader } from "../../../server/src/host/contextReader.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { runs } from "../../support/thorough.js";
import { DISK_ROOTS, type MemoryDisk, memoryDisk } from "./memoryDisk.js";

const BUILDERS = ["buildkit", "classic"] as const;
const name = fc.constantFrom("a", "b", "c.md", "d", ".e", "é");
const filePath = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/"));
/** Paths of which none lies below another. */
const filePaths = fc
  .uniqueArray(filePath, { minLength: 1, maxLength: 14 })
  .map((paths) => paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`))));
const pattern = fc
  .array(fc.constantFrom("a", "b", "c.md", "d", "*", "**", "?", "*.md", "[a-c]"), {
    minLength: 1,
    maxLength: 3,
  })
  .map((names) => names.join("/"));
const ignoreText = fc
  .array(fc.tuple(fc.boolean(), pattern), { maxLength: 5 })
  .map((lines) => lines.map(([not, text]) => (not ? `!${text}` : text)).join("\n"));
const system = fc.constantFrom("posix", "windows");

function listed(
  paths: readonly string[],
  change: (path: string) => Partial<ListedFile> = () => ({}),
) {
  return listedTree(paths.map((path) => ({ path, size: 3, identity: "old", ...change(path) })));
}

function digestOf(tree: ReturnType<typeof listed>, request: CopyRequest): string {
  return JSON.stringify(contentDigest(tree, selectSources(tree, request), sha256));
}

function pathsOf(manifest: Manifest | null): readonly string[] {
  return manifest === null ? [] : [...entriesBelow(manifest.root, "", "")].map(({ path }) => path);
}

test("a file that is not selected changes no digest; a selected one always does", () => {
  fc.assert(
    fc.property(
      filePaths,
      pattern,
      fc.nat(),
      fc.constantFrom(...BUILDERS),
      (paths, source, pick, builder) => {
        const request: CopyRequest = { builder, sources: [source] };
        const before = listed(paths);
        const selection = selectSources(before, request);
        if (selection.problems.length > 0) return;
        const changed = paths[pick % paths.length];
        const selected = pathsOf(manifestOf(selection)).some((path) => path === changed);
        const after = listed(paths, (path) => (path === changed ? { identity: "new" } : {}));
        assert.equal(digestOf(before, request) !== digestOf(after, request), selected);
      },
    ),
  );
});

test("times change no digest", () => {
  fc.assert(
    fc.property(
      filePaths,
      pattern,
      fc.nat(),
      fc.constantFrom(...BUILDERS),
      (paths, source, mtimeMs, builder) => {
        const request: CopyRequest = { builder, sources: [source, "."] };
        assert.equal(
          digestOf(listed(paths), request),
          digestOf(
            listed(paths, () => ({ mtimeMs })),
            request,
          ),
        );
      },
    ),
  );
});

function pathsBelow({ path, node }: Found): readonly string[] {
  if (node.kind !== "directory") return [];
  return [...entriesBelow(node, path, "")].map((entry) => entry.path);
}

test("what BuildKit hashes through filters is what it copies", () => {
  fc.assert(
    fc.property(
      filePaths,
      pattern,
      fc.array(pattern, { maxLength: 2 }),
      fc.boolean(),
      (paths, source, exclude, parents) => {
        const tree = listed(paths);
        const { sources } = selectSources(tree, {
          builder: "buildkit",
          sources: [source],
          exclude,
          parents,
        });
        const [selection] = sources;
        if (selection?.hashed.kind !== "list" || selection.problems.length > 0) return;
        const isRoot = (path: string) =>
          selection.taken.some((one) => one.to === "" && one.path === path);
        const copied = [...entriesOf(selection)]
          .map(({ path }) => path)
          .filter((path) => !isRoot(path));
        const hashed = selection.hashed.items
          .flatMap((item) => [item.path, ...(item.what === "whole" ? pathsBelow(item) : [])])
          .filter((path) => !isRoot(path));
        assert.deepEqual([...new Set(copied)].sort(), [...new Set(hashed)].sort());
      },
    ),
    { numRuns: runs(1000) },
  );
});

function diskOf(paths: readonly string[], on: "posix" | "windows"): MemoryDisk {
  const disk = memoryDisk(on);
  for (const path of paths) disk.write(path, path);
  disk.clock += 60_000;
  return disk;
}

function readerOf(disk: MemoryDisk, ignore: IgnoreMatcher) {
  return createContextReader({
    root: DISK_ROOTS[disk.system],
    fileSystem: disk,
    ignore,
    now: () => disk.clock,
  });
}

async function pictureOf(reader: ReturnType<typeof readerOf>): Promise<unknown> {
  const request: CopyRequest = { builder: "buildkit", sources: ["."] };
  const digest = contentDigest(reader.tree, selectSources(reader.tree, request), sha256);
  if (digest.kind === "needed") await reader.hash(digest.paths);
  const selection = selectSources(reader.tree, request);
  const manifest = manifestOf(selection);
  const lines = [...entriesBelow(manifest?.root ?? emptyFolder, "", "")].map(({ path, node }) =>
    node.kind === "directory" ? [path, node.mode] : [path, node.mode, node.size, node.identity],
  );
  return [contentDigest(reader.tree, selection, sha256), lines];
}

test("a walk finds exactly the files that are not ignored, whatever it prunes", async () => {
  await fc.assert(
    fc.asyncProperty(
      filePaths,
      ignoreText,
      system,
      fc.constantFrom(...BUILDERS),
      async (paths, text, on, builder) => {
        const ignore = createIgnoreMatcher(readIgnoreFile(text), builder);
        const reader = readerOf(diskOf(paths, on), ignore);
        await reader.scan();
        const seen = paths.filter((path) => nodeAt(reader.tree.root, path) !== null);
        assert.deepEqual(
          seen,
          paths.filter((path) => !ignore.isIgnored(path)),
          text,
        );
      },
    ),
    { numRuns: runs(500) },
  );
});

test("the order in which a folder is listed, and ignored files, change nothing", async () => {
  await fc.assert(
    fc.asyncProperty(filePaths, ignoreText, system, async (paths, text, on) => {
      const ignore = createIgnoreMatcher(readIgnoreFile(text), "buildkit");
      const disk = diskOf(paths, on);
      const other = diskOf([...paths].reverse(), on);
      other.reversed = true;
      for (const path of paths) if (ignore.isIgnored(path)) other.write(path, "something else");
      const [a, b] = [readerOf(disk, ignore), readerOf(other, ignore)];
      await a.scan();
      await b.scan();
      assert.deepEqual(await pictureOf(a), await pictureOf(b));
    }),
  );
});

const change = fc.record({
  path: filePath,
  what: fc.constantFrom("write", "remove", "folder", "mode"),
});

function apply(
  disk: MemoryDisk,
  path: string,
  what: "write" | "remove" | "folder" | "mode",
): boolean {
  const root = DISK_ROOTS[disk.system];
  const separator = disk.system === "posix" ? "/" : "\\";
  const kindAt = (at: string) => {
    const stat = disk.stat([root, ...(at === "" ? [] : at.split("/"))].join(separator));
    return stat.ok ? stat.value.kind : null;
  };
  const names = path.split("/");
  const aboveIsFile = names.some((_, i) => i > 0 && kindAt(names.slice(0, i).join("/")) === "file");
  if (aboveIsFile) return false;
  disk.clock += 5;
  if (what === "remove") disk.remove(path);
  else if (what === "mode") {
    if (kindAt(path) === null) return false;
    disk.setMode(path, 0o700);
  } else if (what === "write") {
    if (kindAt(path) === "directory") disk.remove(path);
    disk.write(path, `${path} at ${disk.clock}`);
  } else {
    if (kindAt(path) === "file") disk.remove(path);
    disk.makeDirectory(path);
  }
  return true;
}

test("looking again at what changed gives the same picture as walking everything", async () => {
  await fc.assert(
    fc.asyncProperty(
      ...([
        filePaths,
        ignoreText,
        fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 4 }),
        system,
      ] as const),
      async (paths, text, rounds, on) => {
        const disk = diskOf(paths, on);
        const ignore = createIgnoreMatcher(readIgnoreFile(text), "buildkit");
        const reader = readerOf(disk, ignore);
        await reader.scan();
        for (const round of rounds) {
          const changed = round.filter(({ path, what }) => apply(disk, path, what));
          await reader.refresh(changed.map(({ path }) => path));
          const fresh = readerOf(disk, ignore);
          await fresh.scan();
          assert.equal(reader.tree.root.entryCount, fresh.tree.root.entryCount, text);
          const picture = await pictureOf(reader);
          assert.deepEqual(picture, await pictureOf(fresh), text);
        }
      },
    ),
    { numRuns: runs(500) },
  );
});
