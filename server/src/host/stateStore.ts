/**
 * The file of simulated builds. It is written to a new file and renamed, under a lock that other
 * windows respect; a file that cannot be read is set aside, never overwritten.
 */
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { RecordedBuild } from "../core/cache/record.js";
import {
  addBuild,
  type BuildState,
  emptyState,
  readState,
  writeState,
} from "../core/cache/state.js";
import type { Result } from "../core/host.js";
import { say } from "../core/text/say.js";
import { sha256 } from "./digest.js";
import { hostError } from "./errors.js";

const fileName = "simulated-builds.json";

/** A lock older than this was left by a window that died. Milliseconds. */
const staleLock = 10_000;

export interface StateStore {
  /** The state as it was last read; `refresh` reads it again. */
  readonly state: BuildState;
  /**
   * Reads the file if it changed. Gives a sentence for the user when a file had to be set aside,
   * else null.
   */
  refresh(): Promise<Result<string | null>>;
  add(build: RecordedBuild): Promise<Result<string | null>>;
  /** Drops everything; gives how many builds there were. */
  forget(): Promise<Result<number>>;
}

/** Opens the store in a folder, which is made when something is first written; null: in memory only. */
export function openStateStore(folder: string | null): StateStore {
  let state = emptyState;
  let stamp = "";
  const file = folder === null ? null : path.join(folder, fileName);

  const refresh = async (): Promise<Result<string | null>> => {
    if (file === null) return { ok: true, value: null };
    try {
      const seen = await stampOf(file);
      if (seen === stamp) return { ok: true, value: null };
      stamp = seen;
      if (seen === "absent") {
        state = emptyState;
        return { ok: true, value: null };
      }
      const read = readState(await readFile(file, "utf8"), sha256);
      if (read.kind === "read") {
        state = read.state;
        return { ok: true, value: null };
      }
      state = emptyState;
      return { ok: true, value: await setAside(file, read.kind) };
    } catch (error) {
      return { ok: false, error: hostError(error, file) };
    }
  };

  const change = async (next: (now: BuildState) => BuildState): Promise<Result<string | null>> => {
    if (file === null || folder === null) {
      state = next(state);
      return { ok: true, value: null };
    }
    try {
      await mkdir(folder, { recursive: true });
      return await withLock(`${file}.lock`, async () => {
        const read = await refresh();
        if (!read.ok) return read;
        state = next(state);
        const fresh = `${file}.${randomBytes(6).toString("hex")}.new`;
        await writeFile(fresh, writeState(state, sha256), { mode: 0o600 });
        await rename(fresh, file);
        stamp = await stampOf(file);
        return read;
      });
    } catch (error) {
      return { ok: false, error: hostError(error, file) };
    }
  };

  return {
    get state() {
      return state;
    },
    refresh,
    add: (build) => change((now) => addBuild(now, build, sha256)),
    async forget() {
      let forgotten = 0;
      const done = await change((now) => {
        forgotten = now.builds.length;
        return emptyState;
      });
      return done.ok ? { ok: true, value: forgotten } : done;
    },
  };
}

/** What tells two states of the file apart. */
async function stampOf(file: string): Promise<string> {
  try {
    const { size, mtimeMs, ino } = await stat(file);
    return `${size} ${mtimeMs} ${ino}`;
  } catch (error) {
    if (hostError(error, file).code === "ENOENT") return "absent";
    throw error;
  }
}

async function setAside(file: string, kind: "other-model" | "damaged"): Promise<string> {
  const aside = `${file.slice(0, -".json".length)}.${kind}-${Date.now()}.json`;
  await rename(file, aside);
  return kind === "damaged"
    ? say`The file of simulated builds was damaged and has been set aside as ${path.basename(aside)}: predictions start anew.`
    : say`The simulated builds of another version of Stratacast have been set aside as ${path.basename(aside)}: predictions start anew.`;
}

/** Runs `work` while holding a lock file; one that is too old is taken over. */
async function withLock<T>(lock: string, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      await (await open(lock, "wx")).close();
      break;
    } catch (error) {
      if (hostError(error, lock).code !== "EEXIST") throw error;
      const age = await stat(lock).then(
        ({ mtimeMs }) => Date.now() - mtimeMs,
        () => 0,
      );
      if (age > staleLock) await rm(lock, { force: true });
      else await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}
