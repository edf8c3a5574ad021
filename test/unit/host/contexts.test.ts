/** Contexts of several builds: what they have in common is there once. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FolderNode } from "../../../server/src/core/context/fileTree.js";
import { folderAt } from "../../../server/src/core/context/folder.js";
import { createContexts } from "../../../server/src/host/contexts.js";
import { DISK_ROOTS, type MemoryDisk, memoryDisk } from "../context/memoryDisk.js";

async function rootOf(
  contexts: ReturnType<typeof createContexts>,
  disk: MemoryDisk,
  inside: string,
  dockerfile: string,
): Promise<FolderNode> {
  const folder = [DISK_ROOTS[disk.system], ...(inside === "" ? [] : [inside])].join("/");
  const ask = { kind: "tree", folder, builder: "buildkit", dockerfile } as const;
  const answer = await contexts.tree(ask, { isCancelled: false });
  assert.ok(answer.kind === "known");
  return answer.value.tree.root;
}

test("a folder and one inside it, and builds with ignore files of their own, share what is in both", async () => {
  const disk = memoryDisk("posix");
  for (const path of ["lib/a", "api/src/b", "api/c", "api/d"]) disk.write(path, path);
  const contexts = createContexts({
    fileSystem: disk,
    readText: (path) =>
      path === "/srv/other.dockerignore"
        ? { ok: true, value: "lib/a\nlib/none" }
        : { ok: false, error: { code: "ENOENT", message: "", path } },
  });
  const root = await rootOf(contexts, disk, "", "/srv/Dockerfile");
  const api = await rootOf(contexts, disk, "api", "/srv/Dockerfile");
  const other = await rootOf(contexts, disk, "", "/srv/other");
  assert.equal(api.parts[0], folderAt(root, "api")?.parts[0]);
  assert.equal(api.name, "");
  assert.equal(folderAt(other, "api"), folderAt(root, "api"));
  assert.equal(folderAt(other, "lib")?.entryCount, 0);
});
