/**
 * What runs leave behind that were ended in the middle (`kill -9`): folders in the temporary folder
 * that carry the number of their process in their names, and programs that were given such a folder.
 */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** Removes the folders `PREFIX<pid>-…` of processes that are no more. */
export function sweepDeadRuns(prefix: string, temporary: string = os.tmpdir()): void {
  for (const folder of deadFolders(prefix, temporary)) {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Ends the programs of dead runs: those with a folder `PREFIX<pid>-…` of a process that is no more as
 * an argument of their own. Most of them notice by themselves and put things in order first.
 * @param patienceMs how long they have for that
 */
export async function endOrphans(
  prefix: string,
  temporary: string = os.tmpdir(),
  patienceMs = 10_000,
): Promise<void> {
  const folders = deadFolders(prefix, temporary);
  if (folders.length === 0) return;
  const deadline = Date.now() + patienceMs;
  let orphans = programsWith(folders);
  while (orphans.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    orphans = programsWith(folders);
  }
  for (const pid of orphans) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has come to its end meanwhile.
    }
  }
}

function deadFolders(prefix: string, temporary: string): readonly string[] {
  return readdirSync(temporary).flatMap((name) => {
    if (!name.startsWith(prefix)) return [];
    const pid = /^(\d+)-/.exec(name.slice(prefix.length))?.[1];
    return pid === undefined || isAlive(Number(pid)) ? [] : [path.join(temporary, name)];
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user is one all the same.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Their numbers; none where the system has no /proc. */
function programsWith(folders: readonly string[]): readonly number[] {
  let numbers: readonly string[] = [];
  try {
    numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return numbers.flatMap((number) => {
    try {
      const words = readFileSync(`/proc/${number}/cmdline`, "utf8").split("\0");
      return words.some((word) => folders.includes(word)) ? [Number(number)] : [];
    } catch {
      return [];
    }
  });
}
