/** What a folder of somebody else may hold: nothing of it hangs, leads out, or is left out in silence. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { childrenOf, nodeAt } from "../../../server/src/core/context/folder.js";
import { ignoreNothing } from "../../../server/src/core/context/ignoreFile.js";
import { createContextReader } from "../../../server/src/host/contextReader.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { runCli } from "../cli/support/runCli.js";

const posixOnly = process.platform === "win32" ? { skip: "needs links and pipes" } : {};
const linuxOnly = process.platform === "linux" ? {} : { skip: "names are bytes on Linux alone" };

const dockerfile = "FROM scratch\nCOPY . /\n";

const traps: Readonly<Record<string, (file: string) => void>> = {
  "a pipe": (file) => execFileSync("mkfifo", [file]),
  "a link to a device without an end": (file) => symlinkSync("/dev/zero", file),
  "a file of a terabyte": (file) => {
    writeFileSync(file, "");
    truncateSync(file, 1e12);
  },
  "a folder": (file) => mkdirSync(file),
  "a link to itself": (file) => symlinkSync(path.basename(file), file),
};

for (const [name, plant] of Object.entries(traps)) {
  test(`in the place of the Dockerfile or the ignore file: ${name}`, posixOnly, async (t) => {
    const folder = temporaryFolder(t, { Dockerfile: dockerfile });
    for (const place of ["Dockerfile", ".dockerignore", "Dockerfile.dockerignore"]) {
      const file = path.join(folder, place);
      rmSync(file, { force: true });
      plant(file);
      for (const words of [["explain"], ["simulate", "--state", temporaryFolder(t)]]) {
        const { code, out, err } = await runCli([...words, "."], { cwd: folder });
        assert.deepEqual([code, out, err.length], [2, "", 1], `${place} ${err.join("\n")}`);
        assert.ok(err[0]?.includes(place), err[0]);
      }
      rmSync(file, { recursive: true });
      writeIn(folder, "Dockerfile", dockerfile);
    }
  });
}

test("an ignore file that is a link out of the context is not read", posixOnly, async (t) => {
  const secret = writeIn(temporaryFolder(t), "secret", "[secret\n");
  const folder = temporaryFolder(t, { Dockerfile: dockerfile, "real.ignore": "*.log\n" });
  symlinkSync(secret, path.join(folder, ".dockerignore"));
  const refused = await runCli(["explain", "."], { cwd: folder });
  assert.equal(refused.code, 2);
  assert.match(refused.err.join("\n"), /leads out of the build context/);
  assert.doesNotMatch(refused.err.join("\n") + refused.out, /\[secret/);
  rmSync(path.join(folder, ".dockerignore"));
  symlinkSync("real.ignore", path.join(folder, ".dockerignore"));
  assert.equal((await runCli(["explain", "."], { cwd: folder })).code, 0);
});

test("a name that is no UTF-8 is never cached, and said", linuxOnly, async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: dockerfile, a: "a" });
  const file = Buffer.concat([Buffer.from(`${folder}/b`), Buffer.from([0xff])]);
  writeFileSync(file, "1");
  const state = temporaryFolder(t);
  const simulate = () => runCli(["simulate", "--state", state, "."], { cwd: folder });
  await simulate();
  for (const content of ["1", "2"]) {
    writeFileSync(file, content);
    const { code, out } = await simulate();
    assert.equal(code, 0);
    assert.match(out, /^2 +may rebuild.*\n.*whose name is no text in UTF-8/m);
    assert.match(out, /has a name that is no text in UTF-8/);
  }
  writeIn(folder, ".dockerignore", "b*\n");
  await simulate();
  assert.match((await simulate()).out, /^2 +cached/m, "the ignore file hides it");
});

test("of very many files that cannot be read the first are named", posixOnly, async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: dockerfile, a: "a" });
  // Of which hardly a byte is on the disk.
  for (let at = 0; at < 20; at++) {
    writeFileSync(path.join(folder, `b${at}`), "");
    truncateSync(path.join(folder, `b${at}`), 9 * 1024 ** 3);
  }
  const { code, out } = await runCli(["simulate", "--dry-run", "."], { cwd: folder });
  assert.equal(code, 0);
  assert.equal(out.match(/is too large to be read here/g)?.length, 3, out);
  assert.match(out, /The same holds for 17 more\./);
});

test(
  "a folder that becomes a link is not followed, by an event or a hash",
  posixOnly,
  async (t) => {
    const outside = temporaryFolder(t, { passwd: "secret", other: "x" });
    const root = temporaryFolder(t, { "dir/passwd": "own!!!", "dir/deep/x": "x" });
    const reader = createContextReader({ root, ignore: ignoreNothing("buildkit") });
    await reader.scan();
    rmSync(path.join(root, "dir"), { recursive: true });
    symlinkSync(outside, path.join(root, "dir"));
    const hashed = await reader.hash(["dir/passwd"]);
    assert.deepEqual(hashed.ok && hashed.value.errors.map(({ code }) => code), ["ELOOP"]);
    for (const told of ["dir/passwd", "dir/other", "dir/deep/x"]) {
      await reader.refresh([told]);
      assert.deepEqual(
        [...childrenOf(reader.tree.root)].map(({ name, kind }) => [name, kind]),
        [["dir", "symlink"]],
      );
      assert.equal(nodeAt(reader.tree.root, told), null);
    }
  },
);

test("thousands of folders in each other are one sentence", posixOnly, async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: dockerfile });
  // Longer than a path may be: made from the inside out.
  let inner = temporaryFolder(t);
  for (let depth = 0; depth < 25; depth++) {
    const outer = temporaryFolder(t);
    const place = path.join(outer, ...Array<string>(100).fill("d"));
    mkdirSync(place, { recursive: true });
    renameSync(inner, path.join(place, "d"));
    inner = outer;
  }
  renameSync(inner, path.join(folder, "d"));
  const { code, err } = await runCli(["explain", "."], { cwd: folder });
  assert.equal(code, 2);
  assert.match(err.join("\n"), /more than 500 folders inside each other/);
  execFileSync("rm", ["-rf", path.join(folder, "d")]);
});

test("a view of the running system is no build context", linuxOnly, async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: dockerfile });
  for (const context of ["/proc", "/proc/self", "/sys"]) {
    const words = ["explain", "-f", "Dockerfile", context];
    const { code, err } = await runCli(words, { cwd: folder });
    assert.equal(code, 2);
    assert.match(err[0] ?? "", /is a view of the running system/);
  }
});

test("pipes, sockets and devices among the files are not opened", posixOnly, async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: dockerfile, a: "a" });
  execFileSync("mkfifo", [path.join(folder, "pipe")]);
  const { code } = await runCli(["simulate", "--state", temporaryFolder(t), "."], { cwd: folder });
  assert.equal(code, 0);
});

test(
  "a file of a terabyte among the files is not read: the step is unknown, and it is said",
  posixOnly,
  async (t) => {
    const folder = temporaryFolder(t, { Dockerfile: dockerfile, big: "" });
    truncateSync(path.join(folder, "big"), 1e12);
    const state = temporaryFolder(t);
    const simulate = () => runCli(["simulate", "--state", state, "."], { cwd: folder });
    await simulate();
    const { code, out } = await simulate();
    assert.equal(code, 0);
    assert.match(out, /^2 +may rebuild.*\n.*too large to be read here/m);
    assert.match(out, /"big" is too large to be read here/);
    writeIn(folder, ".dockerignore", "big\n");
    await simulate();
    assert.match((await simulate()).out, /^2 +cached/m, "the ignore file hides it");
  },
);
