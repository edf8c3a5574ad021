/**
 * The documents of simulated and of recorded builds, which several windows and commands share: see `generations.ts`.
 * One that cannot be read is set aside, never overwritten.
 */
import path from "node:path";
import type { RecordedBuild } from "../core/cache/record.js";
import { addBuild, type BuildState, emptyState, type ReadState } from "../core/cache/state.js";
import type { FolderTexts } from "../core/context/folderText.js";
import type { Digest, Result } from "../core/host.js";
import { say } from "../core/text/say.js";
import { sha256 } from "./digest.js";
import { hostError } from "./errors.js";
import { Generations } from "./generations.js";
import { nodeFileSystem, readRegularFile } from "./nodeFileSystem.js";
import { politely } from "./politeLock.js";
import { openSalt, type Salt } from "./salt.js";
import { readDocument, writeDocument } from "./stateDocument.js";

/** Builds that were simulated, or real ones of which a record was made: each has a document of its own. */
export type KeptBuilds = "simulated" | "recorded";

/** Nothing that is written is as long. Bytes. */
const maxLength = 200_000_000;

/** A generation that is gone again when it is read was followed by another one: so many at most. */
const mostLooks = 50;

export interface StateStore {
  /** The state as it was last read; `refresh` reads it again. */
  readonly state: BuildState;
  /** What its keys and values are digested with, and all that is compared with them or added. */
  readonly digest: Digest;
  /**
   * Reads the document if it changed. Gives a sentence for the user when a file had to be set aside,
   * else null.
   */
  refresh(): Promise<Result<string | null>>;
  /** Takes them in together, each behind those that it stands on. */
  add(...builds: readonly [RecordedBuild, ...RecordedBuild[]]): Promise<Result<string | null>>;
  /** Drops everything; gives how many builds there were. */
  forget(): Promise<Result<number>>;
}

/**
 * Opens the store in a folder; null: in memory only.
 * @param mayWrite false: the folder is not even made, and nothing is to be added
 */
export function openStateStore(
  folder: string | null,
  kept: KeptBuilds = "simulated",
  mayWrite = true,
): StateStore {
  return folder === null ? memoryStore() : folderStore(folder, kept, openSalt(folder, mayWrite));
}

function memoryStore(): StateStore {
  let state = emptyState;
  return {
    get state() {
      return state;
    },
    digest: sha256,
    refresh: async () => ({ ok: true, value: null }),
    async add(...builds) {
      state = builds.reduce((all, build) => addBuild(all, build, sha256), state);
      return { ok: true, value: null };
    },
    async forget() {
      const forgotten = state.builds.length;
      state = emptyState;
      return { ok: true, value: forgotten };
    },
  };
}

/** What stands in the folder. */
interface Look {
  /** The newest generation; -1: there is none. */
  readonly generation: number;
  /** What tells two of them apart. */
  readonly stamp: string;
  readonly state: BuildState;
  /** Of the folders in its document; null: nobody has read them. */
  readonly texts: FolderTexts | null;
  /** Why the newest generation cannot be used; null: it can. */
  readonly problem: Exclude<ReadState["kind"], "read"> | null;
}

interface Change {
  readonly next: (now: BuildState) => BuildState;
  /** True when a state has the change already: another process may have taken it in. */
  readonly isIn: (state: BuildState) => boolean;
  /** So many generations before the new one stay. */
  readonly kept: number;
}

const nothingYet: Look = {
  generation: -1,
  stamp: "",
  state: emptyState,
  texts: null,
  problem: null,
};

function folderStore(folder: string, builds: KeptBuilds, salt: Salt): StateStore {
  const { digest } = salt;
  const name = `${builds}-builds`;
  const generations = new Generations(folder, name);
  const lock = path.join(folder, `${name}.json.lock`);
  let last = nothingYet;
  /** Changes of this process come one after the other. */
  let queue: Promise<unknown> = Promise.resolve();

  const change = (what: Change): Promise<Result<string | null>> => {
    const done = queue.then(async () => {
      for (let isRetry = false; ; isRetry = true) {
        const made = await politely(lock, () => attempt(what, isRetry));
        if (made !== "late") return made;
      }
    });
    queue = done;
    return done;
  };

  const attempt = async (
    { next, isIn, kept }: Change,
    isRetry: boolean,
  ): Promise<Result<string | null> | "late"> => {
    try {
      const seen = look(generations, last, digest);
      last = seen;
      // The number was taken, but maybe by this change, which others went on from.
      if (isRetry && seen.problem === null && isIn(seen.state)) return { ok: true, value: null };
      const state = next(seen.state);
      const before = seen.texts ?? readAgain(generations, seen, digest);
      const bytes = writeDocument(state, digest, before);
      salt.keep();
      if (!(await generations.commit(seen.generation, bytes))) return "late";
      const generation = seen.generation + 1;
      const stamp = stampIfThere(generations, generation);
      // Until the next change they are held by the disk alone.
      last = { generation, stamp, state, texts: null, problem: null };
      const told = await setAside(generations, seen, builds);
      await generations.clean(generation, kept);
      return { ok: true, value: told };
    } catch (error) {
      return { ok: false, error: hostError(error, generations.file(0)) };
    }
  };

  return {
    get state() {
      return last.state;
    },
    digest,
    async refresh() {
      try {
        last = look(generations, last, digest);
      } catch (error) {
        return { ok: false, error: hostError(error, generations.file(0)) };
      }
      if (last.problem === null) return { ok: true, value: null };
      return change({ next: (now) => now, isIn: () => true, kept: 1 });
    },
    add(...added) {
      const last = added.at(-1)?.build.id;
      return change({
        next: (now) => added.reduce((all, build) => addBuild(all, build, digest), now),
        isIn: ({ builds }) => builds.some(({ id }) => id === last),
        kept: 1,
      });
    },
    async forget() {
      let forgotten = 0;
      const next = ({ builds }: BuildState): BuildState => {
        forgotten = builds.length;
        return emptyState;
      };
      const done = await change({ next, isIn: () => false, kept: 0 });
      return done.ok ? { ok: true, value: forgotten } : done;
    },
  };
}

/** The texts of what was looked at; null: there are none, or it is gone. */
function readAgain(generations: Generations, seen: Look, digest: Digest): FolderTexts | null {
  if (seen.generation < 0 || seen.problem !== null) return null;
  try {
    return readGeneration(generations, seen.generation, digest).texts;
  } catch {
    return null;
  }
}

/** Throws when it cannot be read, though it may be whole. */
function look(generations: Generations, last: Look, digest: Digest): Look {
  for (let looks = 0; ; looks++) {
    const [generation = -1, ...older] = generations.list();
    if (generation < 0) return nothingYet;
    try {
      const stamp = stampOf(generations, generation);
      if (stamp === last.stamp) return last;
      const { kind, state, texts } = readGeneration(generations, generation, digest);
      if (kind === "read") return { generation, stamp, state, texts, problem: null };
      const before = kind === "damaged" ? lastReadable(generations, older, digest) : emptyState;
      return { generation, stamp, state: before, texts: null, problem: kind };
    } catch (error) {
      const { code } = hostError(error, "");
      if (code !== "ENOENT" || looks === mostLooks) throw error;
    }
  }
}

function lastReadable(
  generations: Generations,
  older: readonly number[],
  digest: Digest,
): BuildState {
  for (const generation of older) {
    const { kind, state } = readGeneration(generations, generation, digest);
    if (kind === "read") return state;
  }
  return emptyState;
}

function readGeneration(
  generations: Generations,
  generation: number,
  digest: Digest,
): Pick<Look, "state" | "texts"> & { readonly kind: ReadState["kind"] } {
  const bytes = readRegularFile(nodeFileSystem(), generations.file(generation), maxLength);
  if (!bytes.ok) {
    // A link, a folder, a pipe, a socket, a file without an end: none of them was written here.
    if (["ELOOP", "EINVAL", "EISDIR", "ENXIO", "EFBIG"].includes(bytes.error.code))
      return { kind: "damaged", state: emptyState, texts: null };
    throw Object.assign(new Error(bytes.error.message), { code: bytes.error.code });
  }
  const { read, texts } = readDocument(bytes.value, digest);
  return { kind: read.kind, state: read.kind === "read" ? read.state : emptyState, texts };
}

function stampOf(generations: Generations, generation: number): string {
  const stat = nodeFileSystem().stat(generations.file(generation));
  if (!stat.ok) throw Object.assign(new Error(stat.error.message), { code: stat.error.code });
  const { size, mtimeMs, ino } = stat.value;
  return `${generation} ${size} ${mtimeMs} ${ino}`;
}

/** Empty: others have gone past it and removed it. */
function stampIfThere(generations: Generations, generation: number): string {
  try {
    return stampOf(generations, generation);
  } catch {
    return "";
  }
}

/** Once it is not the newest any more. Gives a sentence for the user; null: nothing was wrong. */
async function setAside(
  generations: Generations,
  { generation, problem, state }: Look,
  builds: KeptBuilds,
): Promise<string | null> {
  if (problem === null) return null;
  const aside = await generations.setAside(generation, problem);
  if (aside === null) return null;
  if (builds === "recorded")
    return say`The file of recorded builds could not be read and has been set aside as ${aside}.`;
  if (problem === "other-model")
    return say`The simulated builds of another version of Stratacast have been set aside as ${aside}: predictions start anew.`;
  if (problem === "other-salt")
    return say`The simulated builds lack the salt that they were written with, and have been set aside as ${aside}: predictions start anew.`;
  return state === emptyState
    ? say`The file of simulated builds was damaged and has been set aside as ${aside}: predictions start anew.`
    : say`The file of simulated builds was damaged and has been set aside as ${aside}: the one before it is used.`;
}
