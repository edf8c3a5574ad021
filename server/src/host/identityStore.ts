/**
 * The file of what was read: identities of files over processes. Several may share it, without a
 * lock: whoever writes takes in what stands there, and what one loses of another is read again. A
 * file that is not whole is none.
 */
import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { endianness } from "node:os";
import path from "node:path";
import { crc32 } from "node:zlib";
import type { Result } from "../core/host.js";
import { hostError } from "./errors.js";
import { createHashMemory, type HashMemory } from "./hashMemory.js";
import { rowLength } from "./identityTable.js";
import { nodeFileSystem, readRegularFile } from "./nodeFileSystem.js";

export interface IdentityStore {
  readonly memory: HashMemory;
  /** Writes what has been learned since the last time, if anything. */
  save(): Promise<Result<null>>;
}

const fileName = "read-files.bin";

/** Numbers stand as this machine writes them. */
const head = Buffer.from(`stratacast read files 1 ${endianness()}\n`);

/** Bytes: more rows than are ever written. */
const maxLength = 100_000_000;

/** Opens the store in a folder, whose file is read when the memory is first asked; null: in memory only. */
export function openIdentityStore(folder: string | null): IdentityStore {
  const memory = createHashMemory();
  if (folder === null) return { memory, save: async () => ({ ok: true, value: null }) };
  const file = path.join(folder, fileName);
  let isRead = false;
  let hasLearned = false;
  const read = (): void => {
    isRead = true;
    const rows = readRows(file);
    if (rows !== null) memory.add(rows);
  };
  return {
    memory: {
      get(state) {
        if (!isRead) read();
        return memory.get(state);
      },
      set(state, identity) {
        hasLearned = true;
        memory.set(state, identity);
      },
    },
    async save() {
      if (!hasLearned) return { ok: true, value: null };
      hasLearned = false;
      // With what others have written in the meantime.
      read();
      const fresh = `${file}.${randomBytes(6).toString("hex")}.new`;
      try {
        await mkdir(folder, { recursive: true });
        const { rows } = memory;
        await writeFile(fresh, [head, checksum(rows), rows], { mode: 0o600 });
        await rename(fresh, file);
        return { ok: true, value: null };
      } catch (error) {
        await rm(fresh, { force: true }).catch(() => undefined);
        return { ok: false, error: hostError(error, file) };
      }
    },
  };
}

function readRows(file: string): Uint8Array | null {
  const read = readRegularFile(nodeFileSystem(), file, maxLength);
  if (!read.ok || !read.value.subarray(0, head.length).equals(head)) return null;
  const sum = read.value.subarray(head.length, head.length + 4);
  const rows = read.value.subarray(head.length + 4);
  return rows.length % rowLength === 0 && checksum(rows).equals(sum) ? rows : null;
}

function checksum(rows: Uint8Array): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(rows));
  return sum;
}
