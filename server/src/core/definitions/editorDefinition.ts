/**
 * Which build of a Dockerfile the editor speaks of. In this order: what was chosen in the editor, the
 * first entry of `stratacast.builds` that is of it, what files of the workspace define, else a guess
 * from the single settings and from the files that are there. A chosen target and chosen arguments are laid over each.
 */
import type { Read } from "../analysis/read.js";
import { rulesOf } from "../build/builderRules.js";
import { noBuildFlags } from "../build/buildFlags.js";
import { type BuildDefinition, type ContextSource, contextName } from "../build/definition.js";
import type { FoundBuilds } from "../build/foundBuild.js";
import { foundDefinition } from "../build/foundDefinition.js";
import type { Known } from "../host.js";
import { chooseFound } from "./chooseFound.js";
import { readContextSource } from "./contextSource.js";
import { guessFolder } from "./guess.js";
import type { NamedBuild } from "./namedBuilds.js";
import type { NamedSources, PlainSettings } from "./namedSources.js";
import type { PathRules } from "./pathRules.js";

/** The settings that say what is built. */
export interface BuildSettings extends PlainSettings {
  /** As typed; empty: none. */
  readonly context: string;
  readonly target: string | null;
  readonly builds: readonly NamedBuild[];
}

/** What somebody chose for a document. */
export interface DefinitionChoice {
  /** The id of a definition; null or absent: none was chosen. */
  readonly build?: string | null;
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

/** All that the choice turns on, besides what is in folders. */
export interface DefinitionQuestion {
  readonly settings: BuildSettings;
  /** null: nothing was chosen. */
  readonly choice: DefinitionChoice | null;
  readonly place: DocumentPlace;
  /** What the Dockerfile names of its context. */
  readonly sources: NamedSources;
  readonly paths: PathRules;
}

export interface ChosenDefinition {
  /** Without a context while `isPending`. */
  readonly definition: BuildDefinition;
  /** True while it is not known what is in the folders that the choice turns on. */
  readonly isPending: boolean;
}

/** The definition that the answers for a document are about. */
export function editorDefinition(question: DefinitionQuestion, read: Read): ChosenDefinition {
  const { choice } = question;
  const chosen =
    chosenDefinition(question) ??
    foundById(question, read) ??
    namedDefinition(question) ??
    firstFound(question, read) ??
    guess(question, read);
  if (choice === null) return chosen;
  const { definition, isPending } = chosen;
  return {
    isPending,
    definition: {
      ...definition,
      target: choice.target ?? definition.target,
      args: new Map([...definition.args, ...Object.entries(choice.buildArgs)]),
    },
  };
}

/** True for two that say the same. */
export function isSameDefinition(one: BuildDefinition, other: BuildDefinition): boolean {
  return one === other || wholeText(one) === wholeText(other);
}

function wholeText(definition: BuildDefinition): string {
  return JSON.stringify(definition, (_, value: unknown) =>
    value instanceof Map ? [...value] : value,
  );
}

/** The Dockerfile's own folder and those above it in the workspace. */
export function contextCandidates(
  { file, workspaceFolder }: DocumentPlace,
  paths: PathRules,
): readonly string[] {
  if (file === null) return workspaceFolder === null ? [] : [workspaceFolder];
  const own = paths.parent(file);
  if (workspaceFolder === null || !paths.isInside(workspaceFolder, own)) return [own];
  const folders = [own];
  let folder = own;
  while (!paths.isSame(folder, workspaceFolder)) {
    folder = paths.parent(folder);
    folders.push(folder);
  }
  return folders;
}

/** What stands before the folder in the id of a context that somebody chose. */
const chosenFolder = "chosen:";

/** The id by which a folder is chosen as the build context. */
export function folderChoice(folder: string): string {
  return `${chosenFolder}${folder}`;
}

/** null: nothing was chosen. */
function chosenDefinition(question: DefinitionQuestion): ChosenDefinition | null {
  const id = question.choice?.build ?? null;
  if (id?.startsWith(chosenFolder) !== true) return null;
  const folder = id.slice(chosenFolder.length);
  const definition = plainDefinition(question, { kind: "path", folder });
  return { definition: { ...definition, id: `${chosenFolder}${folder}` }, isPending: false };
}

/** What the files of the workspace define; null: there is no workspace that the Dockerfile is in. */
function foundBuilds(
  { place: { file, workspaceFolder }, paths }: DefinitionQuestion,
  read: Read,
): Known<FoundBuilds> | null {
  if (file === null || workspaceFolder === null) return null;
  return paths.isInside(workspaceFolder, file)
    ? read({ kind: "builds", folder: workspaceFolder })
    : null;
}

/** null: none was chosen, or it is gone. */
function foundById(question: DefinitionQuestion, read: Read): ChosenDefinition | null {
  const id = question.choice?.build ?? null;
  if (id === null) return null;
  const found = foundBuilds(question, read);
  if (found?.kind === "pending") return pendingOf(question);
  const build = found?.kind === "known" ? found.value.builds.find((one) => one.id === id) : null;
  if (build == null) return null;
  return { definition: foundDefinition(build, question.settings), isPending: false };
}

/** null: no file says how the Dockerfile is built. */
function firstFound(question: DefinitionQuestion, read: Read): ChosenDefinition | null {
  const { place, settings, sources, paths } = question;
  const found = foundBuilds(question, read);
  if (found?.kind === "pending") return pendingOf(question);
  if (found?.kind !== "known" || place.file === null) return null;
  const own = chooseFound(found.value.builds, place.file, sources, paths, read);
  const { first, made, isPending } = own;
  if (isPending) return pendingOf(question);
  if (first !== null) return { definition: foundDefinition(first, settings), isPending };
  if (made === null) return null;
  // To take a folder that is here would be wrong for all that it names.
  return { definition: { ...foundDefinition(made, settings), context: null }, isPending };
}

function pendingOf(question: DefinitionQuestion): ChosenDefinition {
  return { definition: plainDefinition(question, null), isPending: true };
}

/** null: no entry is of this Dockerfile. */
function namedDefinition(question: DefinitionQuestion): ChosenDefinition | null {
  const { settings, place, paths } = question;
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
  const own = contextCandidates(place, paths)[0] ?? base;
  const folder = settings.context === "" ? own : paths.resolve(base, settings.context);
  const fallback = plainDefinition(question, { kind: "path", folder });
  const [first, ...others] = build.platforms;
  const builder = build.builder ?? fallback.builder;
  const definition: BuildDefinition = {
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
    builderVersion: build.builderVersion ?? fallback.builderVersion,
    foundAt: { file: null, range: null, line: null, name: build.name },
  };
  return { definition, isPending: false };
}

function guess(question: DefinitionQuestion, read: Read): ChosenDefinition {
  const { settings, place, sources, paths } = question;
  const [own, ...above] = contextCandidates(place, paths);
  if (settings.context !== "") {
    const base = place.workspaceFolder ?? own ?? "";
    const folder = paths.resolve(base, settings.context);
    const definition = plainDefinition(question, { kind: "path", folder });
    // Somebody has said so: nothing of it is guessed.
    return { definition: { ...definition, id: `settings:${placeName(place)}` }, isPending: false };
  }
  const none = { definition: plainDefinition(question, null), isPending: false };
  if (own === undefined) return none;
  const found = guessFolder(sources, [own, ...above], read);
  if (found.kind === "pending") return { ...none, isPending: true };
  if (found.kind === "open") return none;
  const { folder } = found;
  return { definition: plainDefinition(question, { kind: "path", folder }), isPending: false };
}

/** From the single settings. */
function plainDefinition(
  { settings, place }: DefinitionQuestion,
  context: ContextSource | null,
): BuildDefinition {
  const { builder, builderVersion, target, buildArgs, platform, buildPlatform } = settings;
  const { file } = place;
  return {
    id: `guess:${placeName(place)}`,
    name: null,
    dockerfile: file === null ? { kind: "inline", text: "" } : { kind: "file", path: file },
    context,
    contexts: new Map(),
    target,
    args: buildArgs,
    platforms: [platform],
    buildPlatform,
    builder,
    builderVersion,
    flags: noBuildFlags,
    foundAt: null,
  };
}

function placeName({ file, uri }: DocumentPlace): string {
  return file ?? uri;
}
