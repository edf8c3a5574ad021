/** Directories that are known to be in a stage, whatever its commands did. Immutable. */
import { parentPath } from "../text/paths.js";

export interface KnownDirectories {
  readonly own: ReadonlySet<string>;
  /** At least twice as many: so there are few in a chain, and adding copies little. */
  readonly before: KnownDirectories | null;
}

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
  return { own: new Set(own), before: null };
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
  // Of few it is quicker asked than of each directory above a deep one.
  if (known.before === null && known.own.size <= few) return [...known.own].some(isAbove(path));
  for (let at = path; ; at = parentDirectory(at)) {
    if (hasDirectory(known, at)) return true;
    if (at === "/") return false;
  }
}

const few = 16;

function isAbove(path: string): (directory: string) => boolean {
  return (directory) =>
    path === directory || path.startsWith(directory === "/" ? directory : `${directory}/`);
}

function parentDirectory(path: string): string {
  return `/${parentPath(path.slice(1))}`;
}

function withAll(known: KnownDirectories, added: ReadonlySet<string>): KnownDirectories {
  if (added.size === 0) return known;
  let own = added;
  let before: KnownDirectories | null = known;
  while (before !== null && before.own.size < 2 * own.size) {
    own = new Set([...before.own, ...own]);
    before = before.before;
  }
  return { own, before };
}
