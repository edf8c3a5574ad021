/** The files that steps take from a build context: selected, counted, and hashed as far as known. */

import { type ContentDigest, contentDigest } from "../context/contentDigest.js";
import type { FileTree, TreeNode } from "../context/fileTree.js";
import { type Manifest, manifestOf } from "../context/manifest.js";
import { selectSources } from "../context/select.js";
import type { CopyRequest, Selection, SourceSelection } from "../context/selection.js";
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
  /** The very same object as long as it selects the same nodes, of this tree or of a later one. */
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
      const name = JSON.stringify([request, folder]);
      const found = known.get(name);
      if (found !== undefined && found.content.kind !== "needed") return found;
      const selection = found?.selection ?? selectSources(tree, request);
      const content = contentDigest(tree, selection, digest);
      const manifest = content.kind === "known" ? manifestOf(selection) : null;
      const input = remembered(name, { selection, content, folder, manifest });
      known.set(name, input);
      return input;
    },
  };
}

/**
 * Views a tree of which it is not known whether the engine holds it, or takes the other one: an answer is
 * sure where both give the same.
 */
export function doubtfulView(held: ContextView, fresh: ContextView): ContextView {
  const known = new WeakMap<ContextInput, ContextInput>();
  return {
    input(request) {
      const [one, other] = [held.input(request), fresh.input(request)];
      if (one.content.kind !== "known" || other.content.kind !== "known")
        return one.content.kind === "known" ? other : one;
      if (one.content.digest === other.content.digest) return one;
      const input = known.get(one) ?? { ...one, content: { kind: "perhaps-sent" }, manifest: null };
      known.set(one, input);
      return input;
    },
  };
}

/** By the first node that is selected. */
const inputs = new WeakMap<TreeNode, Map<string, ContextInput>>();

/** The input that another tree gave for these words, where it is the same. */
function remembered(name: string, input: ContextInput): ContextInput {
  const first = input.selection.sources.flatMap(({ taken }) => taken.slice(0, 1))[0]?.node;
  if (first === undefined || input.content.kind !== "known") return input;
  const others = inputs.get(first) ?? new Map<string, ContextInput>();
  inputs.set(first, others);
  const other = others.get(name);
  if (other !== undefined && areSame(other, input)) return other;
  others.set(name, input);
  return input;
}

function areSame(a: ContextInput, b: ContextInput): boolean {
  // A digest can depend on more than what is selected: on what links lead to.
  return (
    JSON.stringify(a.content) === JSON.stringify(b.content) &&
    a.selection.sources.every((source, at) => takesSame(source, b.selection.sources[at]))
  );
}

/** What it takes decides all else, but for problems. */
function takesSame(a: SourceSelection, b: SourceSelection | undefined): boolean {
  return (
    a.taken.length === b?.taken.length &&
    a.taken.every((one, at) => one.node === b.taken[at]?.node && one.path === b.taken[at].path) &&
    JSON.stringify(a.problems) === JSON.stringify(b.problems)
  );
}
