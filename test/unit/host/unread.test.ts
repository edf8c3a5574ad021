/** Of a build context nothing is read that git or an earlier process knows. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { nodeAt } from "../../../server/src/core/context/folder.js";
import { ignoreNothing } from "../../../server/src/core/context/ignoreFile.js";
import { type ContextReader, createContextReader } from "../../../server/src/host/contextReader.js";
import { createGitReader } from "../../../server/src/host/gitReader.js";
import { openIdentityStore } from "../../../server/src/host/identityStore.js";
import { type FileSystem, nodeFileSystem } from "../../../server/src/host/nodeFileSystem.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { repositoryOf, settleDown } from "./support/gitFolder.js";

const files = { Dockerfile: "FROM a\n", "src/a.ts": "a\n", "src/b/c.ts": "c\n" } as const;

/** This disk, and which files of a folder were opened on it, without what is git's own. */
function counting(folder: string): { readonly fileSystem: FileSystem; readonly read: string[] } {
  const disk = nodeFileSystem();
  const read: string[] = [];
  const open: FileSystem["open"] = (file) => {
    const inside = path.relative(folder, file);
    if (!/^\.(?:git|\.)/.test(inside)) read.push(inside);
    return disk.open(file);
  };
  return { fileSystem: { ...disk, open }, read };
}

/** Reads the context as a first look at a `COPY . .` does, with every identity known in the end. */
async function lookAt(reader: ContextReader): Promise<void> {
  assert.ok((await reader.scan()).ok);
  const hashed = await reader.hash([...Object.keys(files), "dist/out.js", "src/new.ts"]);
  assert.ok(hashed.ok && hashed.value.errors.length === 0);
}

test("a clean checkout is known without reading any of its files", async (t) => {
  const { folder, git } = repositoryOf(t, { ...files, ".gitignore": "dist\n" });
  await settleDown();
  git("update-index", "--force-write-index");
  const { fileSystem, read } = counting(folder);
  const options = {
    root: folder,
    ignore: ignoreNothing("buildkit"),
    fileSystem,
    git: createGitReader(fileSystem, { home: folder, env: {} }),
  };
  const reader = createContextReader(options);
  await lookAt(reader);
  assert.deepEqual(read, []);
  writeIn(folder, "dist/out.js", "out\n");
  writeIn(folder, "src/new.ts", "new\n");
  writeFileSync(path.join(folder, "src/a.ts"), "b\n");
  await lookAt(reader);
  assert.deepEqual(
    read.sort(),
    ["dist/out.js", "src/a.ts", "src/new.ts"],
    "what changed, and once",
  );
  await lookAt(createContextReader(options));
  assert.equal(read.length, 6, "another reader knows what git knows");
});

test("after a switch of branches nothing is read that git has just written", async (t) => {
  const many = Array.from({ length: 600 }, (_, n) => `src/f${n}.ts`);
  const { folder, git } = repositoryOf(t, Object.fromEntries(many.map((name) => [name, "old\n"])));
  git("checkout", "--quiet", "-b", "other");
  for (const name of many) writeIn(folder, name, `new ${name}\n`);
  git("commit", "--quiet", "--all", "--message", "other");
  const { fileSystem, read } = counting(folder);
  const reader = createContextReader({
    root: folder,
    ignore: ignoreNothing("buildkit"),
    fileSystem,
    git: createGitReader(fileSystem, { home: folder, env: {} }),
  });
  await reader.scan();
  await reader.hash(many);
  git("checkout", "--quiet", "main");
  await settleDown();
  git("update-index", "--force-write-index");
  read.length = 0;
  await reader.refresh(many);
  const hashed = await reader.hash(many);
  assert.ok(hashed.ok);
  assert.deepEqual(read, []);
  const file = nodeAt(reader.tree.root, "src/f7.ts");
  // As `git hash-object` prints it for "old\n".
  assert.equal(file?.kind === "file" && file.identity, "3367afdbbf91e638efe983616377c60477cc6612");
});

test("what one process read the next one does not read again", async (t) => {
  const folder = temporaryFolder(t, files);
  const state = temporaryFolder(t);
  const { fileSystem, read } = counting(folder);
  // As if it were read some seconds after it was written.
  const now = () => Date.now() + 3_000;
  const look = async (): Promise<void> => {
    const store = openIdentityStore(state);
    const ignore = ignoreNothing("buildkit");
    await lookAt(
      createContextReader({ root: folder, ignore, fileSystem, memory: store.memory, now }),
    );
    await store.save();
  };
  await look();
  assert.equal(read.length, 3);
  await look();
  assert.equal(read.length, 3);
  writeFileSync(path.join(folder, "src/a.ts"), "b\n");
  await look();
  assert.deepEqual(read.slice(3), ["src/a.ts"]);
});

test("what was written a moment ago is not remembered over processes", async (t) => {
  const folder = temporaryFolder(t, files);
  const store = openIdentityStore(temporaryFolder(t));
  const ignore = ignoreNothing("buildkit");
  const now = () => Date.now() + 1_000;
  const { fileSystem, read } = counting(folder);
  for (let process = 1; process <= 2; process++) {
    const { memory } = store;
    await lookAt(createContextReader({ root: folder, ignore, fileSystem, memory, now }));
    assert.equal(read.length, 3 * process);
  }
});
