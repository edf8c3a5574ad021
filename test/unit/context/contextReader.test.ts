import assert from "node:assert/strict";
import { rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { Builder } from "../../../server/src/core/build/builder.js";
import { contentDigest } from "../../../server/src/core/context/contentDigest.js";
import type { FileNode } from "../../../server/src/core/context/fileTree.js";
import { errorsIn, nodeAt } from "../../../server/src/core/context/folder.js";
import {
  createIgnoreMatcher,
  readIgnoreFile,
} from "../../../server/src/core/context/ignoreFile.js";
import { selectSources } from "../../../server/src/core/context/select.js";
import { entriesBelow } from "../../../server/src/core/context/selection.js";
import { problemWords } from "../../../server/src/core/words/problems.js";
import { type ContextReader, createContextReader } from "../../../server/src/host/contextReader.js";
import { sha256 } from "../../../server/src/host/digest.js";
import type { GitFolder } from "../../../server/src/host/gitReader.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { DISK_ROOTS, type MemoryDisk, memoryDisk } from "./memoryDisk.js";

const SYSTEMS = ["posix", "windows"] as const;

interface Opened {
  readonly disk: MemoryDisk;
  readonly reader: ContextReader;
}

function open(
  system: "posix" | "windows",
  paths: readonly string[],
  { ignore = "", builder = "buildkit" as Builder } = {},
): Opened {
  const disk = memoryDisk(system);
  for (const path of paths) disk.write(path, `content of ${path}`);
  disk.clock += 60_000;
  const reader = createContextReader({
    root: DISK_ROOTS[system],
    ignore: createIgnoreMatcher(readIgnoreFile(ignore), builder),
    fileSystem: disk,
    now: () => disk.clock,
  });
  return { disk, reader };
}

function fileAt({ tree }: Pick<ContextReader, "tree">, path: string): FileNode | null {
  const node = nodeAt(tree.root, path);
  return node?.kind === "directory" ? null : node;
}

/** All paths of the reader's tree, folders with a slash. */
function pathsOf(reader: ContextReader): readonly string[] {
  return [...entriesBelow(reader.tree.root, "", "")].map(({ path, node }) =>
    node.kind === "directory" ? `${path}/` : path,
  );
}

/** The digest of `COPY sources`, hashing what is needed on the way. */
async function digestOf(reader: ContextReader, ...sources: readonly string[]): Promise<string> {
  const request = { builder: "buildkit", sources } as const;
  for (let turn = 0; turn < 3; turn++) {
    const digest = contentDigest(reader.tree, selectSources(reader.tree, request), sha256);
    if (digest.kind === "known") return digest.digest;
    assert.equal(digest.kind, "needed", JSON.stringify(digest));
    assert.ok((await reader.hash(digest.paths)).ok);
  }
  assert.fail("the digest never became known");
}

for (const system of SYSTEMS) {
  test(`${system}: the tree holds what the builder sees, under slashes`, async () => {
    const { disk, reader } = open(system, ["b", "a", "d/e/f", "node_modules/x/y", "d/skip.log"], {
      ignore: "node_modules\n**/*.log",
    });
    disk.makeDirectory("empty");
    disk.makeLink("link", system === "posix" ? "d/e" : "d\\e");
    assert.ok((await reader.scan()).ok);
    assert.deepEqual(pathsOf(reader), ["a", "b", "d/", "d/e/", "d/e/f", "empty/", "link"]);
    assert.equal(fileAt(reader, "link")?.linkTarget, "d/e");
    assert.equal(nodeAt(reader.tree.root, "d/e/f")?.mode, system === "posix" ? 0o644 : 0o755);
    assert.equal(nodeAt(reader.tree.root, "d")?.mode, 0o755);
    assert.equal(reader.tree.isIgnored("node_modules/x"), true);
  });

  test(`${system}: nothing is read that no instruction needs, and nothing twice`, async () => {
    const { disk, reader } = open(system, ["a", "d/x", "d/y"]);
    await reader.scan();
    assert.equal(disk.opened, 0);
    await digestOf(reader, "d");
    assert.equal(disk.opened, 2);
    await reader.scan();
    await digestOf(reader, "d", "a");
    assert.equal(disk.opened, 3);
  });

  test(`${system}: an unchanged folder gives the very same tree again`, async () => {
    const { disk, reader } = open(system, ["a", "d/x"]);
    await reader.scan();
    await digestOf(reader, ".");
    const before = reader.tree;
    disk.reversed = true;
    await reader.scan();
    await reader.refresh(["d", "a", "nothing/there"]);
    assert.equal(reader.tree, before);
  });

  test(`${system}: one refreshed path makes a new tree that shares the rest`, async () => {
    const { disk, reader } = open(system, ["a", "d/x", "e/f/y"]);
    await reader.scan();
    const digest = await digestOf(reader, ".");
    const before = reader.tree;
    disk.write("d/x", "other");
    await reader.refresh(["d/x"]);
    assert.notEqual(reader.tree, before);
    assert.equal(nodeAt(reader.tree.root, "e"), nodeAt(before.root, "e"));
    assert.equal(nodeAt(reader.tree.root, "a"), nodeAt(before.root, "a"));
    assert.notEqual(nodeAt(reader.tree.root, "d"), nodeAt(before.root, "d"));
    assert.notEqual(await digestOf(reader, "."), digest);
    assert.equal(fileAt({ tree: before }, "d/x")?.size, "content of d/x".length);
  });
}

test("a full walk finds a change deep below, and its digest is another one", async () => {
  const { disk, reader } = open("posix", ["d/e/f/x", "d/y"]);
  await reader.scan();
  const before = await digestOf(reader, "d");
  disk.write("d/e/f/x", "other");
  await reader.scan();
  assert.notEqual(await digestOf(reader, "d"), before);
});

test("files that appear and vanish, alone and with their folders", async () => {
  const { disk, reader } = open("posix", ["a"]);
  await reader.scan();
  disk.write("new/deep/file", "1");
  await reader.refresh(["new/deep/file"]);
  assert.deepEqual(pathsOf(reader), ["a", "new/", "new/deep/", "new/deep/file"]);
  disk.remove("a");
  disk.remove("new/deep");
  await reader.refresh(["a", "new/deep/file", "new/deep"]);
  assert.deepEqual(pathsOf(reader), ["new/"]);
  disk.remove("new");
  disk.write("new", "now a file");
  await reader.refresh(["new"]);
  assert.deepEqual(pathsOf(reader), ["new"]);
});

for (const system of SYSTEMS) {
  test(`${system}: on a disk that ignores case, names count as the disk lists them`, async () => {
    const options = { ignore: "SECRET\nNode_Modules" };
    const { disk, reader } = open(system, ["App.py", "Src/a", "secret", "node_modules/x"], options);
    disk.ignoresCase = true;
    await reader.scan();
    assert.deepEqual(pathsOf(reader), [
      "App.py",
      "Src/",
      "Src/a",
      "node_modules/",
      "node_modules/x",
      "secret",
    ]);
    const { problems } = selectSources(reader.tree, { builder: "buildkit", sources: ["app.py"] });
    assert.deepEqual(
      problems.map((problem) => [problem.code, problemWords(problem)]),
      [
        [
          "source-not-found",
          '"app.py" is not in the build context. "App.py" is there: names count with their case.',
        ],
      ],
    );
    const digest = await digestOf(reader, "Src");
    // A watcher may tell the path as somebody typed it, and of a new name only.
    disk.write("Src/a", "changed");
    await reader.refresh(["src/A", "APP.py"]);
    assert.notEqual(await digestOf(reader, "Src"), digest);
    assert.deepEqual(pathsOf(reader).slice(0, 3), ["App.py", "Src/", "Src/a"]);
  });

  test(`${system}: a file renamed in its case alone has its new name only`, async () => {
    const { disk, reader } = open(system, ["Readme.md", "Src/a"]);
    disk.ignoresCase = true;
    await reader.scan();
    disk.remove("Readme.md");
    disk.write("README.md", "content of Readme.md");
    disk.remove("Src");
    disk.write("src/a", "content of Src/a");
    await reader.refresh(["Readme.md", "README.md", "Src", "src"]);
    assert.deepEqual(pathsOf(reader), ["README.md", "src/", "src/a"]);
  });
}

test("an accent that is written in two ways names one file", async () => {
  const { disk, reader } = open("posix", ["cafe\u0301.txt"]);
  await reader.scan();
  disk.write("cafe\u0301.txt", "changed");
  const before = reader.tree;
  await reader.refresh(["caf\u00e9.txt"]);
  assert.notEqual(reader.tree, before);
  assert.deepEqual(pathsOf(reader), ["cafe\u0301.txt"]);
});

test("an ignored folder is there only for what an exception brings back", async () => {
  const options = { ignore: "d\n!d/e/keep" };
  const { disk, reader } = open("posix", ["d/e/keep", "d/e/drop", "d/other/x"], options);
  await reader.scan();
  assert.deepEqual(pathsOf(reader), ["d/", "d/e/", "d/e/keep"]);
  disk.remove("d/e/keep");
  await reader.refresh(["d/e/keep"]);
  assert.deepEqual(pathsOf(reader), []);
  disk.write("d/e/keep", "again");
  disk.write("d/e/drop", "again");
  await reader.refresh(["d/e/drop", "d/e/keep", "d/other/x"]);
  assert.deepEqual(pathsOf(reader), ["d/", "d/e/", "d/e/keep"]);
});

test("the mode of such a folder reaches BuildKit, not the classic builder", async () => {
  for (const [builder, mode] of [
    ["buildkit", 0o700],
    ["classic", 0o755],
  ] as const) {
    const { disk, reader } = open("posix", ["d/keep"], { ignore: "d\n!d/keep", builder });
    disk.setMode("d", 0o700);
    await reader.scan();
    assert.equal(nodeAt(reader.tree.root, "d")?.mode, mode);
  }
});

test("touching a file reads it again and changes no digest", async () => {
  const { disk, reader } = open("posix", ["a", "b"]);
  await reader.scan();
  const before = await digestOf(reader, ".");
  disk.touch("a");
  disk.clock += 60_000;
  await reader.scan();
  assert.equal(await digestOf(reader, "."), before);
  assert.equal(disk.opened, 3);
});

test("a write that the stat does not show is found once the file is looked at again", async () => {
  const { disk, reader } = open("posix", ["a"]);
  disk.write("a", "first!");
  await reader.scan();
  const before = await digestOf(reader, "a");
  // The same size in the same tick of the clock: git calls this racy.
  disk.write("a", "second");
  await reader.refresh(["a"]);
  const after = await digestOf(reader, "a");
  assert.notEqual(after, before);
  disk.clock += 60_000;
  await reader.scan();
  assert.equal(await digestOf(reader, "a"), after);
  const { opened } = disk;
  await reader.scan();
  assert.equal(await digestOf(reader, "a"), after);
  assert.equal(disk.opened, opened);
});

test("a file written while it is read counts with its last state", async () => {
  const { disk, reader } = open("posix", ["a"]);
  await reader.scan();
  let writes = 0;
  disk.onRead = () => {
    if (writes++ === 0) {
      disk.clock += 1;
      disk.write("a", "written in between");
    }
  };
  const digest = await digestOf(reader, "a");
  assert.equal(fileAt(reader, "a")?.size, "written in between".length);
  const other = open("posix", []);
  other.disk.write("a", "written in between");
  await other.reader.scan();
  assert.equal(await digestOf(other.reader, "a"), digest);
});

test("a file that never stops changing is an error, until it does", async () => {
  const { disk, reader } = open("posix", ["a"]);
  await reader.scan();
  disk.onRead = () => {
    disk.clock += 1;
    disk.write("a", `now ${disk.clock}`);
  };
  const report = await reader.hash(["a"]);
  assert.deepEqual(report.ok && report.value.errors.map(({ code, path }) => [code, path]), [
    ["EBUSY", "a"],
  ]);
  const request = { builder: "buildkit", sources: ["a"] } as const;
  const digest = contentDigest(reader.tree, selectSources(reader.tree, request), sha256);
  assert.equal(digest.kind, "unreadable");
  disk.onRead = null;
  await reader.refresh(["a"]);
  assert.ok(await digestOf(reader, "a"));
});

test("files that are gone once they are read are taken as gone, with their folders", async () => {
  const { disk, reader } = open("posix", ["a", "b", "new/deep/x", "new/y", "kept/z"]);
  const gone = open("posix", ["a", "b"]);
  gone.disk.makeDirectory("kept");
  await gone.reader.scan();
  await reader.scan();
  disk.onRead = () => {
    disk.onRead = null;
    disk.remove("new");
    disk.remove("kept/z");
  };
  const report = await reader.hash(["a", "new/deep/x", "new/y", "kept/z", "b"]);
  assert.deepEqual(report.ok && report.value.errors, []);
  assert.deepEqual(pathsOf(reader), ["a", "b", "kept/"]);
  assert.equal(await digestOf(reader, "."), await digestOf(gone.reader, "."));
});

test("a file that is gone whenever it is read and there whenever it is looked for is an error", async () => {
  const { disk, reader } = open("posix", ["a"]);
  await reader.scan();
  disk.deny("a", "ENOENT");
  const report = await reader.hash(["a"]);
  assert.deepEqual(report.ok && report.value.errors.map(({ code, path }) => [code, path]), [
    ["ENOENT", "a"],
  ]);
});

test("an event below a folder that a link has replaced is one of the link: nothing behind it is seen", async (t) => {
  const outside = temporaryFolder(t, { passwd: "of somebody else", "deep/passwd": "as well" });
  const root = temporaryFolder(t, { "dir/passwd": "own", "dir/deep/passwd": "own" });
  const ignore = createIgnoreMatcher(readIgnoreFile(""), "buildkit");
  const reader = createContextReader({ root, ignore });
  await reader.scan();
  assert.deepEqual(pathsOf(reader), ["dir/", "dir/deep/", "dir/deep/passwd", "dir/passwd"]);
  rmSync(path.join(root, "dir"), { recursive: true });
  symlinkSync(outside, path.join(root, "dir"));
  await reader.refresh(["dir/passwd", "dir/deep/passwd"]);
  assert.deepEqual(pathsOf(reader), ["dir"]);
  assert.equal(fileAt(reader, "dir")?.linkTarget, outside);
});

test("what may not be read is a value and leaves the rest alone", async () => {
  const { disk, reader } = open("posix", ["a", "locked/x", "secret"]);
  disk.deny("locked");
  disk.deny("secret");
  assert.ok((await reader.scan()).ok);
  assert.deepEqual(
    errorsIn(reader.tree.root).map(({ code, path }) => [code, path]),
    [["EACCES", "locked"]],
  );
  assert.ok(await digestOf(reader, "a"));
  const report = await reader.hash(["secret"]);
  assert.deepEqual(report.ok && report.value.errors.map(({ path }) => path), ["secret"]);
  for (const source of ["locked", "secret"]) {
    const selection = selectSources(reader.tree, { builder: "buildkit", sources: [source] });
    assert.equal(contentDigest(reader.tree, selection, sha256).kind, "unreadable");
  }
});

test("special files are seen and never opened", async () => {
  const { disk, reader } = open("posix", ["a"]);
  for (const kind of ["fifo", "socket", "character-device"] as const) disk.makeSpecial(kind, kind);
  await reader.scan();
  await digestOf(reader, ".");
  assert.equal(disk.opened, 1);
  assert.equal(nodeAt(reader.tree.root, "fifo")?.kind, "fifo");
});

test("a context that is missing, a file, or closed is one clear error; the last picture stays", async () => {
  const { disk, reader } = open("posix", ["a"]);
  await reader.scan();
  const before = reader.tree;
  disk.deny("");
  const denied = await reader.scan();
  assert.match(
    denied.ok ? "" : denied.error.message,
    /"\/srv\/app" cannot be read: permission denied\.$/,
  );
  disk.remove("");
  const missing = await reader.scan();
  assert.match(missing.ok ? "" : missing.error.message, /"\/srv\/app" does not exist\.$/);
  disk.write("", "a file");
  const file = await reader.refresh(["a"]);
  assert.match(file.ok ? "" : file.error.message, /"\/srv\/app" is a file, not a folder\.$/);
  assert.equal(reader.tree, before);
});

test("cancelling stops with a value and keeps the last picture", async () => {
  const { reader } = open("posix", ["a", "d/x"]);
  const result = await reader.scan({ isCancelled: true });
  assert.equal(result.ok ? "" : result.error.code, "ECANCELED");
  assert.equal(reader.tree.root.entryCount, 0);
  assert.ok((await reader.scan()).ok);
});

test("folders that are too deep inside each other are one clear error, unless they are hidden", async () => {
  const deep = Array.from({ length: 600 }, () => "d").join("/");
  const { reader } = open("posix", ["a", `${deep}/f`]);
  const result = await reader.scan();
  assert.equal(
    result.ok ? "" : result.error.message,
    'The build context "/srv/app" has more than 500 folders inside each other.',
  );
  const hidden = reader.withIgnore(createIgnoreMatcher(readIgnoreFile("d/d"), "buildkit"));
  assert.ok((await hidden.scan()).ok);
  assert.deepEqual(pathsOf(hidden), ["a", "d/"]);
});

test("another ignore file hashes nothing twice, and what git knows is not read", async () => {
  const { disk, reader } = open("posix", ["a", "b"]);
  await reader.scan();
  await digestOf(reader, ".");
  const other = reader.withIgnore(createIgnoreMatcher(readIgnoreFile("b"), "buildkit"));
  await other.scan();
  await digestOf(other, ".");
  assert.equal(disk.opened, 2);
  const knowing: GitFolder = {
    blobOf: ({ name }) => `blob of ${name}`,
    below: async () => knowing,
  };
  const hinted = createContextReader({
    root: DISK_ROOTS.posix,
    ignore: createIgnoreMatcher([], "buildkit"),
    fileSystem: disk,
    git: { folder: async () => knowing },
  });
  await hinted.scan();
  await digestOf(hinted, ".");
  assert.equal(disk.opened, 2);
});

test("under another ignore file what is seen the same is the same", async () => {
  const { disk, reader } = open("posix", ["a", "d/x", "e/f/y", "e/secret"]);
  const other = reader.withIgnore(createIgnoreMatcher(readIgnoreFile("e/secret"), "buildkit"));
  // Both at once, as builds that are opened together ask.
  await Promise.all([reader.scan(), other.scan()]);
  const same = (path: string) => nodeAt(reader.tree.root, path) === nodeAt(other.tree.root, path);
  assert.deepEqual(["a", "d", "e/f", "e", ""].map(same), [true, true, true, false, false]);
  await digestOf(reader, ".");
  await digestOf(other, ".");
  assert.equal(disk.opened, 4);
  // Each sees what changes for itself.
  disk.write("d/x", "other");
  await reader.refresh(["d/x"]);
  assert.equal(fileAt(other, "d/x")?.size, "content of d/x".length);
  await other.refresh(["d/x"]);
  assert.equal(fileAt(other, "d/x")?.size, "other".length);
  assert.ok(same("e/f"));
});
