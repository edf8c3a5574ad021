/** The program of a thread that hashes files: see `hashThreads.ts`. */
import { parentPort } from "node:worker_threads";
import { hashFile } from "./fileHash.js";
import { filesOf, type HashAnswer, type HashTask, identityLength } from "./hashTask.js";
import { isSameState } from "./identityTable.js";
import { nodeFileSystem } from "./nodeFileSystem.js";

const fileSystem = nodeFileSystem();

/** Nobody else waits for this thread. */
const unbroken = { next: () => null };

parentPort?.on("message", async (task: HashTask) => {
  const startedAt = Date.now();
  let identities = "";
  for (const file of filesOf(task)) {
    const hashed = await hashFile(fileSystem, file, unbroken, Date.now);
    const isAsSeen =
      hashed.kind === "hashed" && (hashed.stat === null || isSameState(hashed.stat, file.state));
    identities += isAsSeen ? hashed.identity : " ".repeat(identityLength);
  }
  const answer: HashAnswer = { identities, startedAt };
  parentPort?.postMessage(answer);
});
