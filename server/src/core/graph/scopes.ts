/** The scopes in which instructions are evaluated: one before the first FROM, one per stage. */

import { rulesOf } from "../build/builderRules.js";
import { contextName, type PlatformBuild } from "../build/definition.js";
import type { Platform } from "../build/platform.js";
import { formatPlatform } from "../build/platform.js";
import type { Digest } from "../host.js";
import type { BaseImage, BaseImageLookup } from "../image/baseImage.js";
import { copyConfig, defaultPath, emptyConfig, type ImageConfig } from "../image/config.js";
import { OrderedEnvironment } from "../instructions/environment.js";
import type { SourceReference } from "../instructions/operation.js";
import type { StageScope } from "../instructions/scope.js";
import { type ExpansionError, expandWord, expandWords, HEREDOC_BODY } from "../syntax/expand.js";
import type { Dockerfile, EscapeCharacter, Word } from "../syntax/syntax.js";
import type { TextRange } from "../text/range.js";
import { say } from "../text/say.js";
import type { Assignment, Found, StageBase } from "./graph.js";
import type { Lookup, StageNames } from "./stageNames.js";

export interface WalkScope extends StageScope {
  readonly found: readonly Found[];
  assignmentCount(): number;
  /** What was set since `assignmentCount` gave `before`. */
  assignmentsSince(before: number): readonly Assignment[];
}

/** The scope of the ARGs before the first FROM, and of the FROM lines themselves. */
export function globalScope(
  dockerfile: Dockerfile,
  build: PlatformBuild,
  automatic: ReadonlyMap<string, string>,
  digest: Digest,
): WalkScope {
  const environment = new RecordingEnvironment(digest);
  for (const [name, value] of automatic)
    environment.set(name, build.definition.args.get(name) ?? value);
  const found: Found[] = [];
  return makeScope({
    build,
    platform: build.platform,
    escape: dockerfile.escape,
    environment,
    config: emptyConfig(),
    // A bare ARG repeated before FROM keeps the value that the name has.
    globalArgs: { get: (name: string) => environment.get(name) },
    declaredArgs: [],
    directory: "",
    found,
    resolve: () => ({ kind: "image" }),
    replacedName: () => null,
    imageOf: () => null,
  });
}

export interface StageScopeInput {
  readonly global: WalkScope;
  readonly build: PlatformBuild;
  readonly platform: Platform;
  readonly parent: WalkScope | null;
  readonly base: StageBase;
  readonly names: StageNames;
  readonly stageIndex: number;
  readonly digest: Digest;
  readonly baseImage: BaseImageLookup;
  readonly found: Found[];
  /** See `Stage.isReplaced`. */
  readonly isReplaced: boolean;
  /** The name of a stage that a named context takes the place of; null: it is none of those. */
  readonly replacedName: (stage: number) => string | null;
}

/** A stage starts with what its base image or parent stage ends with. */
export function stageScope(input: StageScopeInput): WalkScope {
  const { parent, build } = input;
  const rules = rulesOf(build.definition.builder);
  const { inheritsArgs } = rules;
  const config = parent === null ? configOf(input.base) : copyConfig(parent.config);
  if (parent !== null) config.onBuild = [];
  if (rules.startsWithPath) ensurePath(config);
  const environment =
    parent !== null && inheritsArgs
      ? new RecordingEnvironment(input.digest, parent.environment)
      : new RecordingEnvironment(input.digest);
  if (parent === null || !inheritsArgs) {
    for (const [name, value] of config.environment) environment.set(name, value);
    if (!config.environment.has("PATH")) environment.set("PATH", defaultPath);
    environment.forgetAssignments();
  }
  const { base } = input;
  const isEmpty =
    base.kind === "scratch" ||
    base.kind === "folder" ||
    (base.kind === "elsewhere" && base.source.kind === "git");
  if (isEmpty && rules.startsScratchInRoot && !input.isReplaced) config.workingDirectory = "/";
  return makeScope({
    build,
    platform: input.platform,
    escape: input.global.escape,
    environment,
    config,
    globalArgs: input.global.globalArgs,
    declaredArgs: parent !== null && inheritsArgs ? [...parent.declaredArgs] : [],
    directory: parent?.directory ?? config.workingDirectory,
    found: input.found,
    replacedName: input.replacedName,
    imageOf: (reference) => input.baseImage(reference, formatPlatform(build.platform)),
    resolve: (name, kind) =>
      kind === "mount"
        ? input.names.mountSource(name, input.stageIndex)
        : input.names.source(name, input.stageIndex),
  });
}

/** Both builders add a PATH; the classic one with the first image that it commits. */
export function ensurePath(config: ImageConfig): void {
  if (!config.environment.has("PATH")) config.environment.set("PATH", defaultPath);
}

function configOf(base: StageBase): ImageConfig {
  const config = emptyConfig();
  if (base.kind === "image" && base.image !== null) applyBaseImage(config, base.image);
  return config;
}

function applyBaseImage(config: ImageConfig, image: BaseImage): void {
  for (const entry of image.environment) {
    const at = entry.indexOf("=");
    config.environment.set(at < 0 ? entry : entry.slice(0, at), at < 0 ? "" : entry.slice(at + 1));
  }
  for (const port of image.exposedPorts) config.exposedPorts.add(port);
  for (const path of image.volumes) config.volumes.add(path);
  for (const [name, value] of Object.entries(image.labels)) config.labels.set(name, value);
  config.cmd = image.cmd;
  config.entrypoint = image.entrypoint;
  config.workingDirectory = image.workingDirectory;
  config.user = image.user;
  config.healthcheck = image.healthcheck;
  config.stopSignal = image.stopSignal;
  config.shell = image.shell;
}

interface ScopeParts {
  readonly build: PlatformBuild;
  readonly platform: Platform;
  readonly escape: EscapeCharacter;
  readonly environment: RecordingEnvironment;
  readonly config: ImageConfig;
  readonly globalArgs: StageScope["globalArgs"];
  readonly declaredArgs: StageScope["declaredArgs"];
  readonly directory: string;
  readonly found: Found[];
  readonly resolve: (name: string, kind: "copy" | "mount") => Lookup;
  readonly replacedName: StageScopeInput["replacedName"];
  readonly imageOf: (reference: string) => BaseImage | null;
}

function makeScope(parts: ScopeParts): WalkScope {
  const { environment, found } = parts;
  const { definition } = parts.build;
  const rules = rulesOf(definition.builder);
  const lookup = (name: string): string | undefined => environment.get(name);
  const report: StageScope["report"] = (phase, code, message, range) => {
    found.push({ phase, problem: { code, message, severity: "error", range } });
  };
  const reportExpansion = (error: ExpansionError, range: TextRange): void => {
    report("build", "bad-expansion", error.message, range);
  };
  const namedSource = (name: string): SourceReference | null => {
    const context = definition.contexts.get(contextName(name));
    if (context === undefined) return null;
    if (context.kind !== "image") return { kind: "context", folder: contextName(name) };
    const { reference } = context;
    return { kind: "image", reference, image: parts.imageOf(reference), isNamed: true };
  };
  return {
    rules,
    platform: parts.platform,
    escape: parts.escape,
    buildArgs: definition.args,
    globalArgs: parts.globalArgs,
    environment,
    declaredArgs: parts.declaredArgs,
    config: parts.config,
    directory: parts.directory,
    hasOwnCmd: false,
    expand(word: Word) {
      const expansion = expandWord(word.value, lookup, parts.escape);
      if (expansion.error !== null) reportExpansion(expansion.error, word.range);
      return expansion.error === null ? expansion.value : word.value;
    },
    expandToWords(word: Word) {
      const expansion = expandWords(word.value, lookup, parts.escape);
      if (expansion.error !== null) reportExpansion(expansion.error, word.range);
      return expansion.words.map(({ value }) => value);
    },
    expandDocument(content: string, range: TextRange) {
      const expansion = expandWord(content, lookup, "\\", HEREDOC_BODY);
      if (expansion.error !== null) reportExpansion(expansion.error, range);
      return expansion.error === null ? expansion.value : content;
    },
    resolveSource(name, range, kind) {
      if (name === "scratch" && rules.takesFromScratch) {
        const stage = parts.resolve(name, kind);
        if (stage.kind !== "stage") return { kind: "scratch" };
      }
      const place = parts.resolve(name, kind);
      switch (place.kind) {
        case "stage": {
          const replaced = parts.replacedName(place.index);
          const source = replaced === null ? null : namedSource(replaced);
          return source ?? { kind: "stage", index: place.index };
        }
        case "image":
          return (
            namedSource(name) ?? { kind: "image", reference: name, image: parts.imageOf(name) }
          );
        case "itself":
          report("read", "circular-stage", say`The stage takes files from itself.`, range);
          return null;
        case "later":
          report(
            "build",
            "later-stage",
            say`The stage "${name}" stands below: files can only be taken from stages above.`,
            range,
          );
          return null;
        case "no-such-index":
          report("read", "no-such-stage", say`There is no stage ${name}.`, range);
          return null;
      }
    },
    report,
    found,
    assignmentCount: () => environment.assignments.length,
    assignmentsSince: (before) => environment.assignments.slice(before),
  };
}

/** An environment that remembers what was set since its stage began. */
class RecordingEnvironment extends OrderedEnvironment {
  readonly assignments: Assignment[] = [];

  override set(name: string, value: string): void {
    super.set(name, value);
    this.assignments.push({ name, value });
  }

  forgetAssignments(): void {
    this.assignments.length = 0;
  }
}
