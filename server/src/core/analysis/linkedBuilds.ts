/**
 * The images that other builds of the workspace leave, as bases of the one that is analysed. Each is an
 * analysis of its own, on the same world and against the same baseline, made once for all that stand on it.
 */
import type { BuildDefinition, DefinitionId, PlatformBuild } from "../build/definition.js";
import { contextName } from "../build/definition.js";
import type { FoundBuild } from "../build/foundBuild.js";
import { foundDefinition } from "../build/foundDefinition.js";
import { formatPlatform, type Platform, parsePlatform } from "../build/platform.js";
import { RememberedByObjects } from "../graph/remembered.js";
import type { BaseImage } from "../image/baseImage.js";
import { parseDockerfile } from "../syntax/parse.js";
import type { Dockerfile } from "../syntax/syntax.js";
import type { Need } from "../world/facts.js";
import { isSameFor, type World } from "../world/world.js";
import type { Analysis } from "./analyse.js";
import type { DecidedBaseline } from "./baselineChoice.js";
import { builtImage } from "./builtImage.js";
import { commitNeed } from "./commitContext.js";
import { Memory } from "./memory.js";
import { onDisk, type Place } from "./place.js";
import type { Lookups } from "./read.js";

/** Of more builds, one standing on the other, the lowest count as unknown. */
const deepest = 20;

/** Where builds are looked for, and which of them stand above. */
export interface Linking {
  /** The workspace folder. */
  readonly folder: string;
  /** Those that are being analysed, by their ids, the first one first. */
  readonly chain: readonly string[];
  readonly kept: Map<string, KeptLink>;
}

export interface KeptLink {
  readonly memory: Memory;
  dockerfile: Dockerfile | null;
  made: MadeLink | null;
}

interface MadeLink
  extends Pick<LinkedSnapshot, "definition" | "dockerfile" | "place" | "baseline"> {
  world: World;
  readonly answer: LinkedAnswer;
  readonly image: { readonly linked: BaseImage; readonly tag: BaseImage };
}

/** Of one of the other builds. */
export interface LinkedSnapshot extends PlatformBuild {
  readonly dockerfile: Dockerfile;
  readonly place: Place;
  readonly baseline: DecidedBaseline;
  readonly linking: Linking;
}

export interface LinkedAnswer {
  readonly analysis: Analysis;
  readonly needs: readonly Need[];
  readonly reads: readonly Need[];
  readonly links: readonly Link[];
}

/** What a name of the Dockerfile leads to. */
export interface Link {
  /** The build; of one that is not there, the name. */
  readonly id: string;
  readonly by: "linked" | "tag";
  /** As the Dockerfile, or a named context, says it. */
  readonly reference: string;
  readonly to:
    | {
        readonly kind: "build";
        readonly definition: BuildDefinition;
        readonly image: BaseImage;
        readonly analysis: Analysis;
        /** Those that it stands on itself. */
        readonly links: readonly Link[];
      }
    | { readonly kind: "pending" | "unreadable" | "missing" | "deep" }
    /** The ids on the way round. */
    | { readonly kind: "circle"; readonly through: readonly string[] };
}

export interface LinkQuestion {
  readonly build: PlatformBuild;
  readonly place: Place;
  readonly world: World;
  readonly baseline: DecidedBaseline;
  readonly linking: Linking;
  readonly analyse: (snapshot: LinkedSnapshot, memory: Memory) => LinkedAnswer;
}

/** Looks other builds up, and tells which were. */
export interface Links {
  readonly found: readonly Link[];
  ofBuild(id: DefinitionId, platform: string): BaseImage | null;
  /** null: no build of the workspace makes it. */
  ofTag(reference: string, platform: string): BaseImage | null;
}

const keptLinks = new WeakMap<Memory, Map<string, KeptLink>>();

/** What is kept of the builds below the one that a memory is of. */
export function keptOf(memory: Memory): Map<string, KeptLink> {
  let kept = keptLinks.get(memory);
  if (kept === undefined) {
    kept = new Map();
    keptLinks.set(memory, kept);
  }
  return kept;
}

export function openLinks(question: LinkQuestion, lookups: Lookups): Links {
  const { linking, build } = question;
  const asked = new Map<string, Link | null>();
  const builds = (): readonly FoundBuild[] => {
    const found = lookups.read({ kind: "builds", folder: linking.folder });
    return found.kind === "known" ? found.value.builds : [];
  };
  const once = (key: string, find: () => Link | null): BaseImage | null => {
    let link = asked.get(key);
    if (link === undefined) {
      link = find();
      asked.set(key, link);
    }
    return link?.to.kind === "build" ? link.to.image : null;
  };
  const linkTo = (found: FoundBuild, by: Link["by"], reference: string, platform: string): Link => {
    return { id: found.id, by, reference, to: leadsTo(question, found, by, platform, lookups) };
  };
  return {
    get found() {
      return [...asked.values()].filter((link) => link !== null);
    },
    ofBuild: (id, platform) =>
      once(`${platform} build ${id}`, () => {
        const reference = nameOf(build.definition, id);
        const found = builds().find((one) => one.id === id);
        if (found !== undefined) return linkTo(found, "linked", reference, platform);
        const fact = lookups.read({ kind: "builds", folder: linking.folder });
        const to = { kind: fact.kind === "known" ? "missing" : "pending" } as const;
        return { id: id.slice(id.lastIndexOf("#") + 1), by: "linked", reference, to };
      }),
    ofTag: (reference, platform) =>
      once(`${platform} tag ${reference}`, () => {
        const found = taggedAs(builds(), reference, build.definition);
        return found === null ? null : linkTo(found, "tag", reference, platform);
      }),
  };
}

/** The name by which a definition speaks of another one. */
function nameOf({ contexts }: BuildDefinition, id: DefinitionId): string {
  const named = [...contexts].find(([, source]) => source.kind === "build" && source.id === id);
  return named?.[0] ?? id;
}

const tagged = new RememberedByObjects<ReadonlyMap<string, readonly FoundBuild[]>>();

/** The first build that gives an image this name, as they are believed; null: none but the one that asks. */
export function taggedAs(
  builds: readonly FoundBuild[],
  reference: string,
  { id, dockerfile, target }: BuildDefinition,
): FoundBuild | null {
  const byTag = tagged.get([builds], () => {
    const found = new Map<string, FoundBuild[]>();
    for (const build of builds)
      for (const tag of build.tags.map(contextName))
        found.set(tag, [...(found.get(tag) ?? []), build]);
    return found;
  });
  const isItself = (build: FoundBuild): boolean =>
    build.id === id ||
    (build.dockerfile.kind === "file" &&
      dockerfile.kind === "file" &&
      build.dockerfile.path === dockerfile.path &&
      build.target === target);
  const all = byTag.get(contextName(reference)) ?? [];
  // An image of its own name is that of an earlier build, or another one's.
  return all.some(isItself) ? null : (all[0] ?? null);
}

function leadsTo(
  question: LinkQuestion,
  found: FoundBuild,
  by: Link["by"],
  on: string,
  lookups: Lookups,
): Link["to"] {
  const { linking, build, baseline } = question;
  const { chain } = linking;
  const at = chain.indexOf(found.id);
  if (at >= 0) return { kind: "circle", through: chain.slice(at) };
  if (chain.length > deepest) return { kind: "deep" };
  const { builder, builderVersion } = build.definition;
  const platform = parsePlatform(on) ?? build.platform;
  const definition = definitionOf(found, build.definition, platform, { builder, builderVersion });
  const key = `${found.id} ${on} ${question.place.kind} ${baselineKey(baseline)}`;
  const kept = linking.kept.get(key) ?? { memory: new Memory(), dockerfile: null, made: null };
  linking.kept.set(key, kept);
  const text = textOf(question, definition, lookups);
  if (text.kind !== "known") return { kind: text.kind };
  if (kept.dockerfile?.text !== text.value)
    kept.dockerfile = parseDockerfile(text.value, kept.dockerfile ?? undefined);
  const { dockerfile } = kept;
  const made = madeLink(question, { definition, platform, dockerfile, place: text.place }, kept);
  lookups.needs.push(...made.answer.needs);
  lookups.reads.push(...made.answer.reads);
  const round = made.answer.links.find(({ to }) => to.kind === "circle" && isIn(chain.at(-1), to));
  if (round !== undefined) return round.to;
  return {
    kind: "build",
    definition,
    image: made.image[by],
    analysis: made.answer.analysis,
    links: made.answer.links,
  };
}

function isIn(
  id: string | undefined,
  { through }: Extract<Link["to"], { kind: "circle" }>,
): boolean {
  return id !== undefined && through.includes(id);
}

type Described = Pick<LinkedSnapshot, "definition" | "platform" | "dockerfile" | "place">;

/** The answer of before, where all that it turned on is the same; else a new one. */
function madeLink(
  { world, baseline, linking, analyse }: LinkQuestion,
  described: Described,
  kept: KeptLink,
): MadeLink {
  const { definition, dockerfile, place } = described;
  const last = kept.made;
  const isSame =
    last !== null &&
    last.definition === definition &&
    last.dockerfile === dockerfile &&
    isSamePlace(last.place, place) &&
    isSameBaseline(last.baseline, baseline) &&
    isSameFor(last.world, world, last.answer.reads);
  if (isSame) {
    last.world = world;
    return last;
  }
  const chain = [...linking.chain, definition.id];
  const answer = analyse({ baseline, linking: { ...linking, chain }, ...described }, kept.memory);
  const image =
    last !== null && last.answer.analysis === answer.analysis
      ? last.image
      : {
          linked: builtImage(answer.analysis, definition, "linked"),
          tag: builtImage(answer.analysis, definition, "tag"),
        };
  const made = { definition, dockerfile, place, baseline, world, answer, image };
  // One from inside a circle turns on where that was entered.
  kept.made = answer.links.some(isCut) ? null : made;
  return made;
}

function isCut({ to }: Link): boolean {
  return to.kind === "circle" || to.kind === "deep";
}

function isSamePlace(one: Place, other: Place): boolean {
  return (
    one === other ||
    (one.kind === "commit" && other.kind === "commit" && one.commit === other.commit)
  );
}

function isSameBaseline(one: DecidedBaseline, other: DecidedBaseline): boolean {
  return baselineKey(one) === baselineKey(other) && beforeOf(one) === beforeOf(other);
}

function beforeOf(baseline: DecidedBaseline): object | undefined {
  return baseline.kind === "last" ? baseline.before : undefined;
}

function baselineKey(baseline: DecidedBaseline): string {
  if (baseline.kind === "git") return `git ${baseline.ref}`;
  return beforeOf(baseline) === undefined ? baseline.kind : "before";
}

const definitions = new RememberedByObjects<BuildDefinition>();

/** One object for one build as another one needs it. */
function definitionOf(
  found: FoundBuild,
  above: BuildDefinition,
  platform: Platform,
  settings: Pick<BuildDefinition, "builder" | "builderVersion">,
): BuildDefinition {
  const { builderVersion, buildPlatform } = above;
  return definitions.get(
    [
      ...[found, builderVersion, builders[settings.builder]],
      ...[named(platform), named(buildPlatform)],
    ],
    () => foundDefinition(found, { platform, buildPlatform, ...settings }),
  );
}

const builders = { buildkit: {}, classic: {} };
const platforms = new Map<string, object>();

/** One object for one platform. */
function named(platform: Platform): object {
  const name = formatPlatform(platform);
  const known = platforms.get(name) ?? {};
  platforms.set(name, known);
  return known;
}

type LinkText =
  | { readonly kind: "known"; readonly value: string; readonly place: Place }
  | { readonly kind: "pending" | "unreadable" };

/** The Dockerfile of another build, from where ours is of. */
function textOf(
  { place, linking }: LinkQuestion,
  definition: BuildDefinition,
  { read }: Lookups,
): LinkText {
  const { dockerfile } = definition;
  if (place.kind === "commit") {
    const need = commitNeed(definition, place.commit.commit);
    const commit = need === null ? null : read(need);
    if (commit?.kind !== "known")
      return { kind: commit?.kind === "pending" ? "pending" : "unreadable" };
    const { repository, commit: id, file } = commit.value;
    const text = read({ kind: "commitText", repository, commit: id, path: file });
    if (text.kind !== "known") return { kind: text.kind === "pending" ? "pending" : "unreadable" };
    return { kind: "known", value: text.value, place: { kind: "commit", commit: commit.value } };
  }
  if (dockerfile.kind === "inline") return { kind: "known", value: dockerfile.text, place: onDisk };
  if (dockerfile.kind === "remote") return { kind: "unreadable" };
  const text = read({ kind: "text", folder: linking.folder, path: dockerfile.path });
  if (text.kind !== "known") return { kind: text.kind === "pending" ? "pending" : "unreadable" };
  return { kind: "known", value: text.value, place: onDisk };
}

/** All builds that an answer stands on, each once, the lowest first. */
export function buildsBelow(
  links: readonly Link[],
  below = new Map<string, Analysis>(),
): readonly Analysis[] {
  for (const { id, to } of links) {
    if (to.kind !== "build" || below.has(id)) continue;
    buildsBelow(to.links, below);
    below.set(id, to.analysis);
  }
  return [...below.values()];
}
