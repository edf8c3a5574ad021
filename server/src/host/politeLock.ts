/**
 * A lock that spares writers of one file the work of trying in vain. It guards nothing: whoever
 * cannot have it soon goes on without it, so that no holder that was killed, suspended or set to
 * another time can stop others.
 */
import { randomBytes } from "node:crypto";
import { lstat, open, readFile, unlink } from "node:fs/promises";
import { hostError } from "./errors.js";
import { isProcessAlive } from "./processes.js";

/** A holder that is not heard of for so long is passed over. Milliseconds of this process's own clock. */
const patience = 1_000;

/** Nobody waits longer than this in all. Milliseconds. */
const longestWait = 1_800;

/** Runs `work` while holding the lock file, or without it where it is not to be had. */
export async function politely<T>(lock: string, work: () => Promise<T>): Promise<T> {
  const token = `${process.pid} ${randomBytes(6).toString("hex")}`;
  const isHeld = await take(lock, token);
  try {
    return await work();
  } finally {
    if (isHeld && (await holderOf(lock)) === token) await unlink(lock).catch(() => undefined);
  }
}

async function take(lock: string, token: string): Promise<boolean> {
  const start = performance.now();
  let seen: string | null = null;
  let since = start;
  for (let now = start; now - start < longestWait; now = performance.now()) {
    try {
      await make(lock, token);
      return true;
    } catch (error) {
      if (hostError(error, lock).code !== "EEXIST") return false;
    }
    const holder = await holderOf(lock);
    if (holder !== seen) [seen, since] = [holder, performance.now()];
    const isLeft = holder === null || isDead(holder) || performance.now() - since > patience;
    // What cannot be removed, such as a folder, is not waited for.
    if (!isLeft) await new Promise((resolve) => setTimeout(resolve, 10 + 40 * Math.random()));
    else if (!(await remove(lock))) return false;
  }
  return false;
}

/** Throws where something stands there, or where it cannot be written whole: then nothing is left of it. */
async function make(lock: string, token: string): Promise<void> {
  const file = await open(lock, "wx", 0o600);
  try {
    await file.writeFile(token);
  } catch (error) {
    await remove(lock);
    throw error;
  } finally {
    await file.close();
  }
}

/** null: something stands there that no holder writes. */
async function holderOf(lock: string): Promise<string | null> {
  try {
    const { size } = await lstat(lock).then((stat) => (stat.isFile() ? stat : { size: -1 }));
    return size < 0 || size > 100 ? null : await readFile(lock, "utf8");
  } catch (error) {
    return hostError(error, lock).code === "ENOENT" ? "" : null;
  }
}

function isDead(holder: string): boolean {
  const [id = ""] = holder.split(" ");
  return /^[1-9]\d*$/.test(id) && !isProcessAlive(Number(id));
}

async function remove(lock: string): Promise<boolean> {
  try {
    await unlink(lock);
    return true;
  } catch (error) {
    return hostError(error, lock).code === "ENOENT";
  }
}
