/**
 * Identities of files by what tells their states apart on disk, so that a file is read once for
 * each state. Bounded: what was not asked for the longest is forgotten first.
 */
import type { FileEntry } from "../core/context/fileTree.js";

export interface HashMemory {
  get(entry: FileEntry): string | null;
  set(entry: FileEntry, identity: string): void;
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
    get(entry) {
      const key = stateKey(entry);
      const identity = key === null ? undefined : identities.get(key);
      if (key === null || identity === undefined) return null;
      // Asking makes it the youngest again.
      put(key, identity);
      return identity;
    },
    set(entry, identity) {
      const key = stateKey(entry);
      if (key !== null) put(key, identity);
    },
    get size() {
      return identities.size;
    },
  };
}

function stateKey(entry: FileEntry): string | null {
  const { stat } = entry;
  if (stat === null) return null;
  // Some file systems have no inode numbers, or larger ones than a double holds: add the path.
  const isSure = stat.ino !== 0 && Number.isSafeInteger(stat.ino);
  const where = isSure ? `${stat.dev}:${stat.ino}` : `${stat.dev}:${stat.ino}:${entry.path}`;
  return `${entry.size}:${entry.mtimeMs}:${stat.ctimeMs}:${where}`;
}
