/** Listed files as the steps of a build see them. */

import {
  type Checkout,
  checkoutOf,
  comparingModes,
  type TrackedFiles,
} from "../context/checkout.js";
import type { FileTree } from "../context/fileTree.js";
import { digesting } from "../context/folderDigest.js";
import { gitNotion } from "../context/gitNotion.js";
import type { IgnoreProblem } from "../context/ignoreFile.js";
import { isDoubted, type Transfer, transferredTree, transferring } from "../context/transfer.js";
import { contextView, doubtfulView } from "../files/contextInput.js";
import type { Digest, Known } from "../host.js";
import { baseName } from "../text/paths.js";
import type { Listing } from "../world/facts.js";
import type { ContextState } from "./analyse.js";
import type { BadIgnorePattern } from "./problem.js";

interface Seen {
  /** What the engine holds of the context; null: nothing. */
  readonly transfer: Transfer | null;
  /** Of a named context; null: the main one. */
  readonly name: string | null;
  readonly digest: Digest;
}

/** By tree, so that what was selected and digested is remembered with it. */
const states = new WeakMap<FileTree, { readonly seen: Seen; readonly state: ContextState }[]>();

/** One tree is looked at by so many builds at a time, each with its own transfer or name. */
const rememberedStates = 4;

export function stateOf(listing: Listing, seen: Seen): ContextState {
  const { tree } = listing;
  const remembered = states.get(tree) ?? [];
  const found = remembered.find(
    (other) => other.seen.transfer === seen.transfer && other.seen.name === seen.name,
  );
  if (found !== undefined) return found.state;
  const shown = seen.transfer === null ? tree : transferredTree(tree, seen.transfer, seen.digest);
  const view = contextView(shown, seen.digest, seen.name);
  const isDoubtful = shown !== tree && seen.transfer !== null && isDoubted(seen.transfer);
  const state: ContextState = {
    tree: shown,
    view: isDoubtful ? doubtfulView(view, contextView(tree, seen.digest, seen.name)) : view,
    checkout: null,
    entryCount: tree.root.entryCount,
    problems: ignoreProblems(listing.ignorePath, listing.ignore.problems),
  };
  states.set(tree, [{ seen, state }, ...remembered.slice(0, rememberedStates - 1)]);
  return state;
}

/**
 * Does what the next analysis asks of changed files beforehand, in small steps: whatever was asked of
 * the listing `before`, with what git tracks of it. All of it is remembered with the folders. Gives
 * false where some files are still to be read.
 */
export function* preparing(
  now: Listing,
  before: Listing,
  tracked: Known<TrackedFiles>,
): Generator<void, boolean> {
  let isWhole = true;
  if (now.tree === before.tree) return isWhole;
  for (const { seen, state } of states.get(before.tree) ?? []) {
    if (seen.transfer !== null) yield* transferring(now.tree.root, seen.transfer, seen.digest);
    const { tree } = stateOf(now, seen);
    isWhole = (yield* digesting(tree.root, state.tree.root, seen.digest)) && isWhole;
    if (seen.name === null && tracked.kind === "known")
      yield* comparingModes(tree.root, "", checkoutFor(tracked.value).folders);
  }
  return isWhole;
}

const checkouts = new WeakMap<TrackedFiles, Checkout>();

/** With what a fresh checkout would be, as far as git says which files it tracks. */
export function withTracked(state: ContextState, tracked: Known<TrackedFiles>): ContextState {
  if (tracked.kind !== "known") return state;
  return { ...state, checkout: checkoutFor(tracked.value) };
}

function checkoutFor(tracked: TrackedFiles): Checkout {
  const checkout = checkouts.get(tracked) ?? checkoutOf(tracked);
  checkouts.set(tracked, checkout);
  return checkout;
}

const workingStates = new WeakMap<Listing, ContextState>();

/** The files as git would keep them: what a build of a commit is compared with. */
export function workingState(listing: Listing, digest: Digest): ContextState {
  let state = workingStates.get(listing);
  if (state === undefined) {
    const tree = gitNotion(listing.tree);
    state = {
      tree,
      view: contextView(tree, digest),
      checkout: null,
      entryCount: listing.tree.root.entryCount,
      problems: ignoreProblems(listing.ignorePath, listing.ignore.problems),
    };
    workingStates.set(listing, state);
  }
  return state;
}

/** A pattern that cannot be read fails the build. */
export function ignoreProblems(
  ignorePath: string | null,
  problems: readonly IgnoreProblem[],
): readonly BadIgnorePattern[] {
  const file = ignorePath === null ? null : baseName(ignorePath.replaceAll("\\", "/"));
  return problems.map((problem) => ({ code: "bad-ignore-pattern", file, ...problem }));
}
