/** What the readers of definition files have in common. */
import type { ContextSource, DefinitionId } from "../build/definition.js";
import type { DefinitionProblem, FoundBuild, FoundKind } from "../build/foundBuild.js";
import { type DataFile, type DataNode, lineAt } from "./data.js";
import type { Evaluation, EvaluationAsk } from "./evaluation.js";
import type { PathRules } from "./pathRules.js";

/** The files of a workspace folder, as readers see them. Paths are absolute. */
export interface ReaderFiles {
  readonly root: string;
  readonly paths: PathRules;
  /** The text of a file; null: it is not there, or cannot be read. */
  text(path: string): string | null;
  /** A YAML or JSON text; null: it is not there, or is none. */
  data(path: string): DataFile | null;
  /** True for files and folders that are there. */
  isThere(path: string): boolean;
  /** What Docker's own program makes of a definition; null: it was not asked, refuses, or is not there. */
  evaluated(ask: EvaluationAsk): Evaluation | null;
}

/** What a reader finds: an id is given to it later. */
export type ReadBuild = Omit<FoundBuild, "id" | "rank"> & {
  /** Names it within all kinds and files; links name it so. */
  readonly key: DefinitionId;
  /** Within its kind, before the usual order: the smaller comes first. */
  readonly order: number;
};

/** What is built, and how: all but where a file says so. */
export type BuildParts = Omit<
  ReadBuild,
  "kind" | "name" | "key" | "order" | "foundAt" | "isEvaluated"
>;

export interface ReadFile {
  readonly builds: readonly ReadBuild[];
  readonly problems: readonly DefinitionProblem[];
}

export function buildKey(kind: FoundKind, file: string, name: string): DefinitionId {
  return `${kind}:${file}#${name}`;
}

/** With what most builds have: nothing. */
export function plainBuild(
  given: Pick<ReadBuild, "kind" | "name" | "dockerfile" | "context" | "foundAt"> &
    Partial<ReadBuild>,
): ReadBuild {
  return {
    key: buildKey(given.kind, given.foundAt.file, given.name),
    contexts: new Map(),
    target: null,
    args: new Map(),
    fromEnvironment: new Set(),
    platforms: [],
    cacheFrom: [],
    noCache: false,
    tags: [],
    canBeDefault: true,
    isEvaluated: false,
    order: 0,
    problems: [],
    ...given,
  };
}

export function placeIn(
  { path, text }: Pick<DataFile, "path" | "text">,
  { start, end }: Pick<DataNode, "start" | "end">,
  name: string,
): ReadBuild["foundAt"] {
  return { file: path, range: { start, end }, name, line: lineAt(text, start) };
}

/** A folder of this machine, as the context of a build. */
export function folderContext(folder: string): ContextSource {
  return { kind: "path", folder };
}

/** The path from the root, `/` between names; the whole path outside of it. */
export function shownPath({ root, paths }: ReaderFiles, path: string): string {
  if (!paths.isInside(root, path)) return path;
  return path.slice(root.length).replaceAll("\\", "/").replace(/^\//, "");
}
