/**
 * Opens the folder of a build context and keeps its picture: walks it without following links,
 * hashes the files that are asked for, and looks again at what a watcher reports.
 */

import type { ContextTree } from "../core/context/contextTree.js";
import type { IgnoreMatcher } from "../core/context/ignoreFile.js";
import type { Cancellation, HostError, Result } from "../core/host.js";

export interface ContextReaderOptions {
  /** Absolute path of the context folder. */
  readonly root: string;
  readonly ignore: IgnoreMatcher;
}

/** The state of one context folder. Its methods never overlap: a second call waits for the first. */
export interface ContextReader {
  readonly root: string;
  /** The last picture; empty before the first `scan`. */
  readonly tree: ContextTree;
  /** Walks everything anew (first opening, Simulate Build). Entries whose stat is unchanged keep their identity. */
  scan(cancel?: Cancellation): Promise<Result<ContextTree>>;
  /** Looks again at these paths below the root, files or folders, after a watcher's report. */
  refresh(paths: readonly string[], cancel?: Cancellation): Promise<Result<ContextTree>>;
  /** Hashes these files of `tree` (see `contentDigest`'s `needed`). The identities appear in the same tree. */
  hash(paths: readonly string[], cancel?: Cancellation): Promise<readonly HostError[]>;
  /** Another ignore file: the next picture comes from a new `scan`. */
  withIgnore(ignore: IgnoreMatcher): ContextReader;
}
