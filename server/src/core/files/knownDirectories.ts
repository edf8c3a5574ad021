/** Directories that are known to be in a stage, whatever its commands did. Immutable. */
import { parentPath } from "../text/paths.js";

export interface KnownDirectories {
  readonly own: ReadonlySet<string>;
  readonly before: KnownDirectories | null;
  /** How many are below it. */
  readonly depth: number;
}

/** A chain of so many is put into one set: a look-up is short, and adding copies little. */
const longest = 64;

/** Directories that practically every base image has. */
export const usualDirectories = directories([
  "/",
  "/bin",
  "/dev",
  "/etc",
  "/home",
  "/root",
  "/tmp",
  "/usr",
  "/var",
]);

export const noDirectories = directories([]);

/** Of a stage that starts empty. */
export const rootAlone = directories(["/"]);

function directories(own: Iterable<string>): KnownDirectories {
  return { own: new Set(own), before: null, depth: 0 };
}

export function hasDirectory(known: KnownDirectories, path: string): boolean {
  for (let at: KnownDirectories | null = known; at !== null; at = at.before) {
    if (at.own.has(path)) return true;
  }
  return false;
}

/** With a directory and all that are above it. */
export function withDirectory(known: KnownDirectories, path: string): KnownDirectories {
  const added = new Set<string>();
  for (let at = path; !hasDirectory(known, at); at = parentDirectory(at)) added.add(at);
  return withAll(known, added);
}

/** With a directory alone. */
export function withOne(known: KnownDirectories, path: string): KnownDirectories {
  return withAll(known, new Set(hasDirectory(known, path) ? [] : [path]));
}

/** True where a directory or one above it is known. */
export function hasAbove(known: KnownDirectories, path: string): boolean {
  for (let at = path; ; at = parentDirectory(at)) {
    if (hasDirectory(known, at)) return true;
    if (at === "/") return false;
  }
}

function parentDirectory(path: string): string {
  return `/${parentPath(path.slice(1))}`;
}

function withAll(known: KnownDirectories, added: ReadonlySet<string>): KnownDirectories {
  if (added.size === 0) return known;
  const chained = { own: added, before: known, depth: known.depth + 1 };
  return chained.depth < longest ? chained : directories(allOf(chained));
}

function* allOf(known: KnownDirectories): Iterable<string> {
  for (let at: KnownDirectories | null = known; at !== null; at = at.before) yield* at.own;
}
