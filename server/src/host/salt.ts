/**
 * What the digests of values are mixed with, so that no table of digests made before tells a value:
 * 32 random bytes in a file of their own beside the builds that are kept. The file is made once, whole,
 * and shared by all processes; what was digested with another one cannot be compared.
 */
import { randomBytes } from "node:crypto";
import {
  constants,
  copyFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { Digest } from "../core/host.js";
import { saltedSha256 } from "./digest.js";
import { hostError } from "./errors.js";
import { nodeFileSystem, readRegularFile } from "./nodeFileSystem.js";

const saltLength = 32;

export interface Salt {
  readonly digest: Digest;
  /** Makes sure that its file is there still. Throws where it cannot be, or is another one by now. */
  keep(): void;
}

/**
 * The salt of a folder. One that is not there yet is made where the folder may be written, and is of
 * this process alone where that fails: then nothing is kept either.
 */
export function openSalt(folder: string, mayWrite: boolean): Salt {
  const file = path.join(folder, "salt");
  const fresh = randomBytes(saltLength);
  let salt = readSalt(file);
  if (salt === null && mayWrite) {
    try {
      salt = makeSalt(folder, file, fresh);
    } catch {
      // Whoever writes is told.
    }
  }
  const own = salt ?? fresh;
  return {
    digest: saltedSha256(own.toString("hex")),
    keep() {
      const now = readSalt(file) ?? makeSalt(folder, file, own);
      if (!now.equals(own))
        throw Object.assign(new Error(`"${file}" is another one than before.`), { code: "ESTALE" });
    },
  };
}

/** null: there is none that could be used. */
function readSalt(file: string): Buffer | null {
  const read = readRegularFile(nodeFileSystem(), file, saltLength);
  return read.ok && read.value.length === saltLength ? read.value : null;
}

/** Of several processes that make one at the same time all get the first. Throws. */
function makeSalt(folder: string, file: string, salt: Buffer): Buffer {
  const fresh = `${file}.${process.pid}.${randomBytes(6).toString("hex")}.new`;
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(fresh, salt, { flag: "wx", mode: 0o600 });
    if (!place(fresh, file) && readSalt(file) === null) {
      // Something else stands there. What was kept cannot be compared any more.
      renameSync(file, `${file}.damaged`);
      place(fresh, file);
    }
  } finally {
    rmSync(fresh, { force: true });
  }
  return readSalt(file) ?? salt;
}

/** False: there is something already. */
function place(fresh: string, file: string): boolean {
  try {
    linkSync(fresh, file);
    return true;
  } catch (error) {
    if (isThere(error)) return false;
  }
  // Some file systems have no links.
  try {
    copyFileSync(fresh, file, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (isThere(error)) return false;
    throw error;
  }
}

function isThere(error: unknown): boolean {
  return hostError(error, "").code === "EEXIST";
}
