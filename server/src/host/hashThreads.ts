/**
 * Hashes many files at once: this thread and, where there are many and the machine has processors
 * for them, threads of their own. Each takes some files at a time until none is left.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type HashedFile, hashFile, type SeenFile } from "./fileHash.js";
import { type HashAnswer, identityLength, taskOf } from "./hashTask.js";
import type { FileSystem } from "./nodeFileSystem.js";
import type { Slices } from "./slices.js";

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
/**
 * A task takes some milliseconds: so many files, or so many bytes. It takes a part of what is left, so
 * that all end together.
 */
const filesPerTask = { least: 20, most: 250 };
const partPerTask = 1 / 16;
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
    const { least, most } = filesPerTask;
    const count = Math.max(least, Math.min(most, Math.ceil((files.length - next) * partPerTask)));
    for (let bytes = 0; next < files.length && next - first < count; next++) {
      bytes += files[next]?.state.size ?? 0;
      if (bytes > bytesPerTask && next > first) break;
    }
    return { first, files: files.slice(first, next) };
  };
  const { fileSystem, now } = machine;
  const hashOne = async (number: number, file: SeenFile): Promise<void> => {
    done(number, await hashFile(fileSystem, file, slices, now));
  };
  const hashHere = async (task: Task): Promise<void> => {
    for (const [at, file] of task.files.entries()) {
      await slices.next();
      await hashOne(task.first + at, file);
    }
  };
  const takeOver = async (task: Task, { identities, startedAt }: HashAnswer): Promise<void> => {
    for (const [at, file] of task.files.entries()) {
      const identity = identities.slice(at * identityLength, (at + 1) * identityLength);
      // What has become of the others is found out here.
      if (identity.startsWith(" ")) await hashOne(task.first + at, file);
      else done(task.first + at, { kind: "hashed", identity, stat: null, startedAt });
    }
  };
  const threads = startThreads(machine, files.length);
  const besides = threads.flatMap((thread) =>
    Array.from({ length: tasksAhead }, async () => {
      for (let task = take(); task !== null; task = take()) {
        const answer = await thread.hash(task.files);
        // What a thread that failed was asked is done here.
        if (answer === null) return hashHere(task);
        await takeOver(task, answer);
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
  /** null: the thread has failed, and answers nothing any more. */
  hash(files: readonly SeenFile[]): Promise<HashAnswer | null>;
  end(): void;
}

function startThread(program: string): HashingThread {
  const thread = new Worker(program);
  /** Who waits for an answer, in the order of their questions. */
  let waiting: ((answer: HashAnswer | null) => void)[] = [];
  let isOver = false;
  const fail = (): void => {
    isOver = true;
    for (const answer of waiting) answer(null);
    waiting = [];
  };
  thread.on("error", fail);
  thread.on("exit", fail);
  thread.on("message", (answer: HashAnswer) => waiting.shift()?.(answer));
  return {
    hash(files) {
      if (isOver) return Promise.resolve(null);
      const task = taskOf(files);
      thread.postMessage(task, [task.states.buffer as ArrayBuffer]);
      return new Promise((resolve) => waiting.push(resolve));
    },
    end: () => void thread.terminate(),
  };
}
