/**
 * Directories that are known to be in a stage, whatever its commands did. Immutable. Those above one
 * are not held: a deep directory has as many as characters. Where each begins in order tells them.
 */
import { hasAtOrBelow, indexOfPath } from "../text/sortedPaths.js";

export interface KnownDirectories {
  /** Absolute and clean, in the order of `<`: what is below a directory stands in one run. */
  readonly own: readonly string[];
  /** At least twice as many: so there are few in a chain, and adding copies little. */
  readonly before: KnownDirectories | null;
}

/** Directories that practically every base image has. */
export const usualDirectories = directories([
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

function directories(own: readonly string[]): KnownDirectories {
  return { own, before: null };
}

/** True for a directory that is known, and for each above one. */
export function hasDirectory(known: KnownDirectories, path: string): boolean {
  for (let at: KnownDirectories | null = known; at !== null; at = at.before) {
    if (hasAtOrBelow(at.own, path)) return true;
  }
  return false;
}

/** With a directory and all that are above it. */
export function withDirectory(known: KnownDirectories, path: string): KnownDirectories {
  if (hasDirectory(known, path)) return known;
  const { own, before } = known;
  const at = indexOfPath(own, path) - 1;
  const last = own[at];
  // The one above it is known by it. Not sought among many, which would be copied each time.
  if (last !== undefined && own.length <= few && path.startsWith(`${last}/`))
    return { own: own.with(at, path), before };
  return withOne(known, path);
}

const few = 16;

/** True where a directory or one above it is known, and not only because of what is below that. */
export function hasAbove(known: KnownDirectories, path: string): boolean {
  for (let at: KnownDirectories | null = known; at !== null; at = at.before) {
    if (hasOneAbove(at.own, path)) return true;
  }
  return false;
}

/** With a directory that `hasAbove` goes by. */
export function withAbove(known: KnownDirectories, path: string): KnownDirectories {
  return hasAbove(known, path) ? known : withOne(known, path);
}

function hasOneAbove(own: readonly string[], path: string): boolean {
  if (own[0] === "/") return true;
  // What stands right before a path in order is above it, or shares with it all that is and stands there.
  for (let wanted = path; wanted !== ""; ) {
    const at = indexOfPath(own, wanted);
    if (own[at] === wanted) return true;
    const last = own[at - 1];
    if (last === undefined) return false;
    const shared = sharedLength(last, wanted);
    if (shared === last.length && wanted[shared] === "/") return true;
    wanted = wanted.slice(0, Math.max(0, wanted.lastIndexOf("/", shared)));
  }
  return false;
}

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one.charCodeAt(length) === other.charCodeAt(length)) length++;
  return length;
}

function withOne(known: KnownDirectories, path: string): KnownDirectories {
  let own: readonly string[] = [path];
  let before: KnownDirectories | null = known;
  while (before !== null && before.own.length < 2 * own.length) {
    own = before.own.concat(own).sort();
    before = before.before;
  }
  return { own, before };
}
