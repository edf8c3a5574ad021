/** Archives as ADD would unpack them, made by tar itself where there is one. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Archive } from "../../../server/src/core/context/archive.js";
import type { FolderNode } from "../../../server/src/core/context/fileTree.js";
import { childrenOf } from "../../../server/src/core/context/folder.js";
import { type Cancellation, type Known, neverCancelled } from "../../../server/src/core/host.js";
import { archiveSupplier } from "../../../server/src/host/archives.js";
import { gitBlobId } from "../../../server/src/host/digest.js";
import { nodeFileSystem } from "../../../server/src/host/nodeFileSystem.js";
import type { TarLimits } from "../../../server/src/host/tar.js";
import { type TarEntry, tarArchive } from "../../support/engine/tar.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";

interface Asking {
  readonly limits?: TarLimits;
  readonly identity?: string;
  readonly cancel?: Cancellation;
}

/** What is found in these bytes. */
async function found(t: TestContext, bytes: Buffer, asking: Asking = {}): Promise<Known<Archive>> {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, "a"), bytes);
  const supply = archiveSupplier(nodeFileSystem(), asking.limits);
  const { identity = gitBlobId(bytes), cancel = neverCancelled } = asking;
  return supply({ kind: "archive", folder, path: "a", identity }, cancel);
}

async function filesIn(t: TestContext, bytes: Buffer): Promise<readonly string[]> {
  const read = await found(t, bytes);
  assert.ok(read.kind === "known" && read.value.kind === "files", JSON.stringify(read));
  return linesOf(read.value.root, "");
}

function linesOf(folder: FolderNode, above: string): readonly string[] {
  return [...childrenOf(folder)].flatMap((node) => {
    const head = `${above}${node.name} ${node.kind} ${node.mode.toString(8)} ${node.uid}:${node.gid}`;
    if (node.kind === "directory") return [head, ...linesOf(node, `${above}${node.name}/`)];
    return [`${head} ${node.kind === "file" ? node.identity : (node.linkTarget ?? "")}`];
  });
}

async function reasonFor(t: TestContext, bytes: Buffer, asking: Asking = {}): Promise<string> {
  const read = await found(t, bytes, asking);
  return read.kind === "unknown" ? read.reason : JSON.stringify(read);
}

const small: readonly TarEntry[] = [{ name: "f", data: Buffer.from("text\n") }];

const isGnuTar = /GNU tar/.test(spawnSync("tar", ["--version"], { encoding: "utf8" }).stdout ?? "");

for (const format of ["gnu", "pax", "ustar", "v7"]) {
  test(`tar's own ${format} archives`, { skip: !isGnuTar }, async (t) => {
    const folder = temporaryFolder(t);
    // Longer than one field of a header, where the format knows how to write that.
    const long = format === "v7" ? "long" : `${"l".repeat(90)}/${"n".repeat(60)}`;
    writeIn(folder, `in/${long}`, "long name\n");
    writeIn(folder, "in/d/run.sh", "#!/bin/sh\n");
    chmodSync(path.join(folder, "in/d/run.sh"), 0o4750);
    mkdirSync(path.join(folder, "in/empty"), { mode: 0o700 });
    chmodSync(path.join(folder, "in/empty"), 0o700);
    if (format !== "v7") writeIn(folder, "in/ümlaut", "ü\n");
    symlinkSync("d/run.sh", path.join(folder, "in/link"));
    spawnSync("ln", [path.join(folder, "in/d/run.sh"), path.join(folder, "in/same")]);
    const owners = ["--numeric-owner", "--owner=1000", "--group=70000", "--sort=name"];
    const args = ["-c", `--format=${format}`, ...owners, "-C", path.join(folder, "in"), "."];
    const archive = spawnSync("tar", args, { maxBuffer: 1 << 24 });
    assert.equal(archive.status, 0, archive.stderr.toString());
    const blob = (name: string) => gitBlobId(readFileSync(path.join(folder, "in", name)));
    const owner = "1000:70000";
    const run = `file 4750 ${owner} ${blob("d/run.sh")}`;
    const [first = "", second = null] = long.split("/");
    const expected = [
      `d directory 755 ${owner}`,
      `d/run.sh ${run}`,
      `empty directory 700 ${owner}`,
      `link symlink 777 ${owner} d/run.sh`,
      ...(second === null
        ? [`${first} file 644 ${owner} ${blob(long)}`]
        : [`${first} directory 755 ${owner}`, `${long} file 644 ${owner} ${blob(long)}`]),
      `same ${run}`,
      ...(format === "v7" ? [] : [`ümlaut file 644 ${owner} ${blob("ümlaut")}`]),
    ];
    const sorted = (lines: readonly string[]) => [...lines].sort();
    assert.deepEqual(sorted(await filesIn(t, archive.stdout)), sorted(expected));
    assert.deepEqual(sorted(await filesIn(t, gzipSync(archive.stdout))), sorted(expected));
  });
}

test("of two entries of one name the later counts, and folders become one", async (t) => {
  const bytes = tarArchive([
    { name: "d/", mode: 0o700 },
    { name: "d/f", data: Buffer.from("1") },
    { name: "d/", mode: 0o711 },
    { name: "d/f", data: Buffer.from("2") },
    { name: "x", link: "d" },
    { name: "x/", mode: 0o755 },
  ]);
  const two = gitBlobId(Buffer.from("2"));
  assert.deepEqual(await filesIn(t, bytes), [
    "d directory 711 0:0",
    `d/f file 644 0:0 ${two}`,
    "x directory 755 0:0",
  ]);
});

test("what is no tar is copied as it is", async (t) => {
  for (const bytes of [
    Buffer.from("text that is long enough\n".repeat(40)),
    Buffer.from("PK\x03\x04".repeat(300)),
    // An archive of nothing is none.
    tarArchive([]),
    gzipSync("a compressed log file\n"),
  ]) {
    const read = await found(t, bytes);
    assert.deepEqual(read, { kind: "known", value: { kind: "plain" } });
  }
});

test("a damaged archive fails the build somewhere", async (t) => {
  const tar = tarArchive([...small, { name: "g", data: Buffer.from("g") }]);
  assert.equal(await reasonFor(t, tar.subarray(0, 700)), "failed", "a file without its end");
  assert.equal(await reasonFor(t, gzipSync(tar).subarray(0, 60)), "failed", "cut off");
  tar.fill("?", 1024, 1100);
  assert.equal(await reasonFor(t, tar), "failed", "a header that is none");
});

test("where it would go through a link, or to a file that is not in it", async (t) => {
  const through = tarArchive([
    { name: "x", link: "/etc" },
    { name: "x/passwd", data: Buffer.from("root\n") },
  ]);
  assert.equal(await reasonFor(t, through), "unsupported");
  const outside = tarArchive([{ name: "s", link: "etc/shadow", isHardLink: true }]);
  assert.equal(await reasonFor(t, outside), "unsupported");
});

test("a path or a link that leads out of it fails the build, and brings nothing", async (t) => {
  assert.equal(await reasonFor(t, tarArchive([{ name: "../f", data: Buffer.from("") }])), "failed");
  assert.equal(await reasonFor(t, tarArchive([{ name: "d/l", link: "../../x" }])), "failed");
});

test("other formats are left to the builder", async (t) => {
  for (const start of ["BZh91AY", "\xfd7zXZ\0", "\x28\xb5\x2f\xfd"]) {
    const bytes = Buffer.concat([Buffer.from(start, "latin1"), Buffer.alloc(100)]);
    assert.equal(await reasonFor(t, bytes), "unsupported", start);
  }
});

test("a small file does not become a large one", async (t) => {
  const zeros = { name: "zeros", data: Buffer.alloc(1 << 20) };
  const bomb = gzipSync(tarArchive([zeros, zeros, zeros]));
  assert.ok(bomb.length < 10_000);
  const limits = { bytes: 2 << 20, entries: 10, names: 1 << 20 };
  assert.equal(await reasonFor(t, bomb, { limits }), "too-large");
  const many = tarArchive(Array.from({ length: 11 }, (_, at) => ({ name: `d${at}/` })));
  assert.equal(await reasonFor(t, many, { limits }), "too-large");
  const lying = tarArchive(small);
  lying.write("77777777777\0", 124);
  assert.notEqual((await found(t, lying)).kind, "pending", "it ends, whatever a header says");
});

test("names that a few bytes stand for, and folders that they go through, have an end", async (t) => {
  const deep = (names: number) => (_: unknown, n: number) => ({
    name: `r${n}/${"a/".repeat(names)}`,
  });
  const folders = gzipSync(tarArchive(Array.from({ length: 500 }, deep(2_000))));
  assert.ok(folders.length < 50_000, `${folders.length}`);
  assert.equal(await reasonFor(t, folders), "too-large");
  const one = tarArchive(Array.from({ length: 1 }, deep(300_000)));
  assert.equal(await reasonFor(t, one), "unsupported");
  const far = tarArchive([{ name: "l", link: "x".repeat(5_000) }]);
  assert.equal(await reasonFor(t, far), "unsupported");
});

test("other bytes than are meant say nothing", async (t) => {
  const identity = gitBlobId(Buffer.from("other"));
  assert.equal(await reasonFor(t, tarArchive(small), { identity }), "missing");
});

test("nobody waits for it any more", async (t) => {
  const read = await found(t, tarArchive(small), { cancel: { isCancelled: true } });
  assert.equal(read.kind, "pending");
});
