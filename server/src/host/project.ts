/** A Dockerfile on disk with its build context: found, read and kept up to date. */
import path from "node:path";
import { type ContextView, contextView } from "../core/cache/inputs.js";
import type { ContextTree } from "../core/context/contextTree.js";
import {
  createIgnoreMatcher,
  type IgnoreMatcher,
  ignoreNothing,
  readIgnoreFile,
} from "../core/context/ignoreFile.js";
import type { Cancellation, HostError, Result } from "../core/host.js";
import type { ContextState } from "../core/index.js";
import type { Builder } from "../core/instructions/kind.js";
import { type ContextReader, createContextReader } from "./contextReader.js";
import { sha256 } from "./digest.js";
import { readTextFile } from "./nodeFileSystem.js";

export interface ContextPlace {
  /** Absolute path of the Dockerfile; null: it is not on this disk (untitled). */
  readonly dockerfile: string | null;
  /** Absolute path of the context folder. */
  readonly folder: string;
  readonly builder: Builder;
}

/** An opened build context: the reader of its files, and its ignore file. */
export interface OpenContext {
  readonly place: ContextPlace;
  readonly reader: ContextReader;
  /** Absolute path of the ignore file in use; null: there is none. */
  readonly ignorePath: string | null;
  readonly ignore: IgnoreMatcher;
  /** The ignore file could not be read. */
  readonly ignoreError: HostError | null;
  /** The present picture with its remembered answers. */
  state(): ContextState;
}

/** Reads the ignore file and opens the folder; nothing is scanned yet. */
export function openContext(place: ContextPlace, before: OpenContext | null = null): OpenContext {
  const { ignorePath, ignore, ignoreError } = readIgnore(place);
  const reader =
    before === null
      ? createContextReader({ root: place.folder, ignore })
      : before.reader.withIgnore(ignore);
  let view: { readonly tree: ContextTree; readonly view: ContextView } | null = null;
  return {
    place,
    reader,
    ignorePath,
    ignore,
    ignoreError,
    state() {
      const { tree } = reader;
      if (view?.tree !== tree) view = { tree, view: contextView(tree, sha256) };
      return view;
    },
  };
}

/** The ignore files that the builder looks for, the one that wins first. */
export function ignorePaths({ dockerfile, folder, builder }: ContextPlace): readonly string[] {
  const own = dockerfile === null ? [] : [`${dockerfile}.dockerignore`];
  return [...(builder === "buildkit" ? own : []), path.join(folder, ".dockerignore")];
}

/**
 * Reads everything that `needed` answers, until nothing is needed any more. Each round asks again,
 * because what is hashed may have changed meanwhile.
 */
export async function hashNeeded(
  context: OpenContext,
  needed: () => readonly string[],
  cancel?: Cancellation,
): Promise<Result<null>> {
  // A file that changes while it is read is asked for again; a few rounds settle every real case.
  for (let round = 0; round < 5; round++) {
    const paths = needed();
    if (paths.length === 0) break;
    const hashed = await context.reader.hash(paths, cancel);
    if (!hashed.ok) return hashed;
  }
  return { ok: true, value: null };
}

function readIgnore(
  place: ContextPlace,
): Pick<OpenContext, "ignorePath" | "ignore" | "ignoreError"> {
  const none = { ignorePath: null, ignore: ignoreNothing(place.builder) };
  for (const ignorePath of ignorePaths(place)) {
    const text = readTextFile(ignorePath);
    if (text.ok) {
      const system = process.platform === "win32" ? "windows" : "posix";
      const ignore = createIgnoreMatcher(readIgnoreFile(text.value), place.builder, system);
      return { ignorePath, ignore, ignoreError: null };
    }
    if (text.error.code !== "ENOENT" && text.error.code !== "ENOTDIR") {
      return { ...none, ignoreError: text.error };
    }
  }
  return { ...none, ignoreError: null };
}
