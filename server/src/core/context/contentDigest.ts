/**
 * The content digest of a selection: equal exactly when the builder's own content digest is.
 */
import type { Digest, HostError } from "../host.js";
import type { FileTree } from "./fileTree.js";
import type { Selection } from "./select.js";

export type ContentDigest =
  | { readonly kind: "known"; readonly digest: string }
  /** These files must be hashed first (`ContextReader.hash`); then ask again. Paths of the tree. */
  | { readonly kind: "needed"; readonly paths: readonly string[] }
  /** The builder could not read these either; the build fails. */
  | { readonly kind: "unreadable"; readonly errors: readonly HostError[] }
  /** The selection has an error: the build fails at this instruction. */
  | { readonly kind: "invalid" };

/** The digest of what `selection` selects in `tree`, the tree it was made from. */
export function contentDigest(tree: FileTree, selection: Selection, digest: Digest): ContentDigest {
  void tree;
  void selection;
  void digest;
  return { kind: "invalid" };
}
