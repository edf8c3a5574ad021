/** Contexts in which files change, and all that is made of such a change. */

import { checkoutOf, otherModes } from "../../../server/src/core/context/checkout.js";
import {
  type FileNode,
  type FolderNode,
  fileNode,
} from "../../../server/src/core/context/fileTree.js";
import {
  folderNode,
  nodeAt,
  plainFolder,
  replaceAll,
} from "../../../server/src/core/context/folder.js";
import { folderText } from "../../../server/src/core/context/folderText.js";
import { gitNotion } from "../../../server/src/core/context/gitNotion.js";
import {
  createIgnoreMatcher,
  readIgnoreFile,
} from "../../../server/src/core/context/ignoreFile.js";
import { compareManifests } from "../../../server/src/core/context/manifest.js";
import { entriesBelow } from "../../../server/src/core/context/selection.js";
import { sendPaths, transferredTree } from "../../../server/src/core/context/transfer.js";
import { contextView } from "../../../server/src/core/files/contextInput.js";
import type { Digest } from "../../../server/src/core/host.js";
import { baseName, parentPath } from "../../../server/src/core/text/paths.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { addWork } from "../../support/growth/builtins.js";
import type { Work } from "../../support/growth/growth.js";

const file = (name: string): FileNode => fileNode({ name, size: 1, identity: "1", mode: 0o664 });

/** Ten folders in each folder, down to ten files in each. */
function nested(files: number, name = ""): FolderNode {
  const children = Array.from({ length: 10 }, (_, i) =>
    files <= 10 ? file(`file ${i}`) : nested(files / 10, `folder ${i}`),
  );
  return folderNode(plainFolder(name), children);
}

function flat(files: number): FolderNode {
  const all = Array.from({ length: files }, (_, i) => file(`file ${i}`));
  return folderNode(plainFolder(""), [folderNode(plainFolder("flat"), all)]);
}

function pathsIn(root: FolderNode): readonly string[] {
  return [...entriesBelow(root, "", "")].flatMap(({ path, node }) =>
    node.kind === "directory" ? [] : [path],
  );
}

/** So many files, far from each other. */
function someOf(root: FolderNode, count: number): readonly string[] {
  const paths = pathsIn(root);
  return Array.from(
    { length: count },
    (_, i) => paths[Math.floor((i * paths.length) / count)] ?? "",
  );
}

/** Hashing is work, too. */
const countingDigest: Digest = (text) => {
  addWork(text.length);
  return sha256(text);
};

/** What follows from a state of a context for a COPY of all of it. */
function follow(root: FolderNode) {
  const tree = { root, isIgnored: () => false };
  const request = { builder: "buildkit", sources: ["."] } as const;
  const input = contextView(tree, countingDigest).input(request);
  const classic = contextView(tree, countingDigest).input({ ...request, builder: "classic" });
  const git = contextView(gitNotion(tree), countingDigest).input(request);
  const sent = sendPaths(tree, [""]);
  folderText(sent, countingDigest);
  return { tree, input, sent, others: [classic, git] };
}

/** Changes files once everything is known of the state before. */
function changing(root: FolderNode, paths: readonly string[]): () => unknown {
  const tracked = new Map<string, Map<string, boolean>>();
  for (const path of pathsIn(root)) {
    const inFolder = tracked.get(parentPath(path)) ?? new Map<string, boolean>();
    tracked.set(parentPath(path), inFolder.set(baseName(path), false));
  }
  const checkout = checkoutOf(tracked);
  const before = follow(root);
  otherModes(checkout, before.input.selection);
  transferredTree(before.tree, before.sent, countingDigest);
  const changes = new Map(
    paths.map((path) => [path, { ...file(path.split("/").at(-1) ?? ""), identity: "2" }]),
  );
  if (nodeAt(root, paths[0] ?? "") === null) throw new Error("nothing changes");
  return () => {
    const now = follow(replaceAll(root, changes));
    transferredTree(now.tree, before.sent, countingDigest);
    otherModes(checkout, now.input.selection);
    const [old, fresh] = [before.input.manifest, now.input.manifest];
    if (old === null || fresh === null) throw new Error("all files are known");
    const { contentChanged } = compareManifests(old, fresh, countingDigest);
    if (contentChanged.length !== paths.length) throw new Error("all changes are found");
  };
}

const changedFiles = 5;

/** Many files against as many lines of an ignore file: of each the lines that hide it are found. */
function matching(lineOf: (n: number) => string) {
  return (size: number) => {
    const lines = Array.from({ length: size }, (_, n) => `${lineOf(n)}\n`).join("");
    const paths = Array.from({ length: size }, (_, n) => `d${n % 50}/f${n}.x`);
    return () => {
      const { start, visit, shouldDescend } = createIgnoreMatcher(
        readIgnoreFile(lines),
        "buildkit",
      );
      for (const path of paths) {
        const folder = path.slice(0, path.indexOf("/"));
        visit(path, visit(folder, start).state);
        shouldDescend(folder);
      }
    };
  };
}

export const works: readonly Work[] = [
  {
    name: "one changed file of a nested context",
    size: 100,
    // A file of 100, 1,000 and 10,000 stands two, three and four folders deep.
    bound: 2.5,
    prepare: (size) => {
      const root = nested(size === 100 ? 100 : size === 200 ? 1_000 : 10_000);
      return changing(root, someOf(root, 1));
    },
  },
  {
    name: "some changed files in one folder of very many",
    size: 10_000,
    bound: 2,
    prepare: (size) => {
      const root = flat(size);
      return changing(root, someOf(root, changedFiles));
    },
  },
  {
    name: "files under an ignore file of many names",
    size: 200,
    prepare: matching((n) => `d${n % 50}/f${n}.y`),
  },
  {
    name: "files under an ignore file of many wildcards",
    size: 200,
    prepare: matching((n) => `**/g${n}*`),
  },
  {
    name: "files under an ignore file of many exceptions with wildcards",
    size: 200,
    prepare: matching((n) => (n === 0 ? "*" : `!d${n % 50}/*${n}x`)),
  },
  {
    name: "a batch of changed files",
    size: 25,
    prepare: (size) => {
      const root = nested(1_000);
      return changing(root, someOf(root, size));
    },
  },
];
