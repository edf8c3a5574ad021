/**
 * `docker build` lines in the texts that tell people, make and shells how an image is built. From
 * which folder a line is run is seldom said: it is the nearest from which its Dockerfile is there.
 */
import type { ContextSource } from "../build/definition.js";
import type { DefinitionProblem, FoundKind } from "../build/foundBuild.js";
import { type BuildCommand, mayBuild, readBuildCommand } from "./buildCommand.js";
import { readContextSource, readMainContext } from "./contextSource.js";
import { at, type DataFile, entriesOf, lineAt, textOf } from "./data.js";
import { buildKey, plainBuild, type ReadBuild, type ReaderFiles, shownPath } from "./reader.js";
import { type Command, commandsIn, literalVariables } from "./shellCommands.js";

/** A text with commands. */
export interface CommandText {
  readonly path: string;
  readonly text: string;
}

/** Of a text so many builds are taken. */
const maxBuilds = 50;

/** The builds in a Makefile, a script or a document. */
export function readCommandText(file: CommandText, files: ReaderFiles): readonly ReadBuild[] {
  const variables = literalVariables(file.text);
  const folders = foldersAbove(files.paths.parent(file.path), files);
  return commandsIn(file.text, variables, mayBuild)
    .flatMap((command) => commandBuild(command, { kind: "command", file, folders, files }) ?? [])
    .slice(0, maxBuilds);
}

/** The builds in the scripts of a package.json. */
export function readPackageScripts(file: DataFile, files: ReaderFiles): readonly ReadBuild[] {
  const folders = foldersAbove(files.paths.parent(file.path), files);
  return entriesOf(at(file.root, "scripts"))
    .flatMap(([, { value }]) => {
      const place = { kind: "command", file, folders, files, offset: value.start } as const;
      return commandsIn(textOf(value) ?? "", new Map(), mayBuild).flatMap(
        (command) => commandBuild(command, place) ?? [],
      );
    })
    .slice(0, maxBuilds);
}

/** The builds of itself in a Dockerfile's comments. */
export function readDockerfileComments(
  file: CommandText,
  files: ReaderFiles,
): readonly ReadBuild[] {
  const comments = file.text.replace(/^(?![ \t]*#).*$/gm, (line) => " ".repeat(line.length));
  const text = comments.replace(/^[ \t]*#/gm, (mark) => " ".repeat(mark.length));
  return readCommandText({ path: file.path, text }, files).filter(
    ({ dockerfile }) =>
      dockerfile.kind === "file" && files.paths.isSame(dockerfile.path, file.path),
  );
}

export interface CommandPlace {
  readonly kind: FoundKind;
  readonly file: CommandText;
  /** From which it may be run, the most likely first. */
  readonly folders: readonly string[];
  readonly files: ReaderFiles;
  /** What it is called; absent: the name of its file. */
  readonly name?: string;
  /** Of the text that the command is in. */
  readonly offset?: number;
}

/** null: it builds nothing that is here. */
export function commandBuild(command: Command, place: CommandPlace): ReadBuild | null {
  const read = readBuildCommand(command.words);
  if (read === null) return null;
  const { kind, file, folders, files, offset = 0 } = place;
  const { paths, isThere } = files;
  const { context, contextText } = read;
  if (context !== null && /^(?:\w+:\/\/|git@|github\.com\/)/.test(context)) return null;
  const base = folders[0] ?? files.root;
  const started = (from: string): string =>
    command.folders.reduce((folder, written) => paths.resolve(folder, written), from);
  // The Dockerfile's own text, on stdin: then there is no context at all.
  const piped = read.context === "-" && read.file === undefined ? command.stdin?.value : undefined;
  const dockerfileFrom = (from: string): string =>
    piped != null
      ? paths.resolve(started(from), piped)
      : read.file == null
        ? paths.resolve(paths.resolve(started(from), usable(context)), "Dockerfile")
        : paths.resolve(started(from), read.file);
  // A context that is made first is in none of them.
  const holding = folders.filter((from) => isThere(dockerfileFrom(from)));
  const found = holding.find(isHere) ?? (read.file == null ? undefined : holding[0]);
  const from = started(found ?? base);
  const start = offset + command.start;
  const name = place.name ?? shownPath(files, file.path);
  const line = lineAt(file.text, start);
  return plainBuild({
    kind,
    name,
    key: buildKey(kind, file.path, `${name}:${line}`),
    dockerfile: { kind: "file", path: dockerfileFrom(found ?? base) },
    ...sourcesOf(read, from, files, kind),
    ...(piped == null ? {} : { problems: [{ code: "context-made", by: "" }] }),
    target: read.target ?? null,
    platforms: read.platforms,
    tags: read.tags,
    cacheFrom: read.cacheFrom,
    noCache: read.noCache,
    foundAt: {
      file: file.path,
      range: { start, end: offset + command.end },
      name,
      line,
    },
  });

  function isHere(folder: string): boolean {
    return context === null || isThere(paths.resolve(started(folder), usable(context)));
  }

  function usable(written: string | null): string {
    return written === null || contextText === "-" ? "." : written;
  }
}

function sourcesOf(
  read: BuildCommand,
  from: string,
  { paths }: ReaderFiles,
  kind: FoundKind,
): Pick<
  ReadBuild,
  "context" | "contexts" | "args" | "fromEnvironment" | "canBeDefault" | "problems"
> {
  const problems: DefinitionProblem[] = [];
  const source = (text: string): ContextSource =>
    readContextSource(
      text,
      (folder) => paths.resolve(from, folder),
      (name) => `${kind}:${name}`,
    );
  let context: ContextSource | null = null;
  if (read.context === "-") problems.push({ code: "context-missing", path: "-" });
  else if (read.context === null)
    problems.push({ code: "not-evaluated", of: "context", text: read.contextText });
  else context = readMainContext(read.context, (folder) => paths.resolve(from, folder));
  if (read.file === null)
    problems.push({ code: "not-evaluated", of: "file", text: read.texts.file });
  if (read.target === null)
    problems.push({ code: "not-evaluated", of: "target", text: read.texts.target });
  return {
    context,
    contexts: new Map(
      read.contexts.flatMap(({ name, value }) => (value === null ? [] : [[name, source(value)]])),
    ),
    args: new Map(
      read.args.flatMap(({ name, value }) => (value === null ? [] : [[name, value] as const])),
    ),
    fromEnvironment: new Set(
      read.args.flatMap(({ name, value }) => (value === null ? [name] : [])),
    ),
    canBeDefault: problems.length === 0,
    problems,
  };
}

/** A folder and those above it, up to the workspace's. */
export function foldersAbove(folder: string, { root, paths }: ReaderFiles): readonly string[] {
  if (!paths.isInside(root, folder)) return [folder];
  const folders = [folder];
  for (let above = folder; !paths.isSame(above, root); ) {
    above = paths.parent(above);
    folders.push(above);
  }
  return folders;
}
