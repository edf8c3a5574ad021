/** What the stages of a file have in common: all that a walk goes by besides its stage. */
import { type BuilderRules, rulesOf } from "../build/builderRules.js";
import {
  type ContextSource,
  contextName,
  type DefinitionId,
  type PlatformBuild,
} from "../build/definition.js";
import { type Frontend, frontendOf, isSameFrontend } from "../build/frontend.js";
import { automaticArgs, formatPlatform, type Platform } from "../build/platform.js";
import type { Digest } from "../host.js";
import type { BaseImage, BaseImageLookup } from "../image/baseImage.js";
import { referenceMistake } from "../image/reference.js";
import type { OrderedEnvironment } from "../instructions/environment.js";
import { stageNamesIn } from "../instructions/from.js";
import type { SourceReference } from "../instructions/operation.js";
import type { SourceKind, SourceMistake, StageFacts } from "../instructions/reading.js";
import type { Dockerfile, EscapeCharacter, Instruction } from "../syntax/syntax.js";
import { isSameList } from "../text/sameList.js";
import {
  copySource,
  mountSource,
  type StageNames,
  similarStage as similarStageIn,
  stageNames,
} from "./stageNames.js";

export interface GraphHost {
  readonly digest: Digest;
  /** The only way by which what is known of an image gets into a graph. */
  readonly baseImage: BaseImageLookup;
  /** What another build leaves; null: nothing is known of that. */
  readonly builtImage: (build: DefinitionId, platform: string) => BaseImage | null;
}

/** A file, and its FROM lines in their order. */
export interface FromLines {
  readonly dockerfile: Dockerfile;
  readonly froms: readonly Instruction[];
}

export interface FileFacts extends GraphHost {
  readonly froms: FromLines["froms"];
  readonly rules: BuilderRules;
  readonly frontend: Frontend;
  readonly escape: EscapeCharacter;
  /** The platform of the build. */
  readonly platform: Platform;
  /** What the user passes with `--build-arg`. */
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly contexts: ReadonlyMap<string, ContextSource>;
  /** See `StageFacts`. */
  readonly automaticArgs: ReadonlyMap<string, string>;
  /** What the lines before the first FROM set; null: these are walked just now. */
  readonly globals: OrderedEnvironment | null;
  readonly names: StageNames;
}

/**
 * Those of the lines before the first FROM.
 * @param before of the text before an edit: what is equal is the same object
 */
export function fileFacts(
  { dockerfile, froms }: FromLines,
  { definition, platform }: PlatformBuild,
  { digest, baseImage, builtImage }: GraphHost,
  before: FileFacts | null = null,
): FileFacts {
  const { builder, builderVersion, args, contexts, target, buildPlatform } = definition;
  const rules = rulesOf(builder);
  // The argument takes the place of the line: BuildKit, dockerfile/builder/build.go.
  const line = dockerfile.directives.find(({ name }) => name === "syntax")?.value ?? null;
  // The classic builder goes by neither.
  const syntax = rules.takesFrontends ? (args.get("BUILDKIT_SYNTAX") ?? line) : null;
  const frontend = frontendOf(syntax, builderVersion);
  const isSameStages = before !== null && isSameList(before.froms, froms);
  const written = isSameStages ? before.names.written : stageNamesIn(froms);
  const automatic = rules.setsAutomaticArgs
    ? automaticArgs(buildPlatform, platform, target ?? written.at(-1) ?? "default", frontend.minor)
    : new Map<string, string>();
  const given = new Map([...automatic].map(([name, value]) => [name, args.get(name) ?? value]));
  const isNamedAlike =
    before?.names.builder === builder && isSameList(before.names.written, written);
  return {
    froms,
    rules,
    frontend,
    escape: dockerfile.escape,
    platform,
    buildArgs: args,
    contexts,
    automaticArgs:
      before !== null && isSameMap(before.automaticArgs, given) ? before.automaticArgs : given,
    globals: null,
    names: isNamedAlike ? before.names : stageNames(builder, written),
    digest,
    baseImage,
    builtImage,
  };
}

/** True where steps differ by nothing but what they look up: see `fileReads.ts`. */
export function areAlike(one: FileFacts, other: FileFacts): boolean {
  return (
    one.digest === other.digest &&
    one.rules === other.rules &&
    isSameFrontend(one.frontend, other.frontend) &&
    one.escape === other.escape &&
    one.platform === other.platform &&
    one.buildArgs === other.buildArgs &&
    one.contexts === other.contexts &&
    one.automaticArgs === other.automaticArgs
  );
}

function isSameMap<V>(one: ReadonlyMap<string, V>, other: ReadonlyMap<string, V>): boolean {
  return one.size === other.size && [...one].every(([name, value]) => other.get(name) === value);
}

/** What the instructions of the stage at `index` go by. */
export function stageFacts(file: FileFacts, index: number): StageFacts {
  const { rules, frontend, buildArgs, automaticArgs, globals } = file;
  const source: StageFacts["source"] = (name, kind) => sourceOf(file, index, name, kind);
  const globalArg = globals === null ? null : (name: string) => globals.get(name);
  const similarStage = (name: string) => similarStageIn(file.names, name, index);
  const common = { rules, frontend, escape: file.escape, buildArgs };
  return { automaticArgs, globalArg, source, similarStage, ...common };
}

function sourceOf(
  file: FileFacts,
  index: number,
  name: string,
  kind: SourceKind,
): SourceReference | SourceMistake {
  const { names } = file;
  const place = { copy: copySource, mount: mountSource }[kind](names, name, index);
  if (name === "scratch" && file.rules.takesFromScratch && place.kind !== "stage")
    return { kind: "scratch" };
  switch (place.kind) {
    case "stage": {
      // A named context takes the place of a stage of its name.
      const written = names.written[place.index] ?? null;
      const replacement = written === null ? null : namedSource(file, written);
      return replacement ?? { kind: "stage", index: place.index };
    }
    case "image": {
      const named = namedSource(file, name);
      if (named !== null) return named;
      return referenceMistake(name) === null ? imageSource(file, name) : "no-reference";
    }
    case "itself":
    case "later":
    case "no-such-stage":
      return place.kind;
  }
}

/** The named context of a name; null: there is none. */
function namedSource(file: FileFacts, name: string): SourceReference | null {
  const context = file.contexts.get(contextName(name));
  if (context === undefined) return null;
  if (context.kind === "build") {
    const image = file.builtImage(context.id, formatPlatform(file.platform));
    if (image !== null)
      return { kind: "image", reference: contextName(name), image, isNamed: true };
  }
  if (context.kind !== "image") return { kind: "context", folder: contextName(name) };
  return { ...imageSource(file, context.reference), isNamed: true };
}

function imageSource({ baseImage, platform }: FileFacts, reference: string) {
  const image = baseImage(reference, formatPlatform(platform));
  return { kind: "image", reference, image } as const;
}
