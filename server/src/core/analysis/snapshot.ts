/**
 * All that an analysis can depend on, as one value, and the analysis of it. It never waits: it says
 * what can be said by now, and what it would have to know.
 */
import {
  type BuildDefinition,
  contextFolder,
  namedFolders,
  type PlatformBuild,
} from "../build/definition.js";
import type { Baseline } from "../cache/records.js";
import { type BuildState, emptyBaseline, lastBuild, transferOf } from "../cache/state.js";
import type { Transfer } from "../context/transfer.js";
import type { Digest } from "../host.js";
import type { Dockerfile } from "../syntax/syntax.js";
import type { ContextAsk, Listing, Need, NeedOf } from "../world/facts.js";
import { factOf, unreadFiles, type World } from "../world/world.js";
import { type Analysis, analyseInput, compareWith, neededFiles } from "./analyse.js";
import { stateOf, withTracked, workingState } from "./contextStates.js";
import { gitBaseline } from "./gitBaseline.js";
import type { Read } from "./read.js";
import { notKnown } from "./unknownBaseline.js";

/** What a prediction is to stand against: a choice, since a baseline has to be found out itself. */
export type BaselineChoice =
  | {
      /** The last simulated build. */
      readonly kind: "last";
      /** As it was before the build that was just simulated; absent: as the world knows it. */
      readonly before?: BuildState;
    }
  | { readonly kind: "git"; readonly ref: string }
  | { readonly kind: "empty" };

export interface Snapshot extends PlatformBuild {
  /** The text of this moment. */
  readonly dockerfile: Dockerfile;
  readonly world: World;
  readonly baseline: BaselineChoice;
  readonly digest: Digest;
}

export interface Answer {
  readonly analysis: Analysis;
  /** What the answer lacks. */
  readonly needs: readonly Need[];
  /** All that was looked up: the answer holds until one of it has another answer. */
  readonly reads: readonly Need[];
}

export function analyse(snapshot: Snapshot): Answer {
  const { definition, platform, dockerfile, world, digest } = snapshot;
  const isGit = snapshot.baseline.kind === "git";
  const reads: Need[] = [];
  const needs: Need[] = [];
  const read: Read = (need) => {
    const fact = factOf(world, need);
    // A need of one kind is a need.
    reads.push(need as Need);
    if (fact.kind === "pending") needs.push(need as Need);
    return fact;
  };
  const { baseline, transfer } = recorded(snapshot, read);
  const own = contextAsk(definition);
  const main = own === null ? null : listingOf(read, own);
  const folders = new Map<string, readonly [ContextAsk, Listing]>();
  for (const [name, folder] of namedFolders(definition)) {
    const ask = { folder, builder: definition.builder, dockerfile: null };
    const listing = listingOf(read, ask);
    if (listing !== null) folders.set(name, [ask, listing]);
  }
  const context =
    own === null || main === null
      ? null
      : isGit
        ? workingState(main, digest)
        : withTracked(
            stateOf(main, { transfer, name: null, digest }),
            read({ kind: "tracked", folder: own.folder }),
          );
  const analysis = analyseInput({
    definition,
    platform,
    dockerfile,
    context,
    folders: new Map(
      [...folders].map(([name, [, listing]]) => [
        name,
        stateOf(listing, { transfer: null, name, digest }),
      ]),
    ),
    baseline,
    baseImage: (reference, imagePlatform) => {
      const image = read({ kind: "image", reference, platform: imagePlatform });
      return image.kind === "known" ? image.value : null;
    },
    digest,
  });
  const contents = [
    ...(own === null || main === null ? [] : contentsOf(world, analysis, null, own, main)),
    ...[...folders].flatMap(([name, [ask, listing]]) =>
      contentsOf(world, analysis, name, ask, listing),
    ),
  ];
  // Also what could not be read: an answer stands on that.
  reads.push(...contents);
  needs.push(...contents.filter(({ paths }) => paths.length > 0));
  // What git keeps of a file is compared with what is known of it here.
  if (snapshot.baseline.kind !== "git" || own === null || main === null || needs.some(isContents))
    return { analysis, needs, reads };
  const found = gitBaseline(analysis, { ref: snapshot.baseline.ref, listing: main, digest }, read);
  return { analysis: compareWith(analysis, found), needs, reads };
}

function isContents({ kind }: Need): boolean {
  return kind === "contents";
}

/** What a context is asked for by; null: it is no folder of this machine. */
export function contextAsk(definition: BuildDefinition): ContextAsk | null {
  const folder = contextFolder(definition);
  if (folder === null) return null;
  const { dockerfile, builder } = definition;
  return { folder, builder, dockerfile: dockerfile.kind === "file" ? dockerfile.path : null };
}

/** The baseline of the records, and what an engine then holds of the context. */
function recorded(
  { baseline, definition, digest }: Snapshot,
  read: Read,
): { readonly baseline: Baseline; readonly transfer: Transfer | null } {
  const none = emptyBaseline(digest);
  if (baseline.kind === "empty") return { baseline: none, transfer: null };
  if (baseline.kind === "git") return { baseline: notKnown(none, "pending"), transfer: null };
  const state = read({ kind: "state" });
  if (state.kind !== "known") return { baseline: notKnown(none, state.kind), transfer: null };
  return {
    baseline: lastBuild(baseline.before ?? state.value, definition, digest),
    transfer: transferOf(state.value, definition),
  };
}

function listingOf(read: Read, ask: ContextAsk): Listing | null {
  const listing = read({ kind: "tree", ...ask });
  return listing.kind === "known" ? listing.value : null;
}

function contentsOf(
  world: World,
  analysis: Analysis,
  name: string | null,
  context: ContextAsk,
  { state }: Listing,
): readonly NeedOf<"contents">[] {
  const needed = neededFiles(analysis, name);
  if (needed.length === 0) return [];
  const unread = unreadFiles(world, { kind: "contents", context, state });
  const paths = needed.filter((path) => !unread.has(path));
  return [{ kind: "contents", context, state, paths }];
}
