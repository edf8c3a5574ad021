/** Very many Dockerfiles open at once: git is asked by few processes at a time, and each is answered. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { gitEnvironment } from "../support/gitEnvironment.js";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import { isThorough } from "../support/thorough.js";
import { eventually, startEditor, uriOf } from "./support/editorClient.js";

/** STRATACAST_DOCKERFILES asks for more, which takes minutes. */
const count = Number(process.env["STRATACAST_DOCKERFILES"]) || (isThorough ? 60 : 25);
/** What `host/gitProcess.ts` allows. */
const mostAtOnce = 4;

test("many open Dockerfiles are answered, and git runs four times at once at most", {
  timeout: 30_000 + 1_000 * count,
}, async (t) => {
  if (process.platform === "win32") return t.skip("needs a program that is a script");
  const text = "FROM scratch\nCOPY a /\n";
  const names = Array.from({ length: count }, (_, n) => `d${n}`);
  const folder = temporaryFolder(
    t,
    Object.fromEntries(
      names.flatMap((name) => [
        [`${name}/Dockerfile`, text],
        [`${name}/a`, name],
        [`${name}/.gitattributes`, "* text\n"],
      ]),
    ),
  );
  const env = gitEnvironment(folder);
  for (const words of [
    ["init", "-q"],
    ["add", "-A"],
    ["commit", "-qm", "first"],
  ])
    execFileSync("git", words, { cwd: folder, env });
  const { log, bin } = countedGit(temporaryFolder(t));
  const editor = await startEditor({ workspaceFolders: [folder], env: { PATH: bin } });
  t.after(() => editor.process.kill());
  const uris = names.map((name) => uriOf(path.join(folder, name, "Dockerfile")));
  await Promise.all(uris.map((uri) => editor.open(uri, text)));
  for (const uri of uris)
    await eventually(
      "the comparison with the commit",
      async () => (/cached/i.test((await editor.lenses(uri))[1] ?? "") ? true : null),
      20_000 + 1_000 * count,
    );
  const { started, most } = runsIn(readFileSync(log, "utf8"));
  t.diagnostic(`${count} open, git was started ${started} times, ${most} at once`);
  assert.ok(started > 0);
  assert.ok(most <= mostAtOnce, `${most} at once`);
  assert.ok(started <= 8 * count, `${started} in all`);
});

/** A git that notes when it starts and ends, and does what git does. */
function countedGit(folder: string): { readonly log: string; readonly bin: string } {
  const real = execFileSync("sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
  const log = path.join(folder, "log");
  const script = `#!/bin/sh\necho + >> '${log}'\n'${real}' "$@"\ncode=$?\necho - >> '${log}'\nexit $code\n`;
  chmodSync(writeIn(folder, "bin/git", script), 0o755);
  return { log, bin: `${path.join(folder, "bin")}${path.delimiter}${process.env["PATH"] ?? ""}` };
}

function runsIn(log: string): { readonly started: number; readonly most: number } {
  let now = 0;
  let most = 0;
  let started = 0;
  for (const sign of log.split("\n")) {
    if (sign === "+") started++;
    if (sign !== "") now += sign === "+" ? 1 : -1;
    most = Math.max(most, now);
  }
  return { started, most };
}
