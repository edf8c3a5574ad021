/** The program of a thread that hashes files: see `hashThreads.ts`. */
import { parentPort } from "node:worker_threads";
import { type HashedFile, hashFile } from "./fileHash.js";
import type { HashAnswer, HashTask } from "./hashThreads.js";
import { nodeFileSystem } from "./nodeFileSystem.js";

const fileSystem = nodeFileSystem();

/** Nobody else waits for this thread. */
const unbroken = { next: () => null };

parentPort?.on("message", async (files: HashTask) => {
  const hashed: HashedFile[] = [];
  for (const file of files) hashed.push(await hashFile(fileSystem, file, unbroken, Date.now));
  const answer: HashAnswer = hashed;
  parentPort?.postMessage(answer);
});
