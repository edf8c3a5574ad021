/** A Dockerfile on disk with its build context: found, read and kept up to date. */
import path from "node:path";
import type { ContextState } from "../core/analysis/analyse.js";
import type { Builder } from "../core/build/builder.js";
import { rulesOf } from "../core/build/builderRules.js";
import { contextView } from "../core/cache/inputs.js";
import { type Checkout, checkoutOf } from "../core/context/checkout.js";
import type { ContextTree } from "../core/context/contextTree.js";
import type { FileTree } from "../core/context/fileTree.js";
import {
  createIgnoreMatcher,
  type IgnoreMatcher,
  ignoreNothing,
  readIgnoreFile,
} from "../core/context/ignoreFile.js";
import { type Transfer, transferredTree } from "../core/context/transfer.js";
import type { Cancellation, HostError, Result } from "../core/host.js";
import type { Problem } from "../core/text/range.js";
import { say } from "../core/text/say.js";
import { type ContextReader, createContextReader } from "./contextReader.js";
import { sha256 } from "./digest.js";
import { trackedFiles } from "./git.js";
import { readTextFile } from "./nodeFileSystem.js";

/** On Windows the client sends every file with the same mode, whatever the disk says. */
const systemHasModes = process.platform !== "win32";

export interface ContextPlace {
  /** Absolute path of the Dockerfile; null: it is not on this disk (untitled). */
  readonly dockerfile: string | null;
  /** Absolute path of the context folder. */
  readonly folder: string;
  readonly builder: Builder;
  /** The name of a `--build-context`; absent: the main one. */
  readonly name?: string;
}

/** An opened build context: the reader of its files, and its ignore file. */
export interface OpenContext {
  readonly place: ContextPlace;
  readonly reader: ContextReader;
  /** Absolute path of the ignore file in use; null: there is none. */
  readonly ignorePath: string | null;
  /** null: there is none. */
  readonly ignoreText: string | null;
  /** The ignore file could not be read. */
  readonly ignoreError: HostError | null;
  /** Asks git which files it tracks; until then a fresh checkout is not known. */
  readTracked(): Promise<void>;
  /**
   * The present picture with its remembered answers, on top of what the engine holds of the context
   * (null: nothing).
   */
  state(transfer: Transfer | null): ContextState;
}

export interface OpenOptions {
  /** The same folder as it was opened before: what is known of its files is taken over. */
  readonly before?: OpenContext | null;
  /** A scan that meets more entries fails with `E2BIG`. */
  readonly maxEntries?: number;
  /** Reads the ignore file. Default: from the disk. */
  readonly readText?: (file: string) => Result<string>;
}

/**
 * Reads the ignore file and opens the folder; nothing is scanned yet. When nothing but files has
 * changed since `before`, it is `before` itself.
 */
export function openContext(place: ContextPlace, options: OpenOptions = {}): OpenContext {
  const { before = null, maxEntries = Number.POSITIVE_INFINITY, readText = readTextFile } = options;
  const { ignorePath, ignoreText, ignoreError } = readIgnore(place, readText);
  const isSame =
    before !== null &&
    before.place.folder === place.folder &&
    before.place.builder === place.builder &&
    before.place.dockerfile === place.dockerfile &&
    before.ignorePath === ignorePath &&
    before.ignoreText === ignoreText &&
    before.ignoreError === null &&
    ignoreError === null;
  if (isSame) return before;
  const ignore = ignoreMatcher(ignoreText, place.builder);
  const reader =
    before === null
      ? createContextReader({ root: place.folder, ignore, maxEntries })
      : before.reader.withIgnore(ignore);
  let last: { readonly tree: ContextTree; readonly transfer: Transfer | null } | null = null;
  let state: ContextState | null = null;
  let checkout: Checkout | null = null;
  return {
    place,
    reader,
    ignorePath,
    ignoreText,
    ignoreError,
    async readTracked() {
      const tracked = systemHasModes ? await trackedFiles(place.folder) : null;
      checkout = tracked === null ? null : checkoutOf(tracked);
    },
    state(transfer) {
      const { tree } = reader;
      if (state === null || last?.tree !== tree || last.transfer !== transfer) {
        const seen = transfer === null ? tree : transferredTree(tree, transfer);
        state = contextState(
          seen,
          tree.entryCount,
          ignoreProblems(ignorePath, ignore),
          place.name ?? null,
        );
        last = { tree, transfer };
      }
      if (state.checkout !== checkout) state = { ...state, checkout };
      return state;
    },
  };
}

/**
 * A picture of a context, with nothing remembered yet.
 * @param folder the name of a `--build-context`; null: the main one
 */
export function contextState(
  tree: FileTree,
  entryCount: number,
  problems: readonly Problem[],
  folder: string | null = null,
): ContextState {
  return { tree, view: contextView(tree, sha256, folder), checkout: null, entryCount, problems };
}

/** The ignore files that the builder looks for, the one that wins first. */
export function ignorePaths({ dockerfile, folder, builder }: ContextPlace): readonly string[] {
  const own = dockerfile === null ? [] : [`${dockerfile}.dockerignore`];
  return [...(rulesOf(builder).readsOwnIgnoreFile ? own : []), path.join(folder, ".dockerignore")];
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

/** A pattern that cannot be read fails the build. */
export function ignoreProblems(
  ignorePath: string | null,
  ignore: IgnoreMatcher,
): readonly Problem[] {
  const name = ignorePath === null ? say`the ignore file` : path.basename(ignorePath);
  return ignore.problems.map(({ line, message }) => ({
    code: "bad-ignore-pattern",
    message: say`${name}, line ${line}: ${message}`,
    severity: "error",
    range: null,
  }));
}

function readIgnore(
  place: ContextPlace,
  readText: (file: string) => Result<string>,
): Pick<OpenContext, "ignorePath" | "ignoreText" | "ignoreError"> {
  const none = { ignorePath: null, ignoreText: null };
  for (const ignorePath of ignorePaths(place)) {
    const text = readText(ignorePath);
    if (text.ok) return { ignorePath, ignoreText: text.value, ignoreError: null };
    if (text.error.code !== "ENOENT" && text.error.code !== "ENOTDIR") {
      return { ...none, ignoreError: text.error };
    }
  }
  return { ...none, ignoreError: null };
}

/** `ignoreText`: null when there is no ignore file. */
export function ignoreMatcher(ignoreText: string | null, builder: Builder): IgnoreMatcher {
  if (ignoreText === null) return ignoreNothing(builder);
  const system = process.platform === "win32" ? "windows" : "posix";
  return createIgnoreMatcher(readIgnoreFile(ignoreText), builder, system);
}
