/** The files that steps take from a build context: selected, counted, and hashed as far as known. */

import { type ContentDigest, contentDigest } from "../context/contentDigest.js";
import type { FileTree } from "../context/fileTree.js";
import { type Manifest, manifestOf } from "../context/manifest.js";
import { selectSources } from "../context/select.js";
import type { CopyRequest, Selection } from "../context/selection.js";
import type { Digest } from "../host.js";

export interface ContextInput {
  readonly selection: Selection;
  readonly content: ContentDigest;
  /** The `--build-context` that it is of; null: the main one. */
  readonly folder: string | null;
  /** null while files are not hashed. */
  readonly manifest: Manifest | null;
}

/** Answers by request, for one state of the context; made anew when the context changes. */
export interface ContextView {
  input(request: CopyRequest): ContextInput;
}

/**
 * Views a tree. Answers are remembered, so that a keystroke costs only what it changed; an answer
 * that still needs files to be hashed is asked for again.
 */
export function contextView(
  tree: FileTree,
  digest: Digest,
  folder: string | null = null,
): ContextView {
  const known = new Map<string, ContextInput>();
  return {
    input(request) {
      const name = JSON.stringify(request);
      const found = known.get(name);
      if (found !== undefined && found.content.kind !== "needed") return found;
      const selection = found?.selection ?? selectSources(tree, request);
      const content = contentDigest(tree, selection, digest);
      const manifest = content.kind === "known" ? manifestOf(selection) : null;
      const input = { selection, content, folder, manifest };
      known.set(name, input);
      return input;
    },
  };
}
