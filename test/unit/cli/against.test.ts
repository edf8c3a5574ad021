/** `--against REF`: a git commit as the baseline, never checked out. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { gitEnvironment } from "../../support/gitEnvironment.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

const dockerfile = `FROM alpine:3.20
WORKDIR /app
COPY package.json ./
RUN install
COPY . .
CMD ["run"]
`;

/** A repository with the project in its folder `app`, committed once. */
function repository(t: TestContext, attributes = "") {
  const root = temporaryFolder(t, {
    "app/Dockerfile": dockerfile,
    "app/package.json": "{}\n",
    "app/run.sh": "#!/bin/sh\n",
    "app/src/a.js": "a\n",
    "app/empty.txt": "",
    "app/.dockerignore": "*.log\nDockerfile\n",
    "other/b.js": "b\n",
    ...(attributes === "" ? {} : { ".gitattributes": attributes }),
  });
  chmodSync(path.join(root, "app/run.sh"), 0o755);
  symlinkSync("src/a.js", path.join(root, "app/link.js"));
  const git = (...words: readonly string[]): string =>
    execFileSync("git", words, {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: gitEnvironment(root),
    });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message", "first");
  const state = temporaryFolder(t);
  const simulate = (ref: string, ...more: readonly string[]) =>
    runCli(["simulate", "--state", state, "--against", ref, ...more], { cwd: root });
  const against = async (ref: string, ...more: readonly string[]) => {
    const run = await simulate(ref, "--format", "json", "--dry-run", ...more, "app");
    assert.deepEqual(run.err, []);
    const { steps, baseline } = JSON.parse(run.out) as SimulationJson;
    const predictions = steps.flatMap(({ line, prediction, cause }) =>
      prediction === null ? [] : [`${line} ${prediction} ${cause?.paths.join() ?? ""}`.trimEnd()],
    );
    return { predictions, baseline };
  };
  return { root, git, simulate, against };
}

const allCached = ["2 hit", "3 hit", "4 hit", "5 hit"];

test("an unchanged working tree hits everywhere, whatever the umask and empty folders", async (t) => {
  const { root, git, against } = repository(t);
  const { predictions, baseline } = await against("HEAD");
  assert.deepEqual(predictions, allCached);
  assert.equal(baseline.kind, "git");
  assert.equal(baseline.label, `HEAD (${git("rev-parse", "HEAD").slice(0, 10)})`);
  chmodSync(path.join(root, "app/package.json"), 0o664);
  chmodSync(path.join(root, "app/run.sh"), 0o775);
  mkdirSync(path.join(root, "app/nothing/in/here"), { recursive: true });
  writeIn(root, "app/debug.log", "ignored");
  writeIn(root, "other/b.js", "not in the context");
  assert.deepEqual((await against("main")).predictions, allCached);
  assert.deepEqual((await against("HEAD", "--builder", "classic")).predictions, [
    ...allCached,
    "6 hit",
  ]);
});

test("what differs from the commit misses, and names the files", async (t) => {
  const { root, git, against } = repository(t);
  writeIn(root, "app/src/a.js", "another\n");
  assert.deepEqual((await against("HEAD")).predictions, [
    "2 hit",
    "3 hit",
    "4 hit",
    "5 miss src/a.js",
  ]);
  git("commit", "--quiet", "--all", "--message", "second");
  assert.deepEqual((await against("HEAD")).predictions, allCached);
  assert.equal((await against("HEAD~1")).predictions[3], "5 miss src/a.js");
  chmodSync(path.join(root, "app/src/a.js"), 0o755);
  assert.equal((await against("HEAD")).predictions[3], "5 miss src/a.js", "now executable");
  chmodSync(path.join(root, "app/src/a.js"), 0o644);
  writeIn(root, "app/new.txt", "untracked");
  rmSync(path.join(root, "app/empty.txt"));
  assert.equal((await against("HEAD")).predictions[3], "5 miss new.txt,empty.txt");
});

test("the Dockerfile and the ignore file are the commit's, too", async (t) => {
  const { root, against } = repository(t);
  writeIn(root, "app/Dockerfile", dockerfile.replace("RUN install", "RUN install --all"));
  assert.deepEqual((await against("HEAD")).predictions, ["2 hit", "3 hit", "4 miss", "5 miss"]);
  writeIn(root, "app/Dockerfile", dockerfile);
  writeIn(root, "app/.dockerignore", "*.log\nDockerfile\nrun.sh\n");
  assert.equal((await against("HEAD")).predictions[3], "5 miss .dockerignore,run.sh");
});

test("line ends that git converts are no change", async (t) => {
  const { root, git, against } = repository(t, "*.js text eol=crlf\n");
  rmSync(path.join(root, "app/src/a.js"));
  git("checkout", "--quiet", "--", ".");
  assert.equal(readFileSync(path.join(root, "app/src/a.js"), "utf8"), "a\r\n");
  assert.deepEqual((await against("HEAD")).predictions, allCached);
});

/** What a checkout turns is the same file; a change of it is a change, whatever turns it. */
const conversions: Readonly<
  Record<string, { attributes: string; committed: string; onDisk: string; other: string }>
> = {
  "line ends": {
    attributes: "text eol=crlf",
    committed: "a\nb\n",
    onDisk: "a\r\nb\r\n",
    other: "a\r\nc\r\n",
  },
  "line ends of what looks like text": {
    attributes: "text=auto eol=crlf",
    committed: "a\nb\n",
    onDisk: "a\r\nb\r\n",
    other: "a\r\nb\r\r\n",
  },
  keywords: {
    attributes: "ident",
    committed: "$Id$\n",
    onDisk: "$Id: 0123456789 $\n",
    other: "$Id: 0123456789 $\nc\n",
  },
  "a pointer of Git LFS": {
    attributes: "filter=lfs",
    committed: `version https://git-lfs.github.com/spec/v1\noid sha256:${createHash("sha256").update("large\n").digest("hex")}\nsize 6\n`,
    onDisk: "large\n",
    other: "ladge\n",
  },
};

for (const [name, { attributes, committed, onDisk, other }] of Object.entries(conversions)) {
  test(`what a checkout turns is no change: ${name}`, async (t) => {
    const { root, git, against } = repository(t);
    writeIn(root, "app/src/a.js", committed);
    git("commit", "--quiet", "--all", "--message", "second");
    writeIn(root, ".gitattributes", `*.js ${attributes}\n`);
    writeIn(root, "app/src/a.js", onDisk);
    assert.deepEqual((await against("HEAD")).predictions, allCached);
    writeIn(root, "app/src/a.js", other);
    assert.equal((await against("HEAD")).predictions[3], "5 miss src/a.js");
  });
}

test("line ends that a setting turns are no change", async (t) => {
  const { root, git, against } = repository(t);
  git("config", "core.autocrlf", "true");
  writeIn(root, "app/src/a.js", "a\r\n");
  assert.deepEqual((await against("HEAD")).predictions, allCached);
});

test("a filter is not run: the file counts as changed once git's index does not know it", async (t) => {
  const { root, git, simulate, against } = repository(t, "*.js filter=rot13\n");
  git("config", "filter.rot13.clean", "tr a-z n-za-m");
  git("config", "filter.rot13.smudge", "tr a-z n-za-m");
  git("add", "--renormalize", ".");
  git("commit", "--quiet", "--message", "second");
  await new Promise((resume) => setTimeout(resume, 100));
  git("update-index", "--refresh");
  git("update-index", "--force-write-index");
  assert.deepEqual((await against("HEAD")).predictions, allCached);
  writeIn(root, "app/src/a.js", "b\n");
  const { code, out, err } = await simulate("HEAD", "--dry-run", "app");
  assert.equal(code, 0);
  assert.match(out, /src\/a\.js changed/);
  assert.deepEqual(err, [
    "stratacast simulate: not comparable with the commit, counted as changed: src/a.js (no filter is run, and nothing fetched)",
  ]);
});

test("the repository itself is no part of the comparison", async (t) => {
  const { root, git, simulate } = repository(t);
  writeIn(root, "Dockerfile", "FROM alpine:3.20\nCOPY . /app\n");
  git("add", "--all");
  git("commit", "--quiet", "--message", "second");
  assert.match((await simulate("HEAD", "--dry-run", ".")).out, /The only step is cached/);
  writeIn(root, "other/b.js", "another\n");
  const { out } = await simulate("HEAD", "--dry-run", ".");
  assert.match(out, /other\/b\.js changed/);
  assert.doesNotMatch(out, /\.git/);
});

test("a sparse checkout lacks nothing that it leaves out", async (t) => {
  const { root, git, against } = repository(t);
  git("sparse-checkout", "set", "--no-cone", "/app/*", "!/app/src/");
  assert.deepEqual((await against("HEAD")).predictions, allCached);
  rmSync(path.join(root, "app/empty.txt"));
  assert.equal((await against("HEAD")).predictions[3], "5 miss empty.txt");
});

test("a submodule that is checked out is compared at the commit that is asked for", async (t) => {
  const { root, git, against } = repository(t);
  const inner = repository(t);
  git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.root, "app/mod");
  git("commit", "--quiet", "--message", "with a submodule");
  assert.deepEqual((await against("HEAD")).predictions, allCached);
  writeIn(root, "app/mod/other/b.js", "another\n");
  assert.equal((await against("HEAD")).predictions[3], "5 miss mod/other/b.js");
  git("submodule", "--quiet", "deinit", "--force", "app/mod");
  assert.deepEqual(
    (await against("HEAD")).predictions,
    allCached,
    "an empty folder, as in a clone",
  );
});

test("a commit that a shallow clone lacks is told with what to do", async (t) => {
  const { root, git } = repository(t);
  git("commit", "--quiet", "--allow-empty", "--message", "second");
  const clone = path.join(temporaryFolder(t), "clone");
  git("clone", "--quiet", "--depth", "1", `file://${root}`, clone);
  // Not the simulated builds of whoever runs the test.
  const state = path.join(temporaryFolder(t), "state");
  const { code, err } = await runCli(["simulate", "--against", "HEAD~1", "--state", state, "app"], {
    cwd: clone,
  });
  assert.equal(code, 2);
  assert.match(err[0] ?? "", /knows no commit "HEAD~1"; this clone holds the newest commits only/);
});

test("a comparison with a commit is recorded as the build that it is", async (t) => {
  const { simulate } = repository(t);
  assert.equal((await simulate("HEAD", "app")).code, 0);
  const last = await simulate("last", "app");
  assert.match(last.out, /^All 4 cached\.$/m);
});

test("what cannot be compared says so in one line", async (t) => {
  const { root, git, simulate } = repository(t);
  const outside = temporaryFolder(t, { Dockerfile: dockerfile });
  const missing = await simulate("no-such-ref", "app");
  assert.deepEqual([missing.code, missing.out], [2, ""]);
  assert.deepEqual(missing.err, [
    'stratacast simulate: --against: git knows no commit "no-such-ref"',
  ]);
  for (const ref of ["--all", "-x"]) assert.equal((await simulate(`${ref}`, "app")).code, 2);
  const state = path.join(temporaryFolder(t), "state");
  const elsewhere = await runCli(["simulate", "--against", "HEAD", "--state", state, "."], {
    cwd: outside,
  });
  assert.equal(elsewhere.code, 2);
  assert.match(
    elsewhere.err[0] ?? "",
    /^stratacast simulate: --against HEAD: .* is not in a git rep/,
  );
  const file = await simulate("HEAD", "--file", path.join(outside, "Dockerfile"), "app");
  assert.match(file.err[0] ?? "", /the Dockerfile is not in the repository/);
  const piped = await simulate("HEAD", "--file", "-", "app");
  assert.match(piped.err[0] ?? "", /from stdin cannot be compared with a commit$/);

  writeIn(root, "app/Dockerfile.new", dockerfile);
  const fresh = await simulate("HEAD", "--dry-run", "--file", "app/Dockerfile.new", "app");
  assert.equal(fresh.code, 0);
  assert.match(fresh.err[0] ?? "", /has no app\/Dockerfile\.new: nothing to compare with$/);
  assert.equal(git("status", "--porcelain", "--untracked-files=no"), "", "nothing was checked out");
});
