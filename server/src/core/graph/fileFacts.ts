/** What the stages of a file have in common: all that a walk goes by besides its stage. */
import { type BuilderRules, rulesOf } from "../build/builderRules.js";
import { type ContextSource, contextName, type PlatformBuild } from "../build/definition.js";
import { automaticArgs, formatPlatform, type Platform } from "../build/platform.js";
import type { Digest } from "../host.js";
import type { BaseImageLookup } from "../image/baseImage.js";
import type { OrderedEnvironment } from "../instructions/environment.js";
import { stageNamesIn } from "../instructions/from.js";
import type { SourceReference } from "../instructions/operation.js";
import type { SourceKind, SourceMistake, StageFacts } from "../instructions/reading.js";
import type { Dockerfile, EscapeCharacter } from "../syntax/syntax.js";
import { copySource, mountSource, type StageNames, stageNames } from "./stageNames.js";

export interface GraphHost {
  readonly digest: Digest;
  /** The only way by which what is known of an image gets into a graph. */
  readonly baseImage: BaseImageLookup;
}

export interface FileFacts extends GraphHost {
  readonly rules: BuilderRules;
  readonly escape: EscapeCharacter;
  /** The platform of the build. */
  readonly platform: Platform;
  /** What the user passes with `--build-arg`. */
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly contexts: ReadonlyMap<string, ContextSource>;
  /** See `StageFacts`. */
  readonly automaticArgs: ReadonlyMap<string, string>;
  /** See `StageFacts`. */
  readonly globals: OrderedEnvironment | null;
  readonly names: StageNames;
}

/** Those of the lines before the first FROM. */
export function fileFacts(
  dockerfile: Dockerfile,
  { definition, platform }: PlatformBuild,
  host: GraphHost,
): FileFacts {
  const { builder, args, contexts, target } = definition;
  const rules = rulesOf(builder);
  const written = stageNamesIn(dockerfile.instructions);
  const automatic = rules.setsAutomaticArgs
    ? automaticArgs(platform, platform, target ?? written.at(-1) ?? "default")
    : new Map<string, string>();
  return {
    ...host,
    rules,
    escape: dockerfile.escape,
    platform,
    buildArgs: args,
    contexts,
    automaticArgs: new Map([...automatic].map(([name, value]) => [name, args.get(name) ?? value])),
    globals: null,
    names: stageNames(builder, written),
  };
}

/** What the instructions of the stage at `index` go by. */
export function stageFacts(file: FileFacts, index: number): StageFacts {
  const { rules, buildArgs, automaticArgs, globals } = file;
  const source: StageFacts["source"] = (name, kind) => sourceOf(file, index, name, kind);
  return { rules, escape: file.escape, buildArgs, automaticArgs, globals, source };
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
    case "image":
      return namedSource(file, name) ?? imageSource(file, name);
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
  if (context.kind !== "image") return { kind: "context", folder: contextName(name) };
  return { ...imageSource(file, context.reference), isNamed: true };
}

function imageSource({ baseImage, platform }: FileFacts, reference: string) {
  const image = baseImage(reference, formatPlatform(platform));
  return { kind: "image", reference, image } as const;
}
