/** The digests of what the steps of a build take, with the bytes of their files read for it. */
import type { Analysis } from "../core/analysis/analyse.js";
import { contextFolder, namedFolders } from "../core/build/definition.js";
import {
  type ContentSources,
  contentRecords,
  type StepContents,
  wantedFiles,
} from "../core/cache/exact/contents.js";
import { exactKeys } from "../core/cache/exact/exactKeys.js";
import { type Checkout, checkedOut } from "../core/context/checkout.js";
import type { FileTree } from "../core/context/fileTree.js";
import { gitNotion } from "../core/context/gitNotion.js";
import { readBytesDigests } from "./bytesDigests.js";
import { nodeFileSystem } from "./nodeFileSystem.js";

/**
 * Reads every file that the build takes; one that cannot be read leaves its content unknown.
 * @param asCheckout as a fresh checkout has the files, with its modes
 */
export function exactContents({ graph, keys, input }: Analysis, asCheckout = false): StepContents {
  const { context, folders = new Map(), sha256: digest, definition } = input;
  const seen = (tree: FileTree, checkout: Checkout | null): FileTree => {
    if (!asCheckout) return tree;
    return checkout === null ? gitNotion(tree) : checkedOut(tree, checkout);
  };
  const sources: ContentSources = {
    keys: exactKeys(graph, digest),
    context: context === null ? null : seen(context.tree, context.checkout),
    folders: new Map([...folders].map(([name, { tree }]) => [name, seen(tree, null)])),
    stages: keys.stages,
    digest,
  };
  const named = namedFolders(definition);
  const bytes = readBytesDigests(nodeFileSystem(), wantedFiles(sources), (folder) =>
    folder === null ? contextFolder(definition) : (named.get(folder) ?? null),
  );
  return contentRecords(sources, bytes);
}
