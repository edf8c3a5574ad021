/** What goes to a thread that hashes files, and what comes back. */
import type { SeenFile } from "./fileHash.js";

/** What a thread is asked: one text and one list, since each object on its way is copied by itself. */
export interface HashTask {
  /** With a NUL between them. */
  readonly paths: string;
  /** Of each file the numbers of its state, in the order of `stateNumbers`. */
  readonly states: Float64Array;
}

/** What it answers. */
export interface HashAnswer {
  /** Of each file its identity, or blanks where it is not to be had in the state that was seen. */
  readonly identities: string;
  /** Milliseconds since the epoch when the first file was begun. */
  readonly startedAt: number;
}

/** Characters of an identity. */
export const identityLength = 40;

const stateNumbers = ["dev", "ino", "size", "mtimeMs", "ctimeMs"] as const;

export function taskOf(files: readonly SeenFile[]): HashTask {
  const states = new Float64Array(files.length * stateNumbers.length);
  let at = 0;
  for (const { state } of files) for (const name of stateNumbers) states[at++] = state[name];
  return { paths: files.map(({ path }) => path).join("\0"), states };
}

/** The files of a task. */
export function filesOf({ paths, states }: HashTask): readonly SeenFile[] {
  return paths.split("\0").map((path, number) => {
    const at = number * stateNumbers.length;
    const [dev = 0, ino = 0, size = 0, mtimeMs = 0, ctimeMs = 0] = states.subarray(at);
    return { path, state: { dev, ino, size, mtimeMs, ctimeMs } };
  });
}
