/**
 * What the names in an archive may take of memory. A few packed bytes can stand for names of gigabytes, or
 * for a tree of as many folders.
 */
import { Unreadable } from "./tarStream.js";

export interface NameRoom {
  /** Characters of names and of where links lead, and `perName` for each that stands nowhere above. */
  names: number;
}

/** A file or a folder that is looked up by its name takes as much as a text of so many characters. */
const perName = 100;

/** Bytes: Linux takes no longer path, and none that leads further. */
const longestPath = 4096;

export interface Named {
  /** Below the root, `/` between folders. */
  readonly path: string;
  readonly linkTarget: string | null;
}

/**
 * Takes the room of an entry. Throws `Unreadable` where there is none, and of a path that is too long.
 * @param above the path of the entry before: what both have in common is there already
 */
export function takeNames(room: NameRoom, { path, linkTarget }: Named, above: string): void {
  const target = linkTarget ?? "";
  for (const text of [path, target])
    if (Buffer.byteLength(text) > longestPath) throw new Unreadable("unsupported");
  room.names -= path.length + target.length + perName * newNames(path, above);
  if (room.names < 0) throw new Unreadable("too-large");
}

function newNames(path: string, above: string): number {
  let same = 0;
  while (same < path.length && path.charCodeAt(same) === above.charCodeAt(same)) same++;
  let count = 1;
  for (let at = path.indexOf("/", same); at >= 0; at = path.indexOf("/", at + 1)) count++;
  return count;
}
