/**
 * Hashes many files at once: this thread and, where there are many and the machine has processors
 * for them, threads of their own. Each takes some files at a time until none is left.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type HashedFile, hashFile, type SeenFile } from "./fileHash.js";
import type { FileSystem } from "./nodeFileSystem.js";
import type { Slices } from "./slices.js";

/** What a thread is asked, and what it answers: in the same order. */
export type HashTask = readonly SeenFile[];
export type HashAnswer = readonly HashedFile[];

/** How files are hashed. */
export interface HashingMachine {
  readonly fileSystem: FileSystem;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The program of a thread (`hashThread.ts`), which reads this machine's disk; null: no threads. */
  readonly threadProgram: string | null;
}

/** So few files are hashed before a thread has started. */
const minFiles = 400;
/** Enough to keep a thread busy for some milliseconds. */
const filesPerTask = 50;
const maxThreads = 4;

/**
 * Hashes regular files that were seen a moment ago, in any order.
 *
 * @param done hears of each file
 */
export async function hashFiles(
  machine: HashingMachine,
  files: readonly SeenFile[],
  slices: Slices,
  done: (number: number, hashed: HashedFile) => void,
): Promise<void> {
  let next = 0;
  /** Where the files of the next task begin; null: there are no more. */
  const take = (): number | null => {
    if (next >= files.length) return null;
    next += filesPerTask;
    return next - filesPerTask;
  };
  const filesFrom = (first: number) => files.slice(first, first + filesPerTask);
  const hashHere = async (first: number): Promise<void> => {
    for (const [number, file] of filesFrom(first).entries()) {
      await slices.next();
      const { fileSystem, now } = machine;
      done(first + number, await hashFile(fileSystem, file, slices, now));
    }
  };
  const threads = startThreads(machine, files.length);
  const besides = threads.map(async (thread) => {
    for (let first = take(); first !== null; first = take()) {
      const hashed = await ask(thread, filesFrom(first));
      // What a thread that failed was asked is done here.
      if (hashed === null) return hashHere(first);
      for (const [number, file] of hashed.entries()) done(first + number, file);
    }
  });
  const all = Promise.all(besides);
  // Heard where the work here ends well; else that says more.
  all.catch(() => undefined);
  try {
    for (let first = take(); first !== null; first = take()) await hashHere(first);
    await all;
  } finally {
    next = files.length;
    for (const thread of threads) void thread.terminate();
  }
}

function startThreads({ threadProgram }: HashingMachine, fileCount: number): readonly Worker[] {
  if (threadProgram === null || fileCount < minFiles) return [];
  const count = Math.min(availableParallelism(), maxThreads) - 1;
  return Array.from({ length: count }, () => new Worker(threadProgram));
}

/** null: the thread has failed, and answers nothing any more. */
function ask(thread: Worker, files: readonly SeenFile[]): Promise<readonly HashedFile[] | null> {
  return new Promise((resolve) => {
    const fail = (): void => resolve(null);
    thread.once("error", fail);
    thread.once("exit", fail);
    thread.once("message", (hashed: HashAnswer) => {
      thread.off("error", fail);
      thread.off("exit", fail);
      resolve(hashed);
    });
    const task: HashTask = files.map(({ path, state }) => {
      const { dev, ino, size, mtimeMs, ctimeMs } = state;
      return { path, state: { dev, ino, size, mtimeMs, ctimeMs } };
    });
    thread.postMessage(task);
  });
}
