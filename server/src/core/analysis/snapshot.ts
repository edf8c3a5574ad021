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
import { recordBuild } from "../cache/record.js";
import type { Baseline } from "../cache/records.js";
import { addBuild, emptyBaseline, emptyState, lastBuild } from "../cache/state.js";
import { isSameMade, type MadeBefore, nothingMade } from "../context/selection.js";
import type { Transfer } from "../context/transfer.js";
import type { ArchiveLookup } from "../files/unpacking.js";
import type { Digest } from "../host.js";
import { parseDockerfile } from "../syntax/parse.js";
import type { Dockerfile } from "../syntax/syntax.js";
import type { ContextAsk, Listing, Need, NeedOf } from "../world/facts.js";
import { isSameFor, unreadFiles, type World } from "../world/world.js";
import {
  type Analysis,
  type AnalysisInput,
  analyseInput,
  type ContextState,
  compareWith,
  neededFiles,
} from "./analyse.js";
import type { BaselineChoice, DecidedBaseline } from "./baselineChoice.js";
import { cacheBaseline } from "./cacheBaseline.js";
import { commitContext, commitNeed } from "./commitContext.js";
import { stateOf, withTracked, workingState } from "./contextStates.js";
import { comparedAs, decidedBaseline, lastRecorded, recordedBaseline } from "./decidedBaseline.js";
import { keptOf, type Link, type Linking, openLinks } from "./linkedBuilds.js";
import { linkProblems } from "./linkProblems.js";
import { madeBefore, withMade } from "./madeBefore.js";
import { Memory } from "./memory.js";
import type { Place } from "./place.js";
import { type Lookups, openLookups, type Read } from "./read.js";
import { unfetchedProblems } from "./unfetchedProblems.js";
import { notKnown } from "./unknownBaseline.js";

export interface Snapshot extends PlatformBuild {
  /** The text of this moment. */
  readonly dockerfile: Dockerfile;
  readonly place: Place;
  readonly world: World;
  readonly baseline: BaselineChoice;
  /** Of keys and values: what is kept of them are its answers. */
  readonly digest: Digest;
  /** For what others read too; absent: `digest` is no other. */
  readonly sha256?: Digest;
  /** The workspace folder whose builds it may stand on; absent or null: none. */
  readonly builds?: string | null;
}

export interface Answer {
  readonly analysis: Analysis;
  /** What the answer lacks. */
  readonly needs: readonly Need[];
  /** All that was looked up: the answer holds until one of it has another answer. */
  readonly reads: readonly Need[];
  /** The other builds of the workspace that it stands on. */
  readonly links: readonly Link[];
  /** Those for each of several platforms, of which this one is put together; empty: it is for one. */
  readonly platforms: readonly Answer[];
}

/** @param memory of earlier answers about the same build: it makes this one faster, never another one */
export function analyse(snapshot: Snapshot, memory: Memory = new Memory()): Answer {
  const { builds = null, definition } = snapshot;
  const linking =
    builds === null ? null : { folder: builds, chain: [definition.id], kept: keptOf(memory) };
  return analyseLinked(snapshot, memory, linking);
}

/** @param linking null: it stands on no other build */
function analyseLinked(snapshot: Snapshot, memory: Memory, linking: Linking | null): Answer {
  const { definition, platform, dockerfile, place, world, digest } = snapshot;
  const lookups = openLookups(world);
  const { read, needs, reads } = lookups;
  const decided = decidedBaseline(snapshot, snapshot.baseline, read);
  const kept = decided.kind === "git" ? keptCommit(snapshot, decided.ref, memory) : null;
  const { baseline, transfer } = kept ?? recordedBaseline(snapshot, decided, read);
  const main = mainContext(snapshot, decided, transfer, read);
  const folders = namedContexts(snapshot, read);
  const links = linking && linksOf(snapshot, decided, linking, lookups);
  const inputWith = (made: MadeBefore): AnalysisInput => ({
    definition,
    platform,
    dockerfile,
    context: main === null ? null : withMade(main.state, made),
    folders: new Map([...folders].map(([name, { state }]) => [name, state])),
    baseline,
    recorded: place.kind === "commit" ? null : lastRecorded(snapshot, read),
    builtImage: (build, imagePlatform) => links?.ofBuild(build, imagePlatform) ?? null,
    baseImage: (reference: string, imagePlatform: string) => {
      const built = links?.ofTag(reference, imagePlatform) ?? null;
      if (built !== null) return built;
      const image = read({ kind: "image", reference, platform: imagePlatform });
      return image.kind === "known" ? image.value : null;
    },
    digest,
    sha256: snapshot.sha256 ?? digest,
    archive: archiveLookup(definition, read),
  });
  const as = kept === null ? comparedAs(decided) : "git";
  let analysis = analyseInput(inputWith(memory.made), memory, as);
  const made = snapshot.place.kind === "disk" ? madeBefore(analysis, read) : nothingMade;
  if (!isSameMade(made, memory.made)) {
    memory.made = made;
    analysis = analyseInput(inputWith(made), memory, as);
  }
  const more = place.kind === "disk" ? unfetchedProblems(analysis, read) : [];
  const withMore = (one: Analysis): Analysis =>
    withProblems(one, [...linkProblems(one.graph, links?.found ?? []), ...more]);
  analysis = withMore(analysis);
  const contents = [[null, main] as const, ...folders].flatMap(([name, context]) =>
    contentsOf(world, analysis, name, context),
  );
  // Also what could not be read: an answer stands on that.
  reads.push(...contents);
  needs.push(...contents.filter(({ paths }) => paths.length > 0));
  const answerOf = (found: Analysis): Answer => {
    return { analysis: found, needs, reads, links: links?.found ?? [], platforms: [] };
  };
  const isUnread = needs.some(isContents);
  if (kept !== null) {
    // As without memory: nothing is compared while files are being read.
    if (isUnread)
      return answerOf(
        withMore(compareWith(analysis, notKnown(emptyBaseline, "pending"), memory, "empty")),
      );
    reads.push(...kept.reads);
    return answerOf(analysis);
  }
  if (decided.kind === "caches" && !isUnread) {
    const found = cacheBaseline(snapshot, decided, { analysis, memory, read });
    return answerOf(withMore(compareWith(analysis, found, memory, "export")));
  }
  // What git keeps of a file is compared with what is known of it here.
  if (decided.kind !== "git" || main === null || isUnread) return answerOf(analysis);
  const found = gitBaseline(snapshot, decided.ref, memory, lookups, linking);
  const compared = compareWith(analysis, found, memory, "git");
  return answerOf(withMore(compared));
}

/** The builds that it stands on, analysed as it is. */
function linksOf(
  snapshot: Snapshot,
  decided: DecidedBaseline,
  linking: Linking,
  lookups: Lookups,
): ReturnType<typeof openLinks> {
  const { definition, platform, place, world } = snapshot;
  return openLinks(
    {
      build: { definition, platform },
      place,
      world,
      linking,
      baseline: place.kind === "commit" ? { kind: "empty" } : forLinked(decided),
      analyse: (other, own) => analyseLinked({ ...snapshot, ...other }, own, other.linking),
    },
    lookups,
  );
}

/** What an export has of one build says nothing of the steps of another. */
function forLinked(baseline: DecidedBaseline): DecidedBaseline {
  return baseline.kind === "export" || baseline.kind === "caches" ? baseline.own : baseline;
}

/** The same with what is wrong with more than its own files. */
function withProblems(analysis: Analysis, problems: Analysis["problems"]): Analysis {
  return problems.length === 0
    ? analysis
    : { ...analysis, problems: [...analysis.problems, ...problems] };
}

/** Asks the disk for what is in archives, once it is known which bytes are meant. */
function archiveLookup(definition: BuildDefinition, read: Read): ArchiveLookup {
  const named = namedFolders(definition);
  return (name, path, { identity }) => {
    const folder = name === null ? contextFolder(definition) : (named.get(name) ?? null);
    if (folder === null || identity === null) return null;
    const archive = read({ kind: "archive", folder, path, identity });
    return archive.kind === "known" ? archive.value : null;
  };
}

/** A context as the steps see it. */
interface SeenContext {
  readonly state: ContextState;
  /** What its files are asked for by; null: of a commit, whose contents git names. */
  readonly listed: { readonly ask: ContextAsk; readonly listing: Listing } | null;
}

/** null: it is no folder, or not known. */
function mainContext(
  { definition, place, digest }: Snapshot,
  baseline: DecidedBaseline,
  transfer: Transfer | null,
  read: Read,
): SeenContext | null {
  const ask = contextAsk(definition);
  const listing = ask === null ? null : listingOf(read, ask);
  if (ask === null || listing === null) return null;
  if (place.kind === "commit") {
    const { commit } = place;
    const state = commitContext({ definition, commit, working: listing, digest }, read);
    return state === null ? null : { state, listed: null };
  }
  const listed = { ask, listing };
  const state =
    baseline.kind === "git"
      ? workingState(listing, digest)
      : stateOf(listing, { transfer, name: null, digest });
  const tracked = read({ kind: "tracked", folder: ask.folder });
  return { state: withTracked(state, tracked), listed };
}

/** Those that are folders and known, by their names. */
function namedContexts(
  { definition, digest }: Snapshot,
  read: Read,
): ReadonlyMap<string, SeenContext> {
  const seen = new Map<string, SeenContext>();
  for (const [name, folder] of namedFolders(definition)) {
    const ask = { folder, builder: definition.builder, dockerfile: null };
    const listing = listingOf(read, ask);
    if (listing === null) continue;
    const state = stateOf(listing, { transfer: null, name, digest });
    seen.set(name, { state, listed: { ask, listing } });
  }
  return seen;
}

/**
 * A git commit as the baseline: a build of its Dockerfile on its files, taken to be in the cache. It
 * is an analysis of another place, whose needs are ours.
 */
function gitBaseline(
  snapshot: Snapshot,
  ref: string,
  memory: Memory,
  { read, needs, reads: allReads }: Lookups,
  linking: Linking | null,
): Baseline {
  const { definition, platform, world, digest } = snapshot;
  const none = emptyBaseline;
  const need = commitNeed(definition, ref);
  const commit = need === null ? null : read(need);
  if (commit === null || need === null) return notKnown(none, "unknown");
  if (commit.kind !== "known")
    return notKnown(
      none,
      commit.kind,
      commit.kind === "unknown" ? commit.error?.message : undefined,
    );
  const { repository, commit: id, file } = commit.value;
  const label = `${ref} (${id.slice(0, 10)})`;
  const textNeed = { kind: "commitText", repository, commit: id, path: file } as const;
  const text = read(textNeed);
  if (text.kind === "unknown" && text.reason === "missing") return { ...none, kind: "git", label };
  if (text.kind !== "known") return notKnown(none, text.kind);
  const place = { kind: "commit", commit: commit.value } as const;
  const dockerfile = parseDockerfile(text.value);
  const own = memory.commit?.own ?? new Memory();
  const then = { ...snapshot, dockerfile, place, baseline: { kind: "empty" } } as const;
  const before = analyseLinked(then, own, linking && { ...linking, kept: keptOf(own) });
  allReads.push(...before.reads);
  needs.push(...before.needs);
  const { graph, keys, input } = before.analysis;
  if (before.needs.length > 0) return notKnown(none, "pending");
  if (input.context === null) return notKnown(none, "unknown");
  const build = recordBuild({ graph, keys, tree: input.context.tree, digest, at: 0 });
  const last = lastBuild(addBuild(emptyState, build, digest), snapshot, digest);
  const baseline: Baseline = { ...last, kind: "git", label };
  const reads = [need, textNeed, ...before.reads];
  memory.commit = { ref, definition, platform, world, reads, baseline, own };
  return baseline;
}

/** The commit as it was found out for the answer before, where it turns on nothing that changed. */
function keptCommit(
  { definition, platform, world }: Snapshot,
  ref: string,
  { commit }: Memory,
): {
  readonly baseline: Baseline;
  readonly transfer: null;
  readonly reads: readonly Need[];
} | null {
  const isSame =
    commit !== null &&
    commit.ref === ref &&
    commit.definition === definition &&
    commit.platform === platform &&
    isSameFor(commit.world, world, commit.reads);
  if (!isSame) return null;
  commit.world = world;
  return { baseline: commit.baseline, transfer: null, reads: commit.reads };
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

function listingOf(read: Read, ask: ContextAsk): Listing | null {
  const listing = read({ kind: "tree", ...ask });
  return listing.kind === "known" ? listing.value : null;
}

function contentsOf(
  world: World,
  analysis: Analysis,
  name: string | null,
  context: SeenContext | null,
): readonly NeedOf<"contents">[] {
  if (context === null || context.listed === null) return [];
  const { ask, listing } = context.listed;
  const { state } = listing;
  const needed = neededFiles(analysis, name);
  if (needed.length === 0) return [];
  const unread = unreadFiles(world, { kind: "contents", context: ask, state });
  const paths = needed.filter((path) => !unread.has(path));
  return [{ kind: "contents", context: ask, state, paths }];
}
