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
/** A task takes some milliseconds: so many files, or so many bytes. */
const filesPerTask = 50;
const bytesPerTask = 1 << 20;
/** A thread has work while its answers wait for this one, which looks at them only now and then. */
const tasksAhead = 4;
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
  /** The files of the next task; null: there are no more. */
  const take = (): Task | null => {
    if (next >= files.length) return null;
    const first = next;
    for (let bytes = 0; next < files.length && next - first < filesPerTask; next++) {
      bytes += files[next]?.state.size ?? 0;
      if (bytes > bytesPerTask && next > first) break;
    }
    return { first, files: files.slice(first, next) };
  };
  const hashHere = async (task: Task): Promise<void> => {
    for (const [number, file] of task.files.entries()) {
      await slices.next();
      const { fileSystem, now } = machine;
      done(task.first + number, await hashFile(fileSystem, file, slices, now));
    }
  };
  const threads = startThreads(machine, files.length);
  const besides = threads.flatMap((thread) =>
    Array.from({ length: tasksAhead }, async () => {
      for (let task = take(); task !== null; task = take()) {
        const hashed = await thread.hash(task.files);
        // What a thread that failed was asked is done here.
        if (hashed === null) return hashHere(task);
        for (const [number, file] of hashed.entries()) done(task.first + number, file);
      }
    }),
  );
  const all = Promise.all(besides);
  // Heard where the work here ends well; else that says more.
  all.catch(() => undefined);
  try {
    for (let task = take(); task !== null; task = take()) await hashHere(task);
    await all;
  } finally {
    next = files.length;
    for (const thread of threads) thread.end();
  }
}

interface Task {
  /** Which file of all its first one is. */
  readonly first: number;
  readonly files: readonly SeenFile[];
}

function startThreads(
  { threadProgram }: HashingMachine,
  fileCount: number,
): readonly HashingThread[] {
  if (threadProgram === null || fileCount < minFiles) return [];
  const count = Math.min(availableParallelism(), maxThreads) - 1;
  return Array.from({ length: count }, () => startThread(threadProgram));
}

interface HashingThread {
  /** In the same order; null: the thread has failed, and answers nothing any more. */
  hash(files: readonly SeenFile[]): Promise<readonly HashedFile[] | null>;
  end(): void;
}

function startThread(program: string): HashingThread {
  const thread = new Worker(program);
  /** Who waits for an answer, in the order of their questions. */
  let waiting: ((hashed: HashAnswer | null) => void)[] = [];
  let isOver = false;
  const fail = (): void => {
    isOver = true;
    for (const answer of waiting) answer(null);
    waiting = [];
  };
  thread.on("error", fail);
  thread.on("exit", fail);
  thread.on("message", (hashed: HashAnswer) => waiting.shift()?.(hashed));
  return {
    hash(files) {
      if (isOver) return Promise.resolve(null);
      const task: HashTask = files.map(({ path, state }) => {
        const { dev, ino, size, mtimeMs, ctimeMs } = state;
        return { path, state: { dev, ino, size, mtimeMs, ctimeMs } };
      });
      thread.postMessage(task);
      return new Promise((resolve) => waiting.push(resolve));
    },
    end: () => void thread.terminate(),
  };
}
