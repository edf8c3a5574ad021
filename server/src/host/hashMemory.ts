/**
 * Identities of files that were read, so that a file is read once for each state. Bounded: what was
 * not asked for lately is forgotten.
 */
import { type FileState, identityTable, rowLength } from "./identityTable.js";

export interface HashMemory {
  get(state: FileState): string | null;
  set(state: FileState, identity: string): void;
}

/** One that can be kept for other processes. */
export interface KeptMemory extends HashMemory {
  readonly size: number;
  /** What it holds, as rows of an identity table, what was asked for lately before the rest. */
  readonly rows: Uint8Array;
  /** Takes in what was kept; what is known already counts more. */
  add(rows: Uint8Array): void;
}

/** Room for a large monorepo several times over; 25 MB when full. */
const defaultLimit = 400_000;

export function createHashMemory(limit = defaultLimit): KeptMemory {
  const half = Math.ceil(limit / 2);
  /** What was asked for since the last change of generations, and what was before. */
  let young = identityTable();
  let old = identityTable();
  const put = (state: FileState, identity: string): void => {
    if (young.size >= half) {
      old = young;
      young = identityTable();
    }
    young.set(state, identity);
  };
  return {
    get(state) {
      const recent = young.get(state);
      if (recent !== null) return recent;
      const identity = old.get(state);
      if (identity !== null) put(state, identity);
      return identity;
    },
    set(state, identity) {
      // Where inodes have no numbers, or larger ones than a double holds, two files could be one.
      if (state.ino > 0 && Number.isSafeInteger(state.ino)) put(state, identity);
    },
    get size() {
      return young.size + old.size;
    },
    get rows() {
      const { rows } = identityTable(Buffer.concat([young.rows, old.rows]));
      return rows.subarray(0, limit * rowLength);
    },
    add(rows) {
      old = identityTable(Buffer.concat([old.rows, rows]).subarray(0, limit * rowLength));
    },
  };
}
