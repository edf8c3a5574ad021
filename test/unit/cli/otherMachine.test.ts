/**
 * The same commit on another machine: a fresh clone is simulated on top of the builds of this
 * folder, as a shared cache would have them.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, statSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

const posixOnly = { skip: process.platform === "win32" };

const dockerfile = `FROM alpine
COPY run.sh /bin/
COPY src /src
COPY notes.txt /
RUN --mount=type=bind,source=src,target=/mnt ls /mnt
`;

/** A commit, checked out here and, by `clone`, on other machines. */
function machines(t: TestContext, attributes = "") {
  const home = temporaryFolder(t);
  const state = temporaryFolder(t);
  const here = path.join(
    temporaryFolder(t, {
      "app/Dockerfile": dockerfile,
      "app/run.sh": "#!/bin/sh\necho\n",
      "app/src/a.js": "a\n",
      "app/src/deep/b.js": "b\n",
      "app/notes.txt": "one\ntwo\n",
      ...(attributes === "" ? {} : { "app/.gitattributes": attributes }),
    }),
    "app",
  );
  const git = (cwd: string, ...words: readonly string[]): void => {
    const who = ["-c", "user.name=a", "-c", "user.email=a@b"];
    execFileSync("git", [...who, ...words], {
      cwd,
      stdio: "pipe",
      env: { PATH: process.env["PATH"] ?? "", HOME: home, GIT_CONFIG_NOSYSTEM: "1" },
    });
  };
  const simulate = async (folder: string) => {
    const run = await runCli(["simulate", "--state", state, "--format", "json", "."], {
      cwd: folder,
    });
    assert.deepEqual(run.err, []);
    const { steps, findings } = JSON.parse(run.out) as SimulationJson;
    return {
      misses: steps.flatMap(({ line, prediction }) => (prediction === "miss" ? [line] : [])),
      found: findings.filter(({ code }) => code === "other-mode-in-checkout"),
    };
  };
  chmodSync(path.join(here, "run.sh"), 0o755);
  git(here, "init", "--quiet", "--initial-branch=main");
  git(here, "add", "--all");
  git(here, "commit", "--quiet", "--message", "first");
  return {
    chmod: (file: string, mode: number) => chmodSync(path.join(here, file), mode),
    git: (...words: readonly string[]) => git(here, ...words),
    simulateHere: () => simulate(here),
    simulateClone: (...options: readonly string[]) => {
      // By another name: an engine's memory of what was sent to it is of a folder's name.
      const there = path.join(temporaryFolder(t), "clone");
      git(home, "clone", "--quiet", ...options, here, there);
      return simulate(there);
    },
  };
}

test("with the usual modes another machine finds everything in the cache", posixOnly, async (t) => {
  const { simulateHere, simulateClone } = machines(t);
  assert.deepEqual((await simulateHere()).found, []);
  assert.deepEqual(await simulateClone(), { misses: [], found: [] });
});

const modes: readonly (readonly [string, string, number, readonly number[], RegExp])[] = [
  [
    "a group that may write",
    "run.sh",
    0o775,
    [2],
    /: run\.sh has mode 775 here and 755 in a fresh/,
  ],
  [
    "a umask of 077",
    "src/a.js",
    0o600,
    [3, 5],
    /: src\/a\.js has mode 600 here and 644 in a fresh/,
  ],
  [
    "a folder's mode",
    "src/deep",
    0o775,
    [3, 5],
    /: src\/deep has mode 775 here and 755 in a fresh/,
  ],
];
for (const [what, file, mode, lines, message] of modes) {
  test(`${what} is foretold, and is what another machine misses by`, posixOnly, async (t) => {
    const { chmod, simulateHere, simulateClone } = machines(t);
    chmod(file, mode);
    const { found } = await simulateHere();
    assert.deepEqual(
      found.map(({ line }) => line),
      lines,
    );
    for (const finding of found) {
      assert.equal(finding.severity, "information");
      assert.match(finding.message, message);
    }
    const there = await simulateClone();
    // What is stacked on a step that misses, misses too.
    assert.equal(there.misses[0], lines[0]);
    assert.deepEqual(there.found, []);
  });
}

test("an x bit that git was told to ignore is foretold", posixOnly, async (t) => {
  const { chmod, git, simulateHere, simulateClone } = machines(t);
  git("config", "core.fileMode", "false");
  chmod("notes.txt", 0o755);
  const { found } = await simulateHere();
  assert.match(found[0]?.message ?? "", /notes\.txt has mode 755 here and 644 in a fresh checkout/);
  assert.deepEqual((await simulateClone()).misses.slice(0, 1), [4]);
});

test(
  "many files are counted, and files that git does not track say nothing",
  posixOnly,
  async (t) => {
    const { chmod, git, simulateHere } = machines(t);
    for (const file of ["src", "src/a.js", "src/deep", "src/deep/b.js"]) chmod(file, 0o770);
    const [first] = (await simulateHere()).found;
    assert.match(first?.message ?? "", /src has mode 770 .*, src\/deep .* and 1 more\. Modes/);
    git("rm", "--cached", "-r", "--quiet", "src");
    assert.deepEqual((await simulateHere()).found, []);
  },
);

test("a folder in no repository has no findings, whatever its modes", posixOnly, async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: "FROM a\nCOPY x /\n", x: "1" });
  chmodSync(path.join(folder, "x"), 0o666);
  assert.equal(statSync(path.join(folder, "x")).mode & 0o777, 0o666);
  const run = await runCli(["simulate", "--dry-run", "--format", "json", folder], { cwd: folder });
  const { findings } = JSON.parse(run.out) as SimulationJson;
  assert.deepEqual(findings, []);
});

test(
  "line ends that git converts on another machine miss there, and only there",
  posixOnly,
  async (t) => {
    const { simulateHere, simulateClone } = machines(t);
    await simulateHere();
    assert.deepEqual((await simulateClone("-c", "core.autocrlf=true")).misses, [2, 3, 4, 5]);
    assert.deepEqual((await simulateClone("-c", "core.autocrlf=input")).misses, []);
  },
);

test("line ends that .gitattributes fixes are the same everywhere", posixOnly, async (t) => {
  const { simulateHere, simulateClone } = machines(t, "* text eol=lf\n");
  await simulateHere();
  assert.deepEqual((await simulateClone("-c", "core.autocrlf=true")).misses, []);
});
