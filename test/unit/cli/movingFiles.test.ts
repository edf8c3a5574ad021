/** Files that grow and vanish while they are read: every answer comes, and the last one is right. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

/** One file grows by 64 KiB at a time, to 8 MiB; folders of files come and go. All in two seconds or so. */
const writing = `
for i in $(seq 128); do
  head -c 65536 /dev/zero >> grows
  mkdir -p comes/deep && echo $i > comes/deep/file && echo $i > comes/$i
  sleep 0.01
  rm -r comes
done`;

test("a folder in which files grow and vanish is forecast again and again", async (t) => {
  if (process.platform === "win32") return t.skip("no sh");
  const folder = temporaryFolder(t, { Dockerfile: "FROM scratch\nCOPY . /all/\n", grows: "" });
  const state = temporaryFolder(t);
  const writer = spawn("sh", ["-c", writing], { cwd: folder, stdio: "ignore" });
  t.after(() => writer.kill());
  const ended = once(writer, "close");
  let forecasts = 0;
  do {
    const { code, err } = await runCli(["simulate", "--state", state, "."], { cwd: folder });
    assert.ok(code === 0 || code === 1 || code === 2, `code ${code}`);
    assert.ok(err.length <= 1, err.join("\n"));
    forecasts++;
  } while (writer.exitCode === null);
  await ended;
  assert.ok(forecasts > 1, `${forecasts} forecasts`);
  await runCli(["simulate", "--state", state, "."], { cwd: folder });
  const last = await runCli(["simulate", "--state", state, "."], { cwd: folder });
  assert.deepEqual([last.code, last.err], [0, []]);
  assert.match(last.out, /^2 +cached +layer 1, 2 files, 8\.4 MB/m);
});
