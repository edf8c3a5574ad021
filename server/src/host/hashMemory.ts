/**
 * Identities of files by what tells their states apart on disk, so that a file is read once for
 * each state. Bounded: what was not asked for the longest is forgotten first.
 */
import type { FileNode } from "../core/context/fileTree.js";

export interface HashMemory {
  /** @param path of the file, for file systems that do not number their files */
  get(file: FileNode, path: string): string | null;
  set(file: FileNode, path: string, identity: string): void;
  readonly size: number;
}

/** Room for a large monorepo twice over; some 30 MB when full. */
const DEFAULT_LIMIT = 200_000;

export function createHashMemory(limit = DEFAULT_LIMIT): HashMemory {
  const identities = new Map<string, string>();
  const put = (key: string, identity: string) => {
    identities.delete(key);
    identities.set(key, identity);
    if (identities.size <= limit) return;
    for (const oldest of identities.keys()) {
      identities.delete(oldest);
      return;
    }
  };
  return {
    get(file, path) {
      const key = stateKey(file, path);
      const identity = key === null ? undefined : identities.get(key);
      if (key === null || identity === undefined) return null;
      // Asking makes it the youngest again.
      put(key, identity);
      return identity;
    },
    set(file, path, identity) {
      const key = stateKey(file, path);
      if (key !== null) put(key, identity);
    },
    get size() {
      return identities.size;
    },
  };
}

function stateKey(file: FileNode, path: string): string | null {
  const { size, mtimeMs, ctimeMs, dev, ino } = file;
  if (ctimeMs === 0) return null;
  // Some file systems have no inode numbers, or larger ones than a double holds: add the path.
  const isSure = ino !== 0 && Number.isSafeInteger(ino);
  return `${size}:${mtimeMs}:${ctimeMs}:${dev}:${ino}${isSure ? "" : `:${path}`}`;
}
