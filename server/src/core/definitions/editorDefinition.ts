/**
 * Which build of a Dockerfile the editor speaks of. In this order: the first entry of
 * `stratacast.builds` that is of it, else a guess from the single settings. What was chosen in the
 * editor is laid over either.
 */

import type { Builder } from "../build/builder.js";
import { rulesOf } from "../build/builderRules.js";
import type { BuilderVersion } from "../build/builderVersion.js";
import { noBuildFlags } from "../build/buildFlags.js";
import { type BuildDefinition, type ContextSource, contextName } from "../build/definition.js";
import type { Platform } from "../build/platform.js";
import { readContextSource } from "./contextSource.js";
import type { NamedBuild } from "./namedBuilds.js";

/** The settings that say what is built. */
export interface BuildSettings {
  readonly builder: Builder;
  readonly builderVersion: BuilderVersion;
  /** As typed; empty: the Dockerfile's folder. */
  readonly context: string;
  readonly target: string | null;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly platform: Platform;
  readonly builds: readonly NamedBuild[];
}

/** What somebody chose for a document. */
export interface DefinitionChoice {
  /** null: as the definition says. */
  readonly target: string | null;
  /** Laid over the definition's own. */
  readonly buildArgs: Readonly<Record<string, string>>;
}

export interface DocumentPlace {
  readonly uri: string;
  /** Absolute path; null: not on this disk (untitled). */
  readonly file: string | null;
  /** The workspace folder that it is in, else the first one; null: there is none. */
  readonly workspaceFolder: string | null;
}

/** How paths are written on this machine. */
export interface PathRules {
  /** The absolute path of what is written relative to a folder. */
  resolve(folder: string, path: string): string;
  /** The folder that a file is in. */
  parent(file: string): string;
  isSame(a: string, b: string): boolean;
}

/** The definition that the answers for a document are about. */
export function editorDefinition(
  settings: BuildSettings,
  choice: DefinitionChoice | null,
  place: DocumentPlace,
  paths: PathRules,
): BuildDefinition {
  const definition = namedDefinition(settings, place, paths) ?? guess(settings, place, paths);
  if (choice === null) return definition;
  return {
    ...definition,
    target: choice.target ?? definition.target,
    args: new Map([...definition.args, ...Object.entries(choice.buildArgs)]),
  };
}

/** null: no entry is of this Dockerfile. */
function namedDefinition(
  settings: BuildSettings,
  place: DocumentPlace,
  paths: PathRules,
): BuildDefinition | null {
  const { file } = place;
  if (file === null) return null;
  const base = place.workspaceFolder ?? paths.parent(file);
  const build = settings.builds.find(({ dockerfile }) =>
    paths.isSame(paths.resolve(base, dockerfile), file),
  );
  if (build === undefined) return null;
  const source = (text: string): ContextSource =>
    readContextSource(
      text,
      (folder) => paths.resolve(base, folder),
      (name) => `settings:${name}`,
    );
  const fallback = guess(settings, place, paths);
  const [first, ...others] = build.platforms;
  const builder = build.builder ?? fallback.builder;
  return {
    ...fallback,
    id: `settings:${build.name ?? build.dockerfile}`,
    name: build.name,
    context: build.context === null ? fallback.context : source(build.context),
    contexts: rulesOf(builder).takesNamedContexts
      ? new Map([...build.contexts].map(([name, text]) => [contextName(name), source(text)]))
      : new Map(),
    target: build.target ?? fallback.target,
    args: build.args ?? fallback.args,
    platforms: first === undefined ? fallback.platforms : [first, ...others],
    builder,
    foundAt: { file: null, range: null, name: build.name },
  };
}

function guess(
  { builder, builderVersion, context, target, buildArgs, platform }: BuildSettings,
  { uri, file, workspaceFolder }: DocumentPlace,
  paths: PathRules,
): BuildDefinition {
  const own = file === null ? workspaceFolder : paths.parent(file);
  const base = workspaceFolder ?? own;
  const folder = context === "" ? own : paths.resolve(base ?? "", context);
  return {
    id: `guess:${file ?? uri}`,
    name: null,
    dockerfile: file === null ? { kind: "inline", text: "" } : { kind: "file", path: file },
    context: folder === null ? null : { kind: "path", folder },
    contexts: new Map(),
    target,
    args: buildArgs,
    platforms: [platform],
    builder,
    builderVersion,
    flags: noBuildFlags,
    foundAt: null,
  };
}
