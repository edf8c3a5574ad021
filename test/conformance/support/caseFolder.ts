/** The files of a case on a real disk, with every mode and every time set on purpose. */

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { sweepDeadRuns } from "../../support/deadRuns.js";
import { tarArchive } from "../../support/engine/tar.js";
import type { Case, Content, FileOperation, Operation, TextEdit } from "./caseFile.js";

/** How a build is asked for. Paths are relative to the case's folder. */
export interface BuildRequest {
  readonly target: string | null;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly options: readonly string[];
  readonly file: string | null;
  readonly context: string;
  readonly baseInstructions: readonly string[];
  readonly baseMark: string;
}

export const plainRequest: BuildRequest = {
  target: null,
  buildArgs: {},
  options: [],
  file: null,
  context: ".",
  baseInstructions: [],
  baseMark: "",
};

export interface CaseFolder {
  readonly path: string;
  readonly request: BuildRequest;
  /** How many sets of operations were applied; each has an hour of its own as file time. */
  readonly round: number;
}

export function newCaseFolder(): CaseFolder {
  return { path: makeFolder(), request: plainRequest, round: 0 };
}

/** The folder of a case as it is for its first build, or after so many of its changes. */
export function caseFolderAt({ setup, changes }: Case, round: number): CaseFolder {
  const rounds = [setup, ...changes.slice(0, round).map(({ operations }) => operations)];
  return rounds.reduce(applyOperations, newCaseFolder());
}

export function dropCaseFolder(folder: CaseFolder): void {
  rmSync(path.dirname(folder.path), { recursive: true, force: true });
}

/** Applies one set of operations and gives the folder as it is then (it may stand elsewhere). */
export function applyOperations(folder: CaseFolder, operations: readonly Operation[]): CaseFolder {
  let current = folder;
  // Hours apart: an edit is never mistaken for an earlier one by its time, unless it says so.
  const time = new Date(Date.UTC(2024, 0, 1, folder.round));
  for (const operation of operations) {
    current = { ...current, request: nextRequest(current.request, operation) };
    if (operation.kind === "fresh-folder") {
      const next = makeFolder(operation.sameName ? path.basename(current.path) : undefined);
      cpSync(current.path, next, {
        recursive: true,
        preserveTimestamps: true,
        verbatimSymlinks: true,
      });
      copyFolderModes(current.path, next);
      dropCaseFolder(current);
      current = { ...current, path: next };
    } else if (isFileOperation(operation)) applyToFiles(current.path, operation, time);
  }
  return { ...current, round: folder.round + 1 };
}

/** Node's `cpSync` keeps the modes of folders up to Node 20 only. */
function copyFolderModes(from: string, to: string): void {
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const [own, copy] = [path.join(from, entry.name), path.join(to, entry.name)];
    copyFolderModes(own, copy);
    chmodSync(copy, lstatSync(own).mode & 0o7777);
  }
}

/** The path of the Dockerfile that a builder takes, absolute; null: there is none. */
export function findDockerfile({ path: root, request }: CaseFolder): string | null {
  const names = request.file === null ? ["Dockerfile", "dockerfile"] : [];
  const usual = names.map((name) => path.join(root, request.context, name));
  const candidates = request.file === null ? usual : [path.join(root, request.file)];
  return candidates.find((candidate) => existsSync(candidate)) ?? null;
}

const folderPrefix = "stratacast-case-";
let isSwept = false;

function sweepOnce(): void {
  if (isSwept) return;
  isSwept = true;
  sweepDeadRuns(folderPrefix);
}

/**
 * BuildKit's client tells contexts apart by the last name of their path only: what was sent from one
 * `work` is taken to be there for the next `work`, wherever it stands. So that name is new each time.
 */
function makeFolder(name?: string): string {
  sweepOnce();
  const parent = mkdtempSync(path.join(os.tmpdir(), `${folderPrefix}${process.pid}-`));
  const folder = path.join(parent, name ?? `context-${path.basename(parent).slice(-6)}`);
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  return folder;
}

function nextRequest(request: BuildRequest, operation: Operation): BuildRequest {
  switch (operation.kind) {
    case "target":
      return { ...request, target: operation.value };
    case "build-arg": {
      const { [operation.name]: _, ...others } = request.buildArgs;
      return {
        ...request,
        buildArgs:
          operation.value === null ? others : { ...others, [operation.name]: operation.value },
      };
    }
    case "option": {
      const others = request.options.filter((option) => option !== operation.value);
      return { ...request, options: operation.given ? [...others, operation.value] : others };
    }
    case "file":
      return { ...request, file: operation.value };
    case "context":
      return { ...request, context: operation.value };
    case "base":
      return { ...request, baseInstructions: [...request.baseInstructions, operation.instruction] };
    case "base-layer":
      return { ...request, baseMark: operation.mark };
    default:
      return request;
  }
}

function isFileOperation(operation: Operation): operation is FileOperation {
  return !["target", "build-arg", "option", "file", "context", "base", "base-layer"].includes(
    operation.kind,
  );
}

function applyToFiles(root: string, operation: FileOperation, time: Date): void {
  const at = (relative: string) => {
    const absolute = path.join(root, relative);
    makeParents(root, absolute);
    return absolute;
  };
  switch (operation.kind) {
    case "write": {
      const file = at(operation.path);
      const before = lstatSync(file, { throwIfNoEntry: false });
      writeFileSync(file, bytesOf(operation.path, operation.content));
      if (operation.mode !== null) chmodSync(file, operation.mode);
      else if (before === undefined) chmodSync(file, 0o644);
      stamp(file, operation.keepTime && before !== undefined ? before.mtime : time);
      return;
    }
    case "edit": {
      const file = at(operation.path);
      const before = lstatSync(file);
      writeFileSync(file, editText(readFileSync(file, "utf8"), operation.edit, operation.path));
      stamp(file, operation.keepTime ? before.mtime : time);
      return;
    }
    case "mkdir": {
      const folder = at(operation.path);
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, operation.mode ?? 0o755);
      return;
    }
    case "symlink": {
      const link = at(operation.path);
      rmSync(link, { force: true });
      symlinkSync(operation.target, link);
      return;
    }
    case "hardlink":
      linkSync(at(operation.target), at(operation.path));
      return;
    case "fifo":
      execFileSync("mkfifo", ["-m", "644", at(operation.path)]);
      return;
    case "delete": {
      const file = at(operation.path);
      lstatSync(file); // A case that deletes nothing is a mistake in the case.
      rmSync(file, { recursive: true });
      return;
    }
    case "rename":
      renameSync(at(operation.from), at(operation.to));
      return;
    case "chmod":
      chmodSync(at(operation.path), operation.mode);
      return;
    case "touch":
      stamp(at(operation.path), time);
      return;
    case "fresh-folder":
      return;
  }
}

function makeParents(root: string, file: string): void {
  const parent = path.dirname(file);
  if (lstatSync(parent, { throwIfNoEntry: false }) !== undefined) return;
  makeParents(root, parent);
  mkdirSync(parent);
  chmodSync(parent, 0o755);
}

function stamp(file: string, time: Date): void {
  utimesSync(file, time, time);
}

function bytesOf(name: string, content: Content): Buffer {
  if (content.kind === "text") return Buffer.from(content.text);
  const archive = tarArchive(
    content.entries.map(({ name: entry, text, link, mode, ...rest }) => ({
      ...{ name: entry, ...rest },
      ...(mode === null ? {} : { mode }),
      ...(link === null ? {} : { link }),
      ...(link === null && !entry.endsWith("/") ? { data: Buffer.from(`${text}\n`) } : {}),
    })),
  );
  return /gz$/.test(name) ? gzipSync(archive) : archive;
}

function editText(text: string, edit: TextEdit, name: string): string {
  const must = (piece: string) => {
    if (!text.includes(piece)) throw new Error(`${name} does not hold ${JSON.stringify(piece)}`);
  };
  const once = (piece: string) => {
    must(piece);
    if (text.split(piece).length > 2) {
      throw new Error(`${name} holds ${JSON.stringify(piece)} more than once`);
    }
  };
  switch (edit.kind) {
    case "replace":
      if (edit.every) must(edit.from);
      else once(edit.from);
      return text.replaceAll(edit.from, () => edit.to);
    case "insert": {
      const line = `${edit.at}\n`;
      once(line);
      const both = edit.where === "before" ? `${edit.line}\n${line}` : `${line}${edit.line}\n`;
      return text.replace(line, () => both);
    }
    case "append":
      return `${text}${edit.line}\n`;
    case "remove":
      once(`${edit.line}\n`);
      return text.replace(`${edit.line}\n`, "");
    case "swap": {
      once(edit.first);
      once(edit.second);
      const mark = "\u0000";
      return text
        .replace(edit.first, mark)
        .replace(edit.second, () => edit.first)
        .replace(mark, () => edit.second);
    }
  }
}
