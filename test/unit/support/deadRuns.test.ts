/** A run that was killed leaves nothing for long: the next one takes it away. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { endOrphans, sweepDeadRuns } from "../../support/deadRuns.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";

/** The number of a process that is no more. */
function deadPid(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

function folderOf(temporary: string, name: string): string {
  const folder = path.join(temporary, name);
  mkdirSync(path.join(folder, "context"), { recursive: true });
  return folder;
}

test("folders of dead runs go, those of living ones and of others stay", (t) => {
  const temporary = temporaryFolder(t);
  const dead = folderOf(temporary, `run-${deadPid()}-abc`);
  const living = folderOf(temporary, `run-${process.pid}-abc`);
  const nobodys = folderOf(temporary, "run-abc");
  const others = folderOf(temporary, `other-${deadPid()}-abc`);
  sweepDeadRuns("run-", temporary);
  assert.deepEqual(
    [dead, living, nobodys, others].map((folder) => existsSync(folder)),
    [false, true, true, true],
  );
});

test("a program of a dead run is ended, one of a living run is not", {
  skip: existsSync("/proc/self/cmdline") ? false : "this system has no /proc",
}, async (t) => {
  const temporary = temporaryFolder(t);
  const idle = (folder: string) => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", folder]);
    t.after(() => child.kill("SIGKILL"));
    return child;
  };
  const orphan = idle(folderOf(temporary, `run-${deadPid()}-abc`));
  const kept = idle(folderOf(temporary, `run-${process.pid}-abc`));
  await Promise.all([once(orphan, "spawn"), once(kept, "spawn")]);
  const ended = once(orphan, "exit");
  await endOrphans("run-", temporary, 0);
  const [, signal] = await ended;
  assert.equal(signal, "SIGKILL");
  assert.equal(kept.exitCode ?? kept.signalCode, null);
});
