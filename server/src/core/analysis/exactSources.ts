/** What the steps of a build look up by content, as BuildKit's own digests have it, and where its bytes lie. */
import { contextFolder, namedFolders } from "../build/definition.js";
import { type ContentSources, wantedFiles } from "../cache/exact/contents.js";
import { exactKeys } from "../cache/exact/exactKeys.js";
import { type Checkout, checkedOut } from "../context/checkout.js";
import type { FileTree } from "../context/fileTree.js";
import { gitNotion } from "../context/gitNotion.js";
import type { WantedBytes } from "../world/facts.js";
import type { Analysis } from "./analyse.js";

/** @param asCheckout as a fresh checkout has the files, with its modes */
export function exactSources({ graph, keys, input }: Analysis, asCheckout = false): ContentSources {
  const { context, folders = new Map(), sha256: digest } = input;
  const seen = (tree: FileTree, checkout: Checkout | null): FileTree => {
    if (!asCheckout) return tree;
    return checkout === null ? gitNotion(tree) : checkedOut(tree, checkout);
  };
  return {
    keys: exactKeys(graph, digest),
    context: context === null ? null : seen(context.tree, context.checkout),
    folders: new Map([...folders].map(([name, { tree }]) => [name, seen(tree, null)])),
    stages: keys.stages,
    digest,
  };
}

/** The files whose bytes have to be read for it. */
export function wantedBytes(
  { input: { definition } }: Pick<Analysis, "input">,
  sources: ContentSources,
): readonly WantedBytes[] {
  const named = namedFolders(definition);
  return wantedFiles(sources).flatMap(({ folder: name, ...file }) => {
    const folder = name === null ? contextFolder(definition) : (named.get(name) ?? null);
    return folder === null ? [] : [{ folder, ...file }];
  });
}
