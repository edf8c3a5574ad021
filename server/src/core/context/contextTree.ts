/** The build context in memory: what the builder can see of a folder, ignored files left out. */
import type { HostError } from "../host.js";
import type { FileTree } from "./fileTree.js";

export interface ContextTree extends FileTree {
  /** Entries in the tree, the root not counted. */
  readonly entryCount: number;
  /** Folders that could not be listed and entries that could not be looked at. */
  readonly errors: readonly HostError[];
}
