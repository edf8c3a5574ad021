/** The editor and its documents, as far as the workspace needs them. */
import type { HttpDoor } from "../host/registry/exchange.js";
import type { LiveBuild } from "./build.js";
import type { Watched } from "./watches.js";

export interface Editor {
  /** The section of the settings for a document; null: for none on this disk. */
  settings(uri: string | null): Promise<unknown>;
  /**
   * The answers of a build may have changed. `typed`: the editor knows, it is about what was typed;
   * `busy`: they are what they were.
   */
  changed(build: LiveBuild, what?: "typed" | "busy"): void;
  /** Watches exactly these from now on. */
  watch(watched: readonly Watched[]): void;
  /** True once it watches all files of a folder. */
  isWatching(folder: string): boolean;
  /** The setting `files.watcherExclude`: see `reportsEverything`. */
  watcherExcludes(): Promise<unknown>;
  /** Whether it can watch at all. */
  readonly canWatch: boolean;
  /** Does some work beside; a failure is logged with the name. */
  run(name: string, work: () => Promise<unknown>): void;
  /** The way to a network. */
  readonly http: HttpDoor;
  /** A sentence for the user. */
  tell(message: string): void;
  log(message: string): void;
  /** Of the threads that hash many files, as a path. */
  readonly threadProgram: string;
}

/** A document of the editor. */
export interface OpenText {
  readonly uri: string;
  readonly version: number;
  getText(): string;
}
