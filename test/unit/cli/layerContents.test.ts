/** `stratacast compare --contents`, `--find` and `--show`: the files in the layers of an image. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import * as zlib from "node:zlib";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { CompareJson } from "../../../server/src/core/documents/imageComparison.js";
import { type TarEntry, tarArchive } from "../../support/engine/tar.js";
import { archiveOf, imageLayout, type MadeLayer } from "../../support/imageLayout.js";
import { startRegistry, type TestRegistry } from "../../support/registryServer.js";
import { inRepository } from "../../support/repository.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

const isValid = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(
    readFileSync(inRepository("docs/schema/compare.schema.json"), "utf8").replaceAll(
      '"properties": {',
      '"additionalProperties": false, "properties": {',
    ),
  ) as object, // our own file
);

const dockerfile = `FROM base
COPY app /app
RUN chmod 600 /app/data && rm -rf /etc
RUN rm /app/data
`;

const bytes = (count: number): Buffer => Buffer.alloc(count, "x");

/** Of the base, the COPY, a chmod with a rm, a rm. */
const layers: readonly (readonly TarEntry[])[] = [
  [
    { name: "etc/" },
    { name: "etc/os-release", data: Buffer.from("NAME=base\n") },
    { name: "etc/opt/conf", data: bytes(90) },
  ],
  [
    { name: "app/" },
    { name: "app/data", data: bytes(1000), mode: 0o644 },
    { name: "app/main", data: Buffer.from("one\n") },
    { name: "app/same", link: "app/main", isHardLink: true },
    { name: "app/link", link: "/etc/passwd" },
  ],
  [
    { name: "app/" },
    { name: "app/data", data: bytes(1000), mode: 0o600 },
    { name: ".wh.etc", data: bytes(0) },
  ],
  [{ name: "app/" }, { name: "app/.wh.data", data: bytes(0) }],
];

const commands = [
  "ADD base / # buildkit",
  "COPY app /app # buildkit",
  "RUN /bin/sh -c chmod 600 /app/data && rm -rf /etc # buildkit",
  "RUN /bin/sh -c rm /app/data # buildkit",
];

function made(pack: (tar: Buffer, nth: number) => Buffer = (tar) => tar): readonly MadeLayer[] {
  return layers.map((entries, nth) => {
    return { command: commands[nth] ?? "", bytes: pack(tarArchive(entries), nth) };
  });
}

function withArchive(t: TestContext, image: readonly MadeLayer[]): string {
  const folder = temporaryFolder(t, { Dockerfile: dockerfile, "app/main": "one\n" });
  writeFileSync(path.join(folder, "image.tar"), archiveOf(imageLayout({}, image)));
  return folder;
}

async function run(folder: string, ...words: readonly string[]) {
  return runCli(["compare", "--platform", "linux/amd64", ...words], { cwd: folder });
}

async function json(folder: string, ...words: readonly string[]): Promise<CompareJson> {
  const { code, out, err } = await run(folder, "--format", "json", ...words);
  assert.equal(code, 0, err.join("\n"));
  const value: unknown = JSON.parse(out);
  assert.ok(isValid(value), JSON.stringify(isValid.errors, null, 2));
  return value as CompareJson; // the schema says so
}

const changesOf = ({ contents }: CompareJson) =>
  contents?.layers.map(({ changes }) =>
    changes.map(({ path: file, change, bytes: size, files }) => [change, file, size, files]),
  );

const expected = [
  [
    ["added", "etc", 0, 1],
    ["added", "etc/opt/conf", 90, 1],
    ["added", "etc/os-release", 10, 1],
  ],
  [
    ["added", "app", 0, 1],
    ["added", "app/data", 1000, 1],
    ["added", "app/link", 0, 1],
    ["added", "app/main", 4, 1],
    ["added", "app/same", 0, 1],
  ],
  [
    ["changed", "app/data", 1000, 1],
    ["removed", "etc", 100, 2],
  ],
  [["removed", "app/data", 1000, 1]],
];

test("each layer says what it adds, changes and removes, and the bytes in it for nothing, those of the base apart", async (t) => {
  const told = await json(withArchive(t, made()), "--contents", "image.tar");
  assert.deepEqual(changesOf(told), expected);
  // Both copies of data, each once; etc is the base's.
  assert.deepEqual(told.contents?.wasted, { own: 2000, base: 100 });
  assert.deepEqual(
    told.contents.layers.map(({ base, line, bytes: size, wasted }) => [base, line, size, wasted]),
    [
      [true, null, 100, 100],
      [false, 2, 1004, 1000],
      [false, 3, 1000, 1000],
      [false, 4, 0, 0],
    ],
  );
  assert.equal(told.contents.layers[2]?.changes[0]?.sameBytes, true);
  const { out } = await run(withArchive(t, made()), "--contents", "image.tar");
  assert.equal(
    out,
    `image.tar: 4 layers, 2.1 kB unpacked; 2 kB of it wasted, and 100 B of its base image.

layer 0  base image  100 B  100 B wasted  ADD base /
  2 files added, 100 B

layer 1  line 2  1 kB  1 kB wasted  COPY app /app
  4 files added, 1 kB
    + app/data  1 kB
    + app/main  4 B
    + app/link  0 B
    + app/same  0 B

layer 2  line 3  1 kB  1 kB wasted  RUN chmod 600 /app/data && rm -rf /etc
  1 file changed, 1 kB; 2 files removed, 100 B
    ~ app/data  1 kB, the same bytes again
    - etc/  2 files, 100 B

layer 3  line 4  0 B  RUN rm /app/data
  1 file removed, 1 kB
    - app/data  1 kB
`,
  );
});

test("a file is found across the layers, and printed as one of them has it", async (t) => {
  const folder = withArchive(t, made());
  const { found } = await json(folder, "--find", "/app/data", "image.tar");
  assert.deepEqual(
    found?.map(({ layer, line, change }) => [layer, line, change]),
    [
      [1, 2, "added"],
      [2, 3, "changed"],
      [3, 4, "removed"],
    ],
  );
  const gone = await run(folder, "--find", "etc/os-release", "image.tar");
  assert.equal(
    gone.out,
    "layer 0 (base image)  + etc/os-release  10 B\nlayer 2 (line 3)  - etc/  2 files, 100 B\n",
  );
  assert.match((await run(folder, "--find", "nowhere", "image.tar")).out, /has no nowhere in any/);
  const block = await run(folder, "--find", "app/main", "--format", "markdown", "image.tar");
  assert.equal(block.out, "```text\nlayer 1 (line 2)  + app/main  4 B\n```\n");
  assert.equal((await run(folder, "--show", "app/main", "image.tar")).out, "one\n");
  assert.equal((await run(folder, "--show", "/app/same", "image.tar")).out, "one\n");
  const removed = await run(folder, "--show", "etc/os-release", "image.tar");
  assert.deepEqual(removed.err, ["stratacast compare: image.tar has no file etc/os-release"]);
  const below = await run(folder, "--show", "etc/os-release", "--layer", "0", "image.tar");
  assert.equal(below.out, "NAME=base\n");
  const link = await run(folder, "--show", "app/link", "image.tar");
  assert.deepEqual([link.code, link.out], [2, ""]);
});

test("what comes again in the layer that empties its folder is changed, the rest of the folder removed", async (t) => {
  const folder = temporaryFolder(t);
  const image = [
    [
      { name: "d/a", data: bytes(10) },
      { name: "d/b/c", data: bytes(20) },
      { name: "d/b/e", data: bytes(40) },
      { name: "f", data: bytes(7) },
    ],
    // In this order, as some builders write it: the marks count for what is below alone.
    [
      { name: "d/" },
      { name: "d/b/" },
      { name: "d/b/c", data: bytes(21) },
      { name: "d/.wh..wh..opq", data: bytes(0) },
      { name: ".wh.f", data: bytes(0) },
      { name: "f/" },
      { name: "f/in", data: bytes(1) },
    ],
  ].map((entries) => ({ command: "RUN x", bytes: tarArchive(entries) }));
  writeFileSync(path.join(folder, "image.tar"), archiveOf(imageLayout({}, image)));
  const told = await json(folder, "--contents", "image.tar");
  assert.deepEqual(changesOf(told)?.[1], [
    ["removed", "d/a", 10, 1],
    ["changed", "d/b/c", 21, 1],
    ["removed", "d/b/e", 40, 1],
    ["changed", "f", 0, 1],
    ["added", "f/in", 1, 1],
  ]);
  assert.equal(told.build, null);
  assert.deepEqual(told.contents?.wasted, { own: 77, base: 0 });
});

/** \`tar c app | zstd -19\`, of app/words.txt with sixty lines and app/small. */
const zstdLayer =
  "KLUv/WQAJ80JAOJPKxeAbQMYu6CBMVU5TdCwJCkpqQDBgmQzSOjorRtr9v3e3s28q5qJjd0aY//u" +
  "3cy7qpnIyK0x9u/ezbyrmomL2xpj/+7dzLuqmaiorTH2797NvKuaiYnZGmP/7t3Mu6rACoykeB6y" +
  "nueKpnDWc8dbRYIYyy2DWbmKBUkUVdW3n/SEh3CYaGgapwDiPRMutbrZzJ4kTnmGpnHqMYyj1nLc" +
  "eyCleql+xUTV/aiGpnEBgIqoMbwoSQql9gywFRRKHSIIIHCsghMChuCEYAQh+PA8JDkHEAMa8uEt" +
  "yNWAE+LLHpdFjO3ba7jr3lm7/ruHt+2/NNu313DXvbN2/XcPb9uDl6TEVuVT+hH8BIHkXW0eJ1WN" +
  "HegNoXMAuf97qA9GDx1R9zygkDoHMLIAO9RvK/SNDlgAA2QWximSJtge";

test("layers are read plain, packed by gzip and packed by zstd, whatever they are called", async (t) => {
  const gzip = withArchive(
    t,
    made((tar, nth) =>
      nth === 1
        ? // Of several members, as it is packed in parallel.
          Buffer.concat([zlib.gzipSync(tar.subarray(0, 700)), zlib.gzipSync(tar.subarray(700))])
        : zlib.gzipSync(tar),
    ),
  );
  assert.deepEqual(changesOf(await json(gzip, "--contents", "image.tar")), expected);
  // In frames of blocks as they are, with one that is skipped, and the sum of none.
  const framed = (tar: Buffer): Buffer => {
    const frame = (part: Buffer): Buffer => {
      const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]);
      head.writeUInt32LE(part.length, 5);
      const block = Buffer.alloc(3);
      block.writeUIntLE((part.length << 3) | 1, 0, 3);
      return Buffer.concat([head, block, part]);
    };
    const skipped = Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
    return Buffer.concat([frame(tar.subarray(0, 999)), skipped, frame(tar.subarray(999)), skipped]);
  };
  const zstd = withArchive(t, made(framed));
  assert.deepEqual(changesOf(await json(zstd, "--contents", "image.tar")), expected);
  const real = { command: "COPY app /app", bytes: Buffer.from(zstdLayer, "base64") };
  const packed = withArchive(t, [real]);
  const { out } = await run(packed, "--show", "app/words.txt", "image.tar");
  const lines = Array.from({ length: 60 }, (_, nth) => nth + 1);
  assert.equal(
    out,
    lines.map((n) => `line ${n} of a file that repeats itself, line ${n}\n`).join(""),
  );
});

test("a layout, an older archive whose second copy is a link, and a registry give the same files", async (t) => {
  const folder = temporaryFolder(t);
  const image = imageLayout(
    {},
    made((tar) => zlib.gzipSync(tar)),
  );
  for (const [name, content] of image) {
    mkdirSync(path.dirname(path.join(folder, "layout", name)), { recursive: true });
    writeFileSync(path.join(folder, "layout", name), content);
  }
  assert.deepEqual(changesOf(await json(folder, "--contents", "layout")), expected);
  const layer = tarArchive([{ name: "a", data: bytes(5) }]);
  const config = { ...{ architecture: "amd64", os: "linux", config: {} }, history: [] };
  const text = JSON.stringify({
    ...config,
    rootfs: { type: "layers", diff_ids: [`sha256:${"1".repeat(64)}`, `sha256:${"1".repeat(64)}`] },
  });
  const saved = [{ Config: "c.json", Layers: ["one/layer.tar", "two/layer.tar"], RepoTags: null }];
  writeFileSync(
    path.join(folder, "old.tar"),
    tarArchive([
      { name: "c.json", data: Buffer.from(text) },
      { name: "one/layer.tar", data: layer },
      { name: "two/layer.tar", link: "../one/layer.tar" },
      { name: "manifest.json", data: Buffer.from(JSON.stringify(saved)) },
    ]),
  );
  const old = await json(folder, "--contents", "old.tar");
  assert.deepEqual(
    old.contents?.layers.map(({ bytes: size, wasted }) => [size, wasted]),
    [
      [5, 5],
      [5, 0],
    ],
  );
  const registry = await startRegistry(t);
  const asked = kept(registry, image);
  assert.deepEqual(changesOf(await json(folder, "--contents", asked)), expected);
  const shown = await run(folder, "--show", "app/main", asked);
  assert.equal(shown.out, "one\n");
  // A layer that is another one than the manifest says.
  const [, second] = [...image.keys()].filter((name) => name.startsWith("blobs/"));
  registry.instead = ({ path: where }, response) => {
    if (!where.includes("/blobs/") || blobName(where) !== second) return false;
    response.end("other bytes");
    return true;
  };
  const lied = await run(folder, "--contents", asked);
  assert.match(lied.err.join("\n"), /gives other bytes for sha256:/);
});

test("a large layer comes from a registry in parts, and as a whole from one that gives no parts", async (t) => {
  const folder = temporaryFolder(t);
  const large = bytes(40_000_000);
  const image = imageLayout({}, [
    { command: "COPY large /", bytes: tarArchive([{ name: "large", data: large }]) },
  ]);
  const registry = await startRegistry(t);
  const named = kept(registry, image);
  const sizes = (): readonly number[] =>
    registry.asked.flatMap(({ range }) => {
      const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
      return first === undefined ? [] : [Number(last) - Number(first) + 1];
    });
  const { contents } = await json(folder, "--contents", named);
  assert.deepEqual(
    contents?.layers.map((layer) => layer.bytes),
    [large.length],
  );
  const whole = sizes().reduce((sum, size) => sum + size, 0);
  assert.ok(whole > large.length && sizes().length === 3, sizes().join());
  assert.ok(Math.max(...sizes()) <= 16_000_000, "no more is held at once");

  const honest = registry.instead;
  registry.instead = ({ path: where, range }, response) => {
    const bytesOf = where.includes("/blobs/") ? (image.get(blobName(where)) ?? null) : null;
    if (range === "" || bytesOf === null) return false;
    response.writeHead(200).end(bytesOf);
    return true;
  };
  assert.deepEqual((await json(folder, "--contents", named)).contents, contents);

  registry.instead = ({ range }, response) => {
    if (!range.startsWith("bytes=16000000")) return false;
    response.writeHead(206, { "Content-Range": "bytes 0-9/10" }).end("ten bytes.");
    return true;
  };
  assert.match((await run(folder, "--contents", named)).err.join(), /gives other bytes for sha256/);
  registry.instead = ({ range }, response) => {
    if (!range.startsWith("bytes=16000000")) return false;
    response.writeHead(206).write("some");
    response.destroy();
    return true;
  };
  const cut = await run(folder, "--contents", named);
  assert.equal(cut.code, 2);
  assert.doesNotMatch(cut.err.join(), /damaged/, "the layer is none the worse for it");
  registry.instead = honest;
});

/** `sha256/…` of a path, as a layout has it. */
function blobName(where: string): string {
  return `blobs/${where.slice(where.lastIndexOf("/") + 1).replace(":", "/")}`;
}

/** Keeps the image of a layout in a registry; gives its name there. */
function kept(registry: TestRegistry, image: ReadonlyMap<string, string | Buffer>): string {
  for (const [name, content] of image) if (name.startsWith("blobs/")) registry.blob(content);
  const top = JSON.parse(String(image.get("index.json"))) as {
    manifests: { digest: string }[];
  }; // written by the test itself
  const name = `blobs/${top.manifests[0]?.digest.replace(":", "/")}`;
  registry.manifest(JSON.parse(String(image.get(name))) as object, "1"); // as above
  return `registry:${registry.host}/app:1`;
}

test("what a layer must not do, it does not: lead out, lie, never end, or be something else", async (t) => {
  const folder = temporaryFolder(t);
  const refused = async (layer: Buffer, why: RegExp) => {
    const image = [{ command: "RUN x", bytes: layer }];
    writeFileSync(path.join(folder, "image.tar"), archiveOf(imageLayout({}, image)));
    const { code, err } = await run(folder, "--contents", "image.tar");
    assert.equal(code, 2);
    assert.match(err.join("\n"), why);
    assert.equal(err.length, 1);
  };
  const tar = (entries: readonly TarEntry[]) => tarArchive(entries);
  await refused(tar([{ name: "../../etc/passwd", data: bytes(1) }]), /layer 0 is damaged/);
  await refused(tar([{ name: "a", link: "../x", isHardLink: true }]), /layer 0 is damaged/);
  await refused(Buffer.from("no archive at all"), /layer 0 is damaged/);
  await refused(zlib.gzipSync(tar([{ name: "a", data: bytes(9000) }])).subarray(0, 60), /damaged/);
  await refused(tar([{ name: "a", data: bytes(9000) }]).subarray(0, 5000), /damaged/);
  await refused(
    tar([{ name: `${"d/".repeat(40)}a`, data: bytes(1) }]).fill(0xff, 500, 520),
    /damaged/,
  );
  // A frame of zstd that wants two gigabytes of memory.
  const window = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 1, 0, 0]);
  await refused(window, /holds too much/);
  await refused(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa3, 0, 0, 0, 0, 0]), /not read here/);
  const files = imageLayout({}, [
    { command: "RUN x", bytes: tar([{ name: "a", data: bytes(1) }]) },
  ]);
  const [layer] = [...files.keys()].filter((name) => name.startsWith("blobs/"));
  const lying = new Map(files).set(layer ?? "", tar([{ name: "b", data: bytes(1) }]));
  writeFileSync(path.join(folder, "lies.tar"), archiveOf(lying));
  assert.match((await run(folder, "--contents", "lies.tar")).err.join(), /holds other bytes than/);
  const shown = await run(folder, "--show", "b", "--layer", "0", "lies.tar");
  assert.deepEqual([shown.code, shown.out], [2, ""]);
});

test("a link that leads out of a layout is not followed", {
  skip: process.platform === "win32",
}, async (t) => {
  const folder = temporaryFolder(t);
  const outside = temporaryFolder(t);
  const image = [{ command: "RUN x", bytes: tarArchive([{ name: "a", data: bytes(1) }]) }];
  for (const [name, content] of imageLayout({}, image)) {
    mkdirSync(path.join(folder, "layout", path.dirname(name)), { recursive: true });
    writeFileSync(path.join(folder, "layout", name), content);
  }
  assert.equal((await run(folder, "--contents", "layout")).code, 0);
  renameSync(path.join(folder, "layout/blobs"), path.join(outside, "blobs"));
  symlinkSync(path.join(outside, "blobs"), path.join(folder, "layout/blobs"));
  const { code, err } = await run(folder, "--contents", "layout");
  assert.equal(code, 2);
  assert.match(err.join("\n"), /is missing or something else/);
});

test("names of files are shown and never followed, run or taken for something else", async (t) => {
  const folder = temporaryFolder(t);
  const image = [
    {
      command: "RUN x",
      bytes: tarArchive([
        { name: "\u001b[31mred", data: bytes(1) },
        { name: "__proto__/constructor", data: bytes(2) },
        { name: "link", link: "../../../../etc/passwd" },
      ]),
    },
  ];
  writeFileSync(path.join(folder, "image.tar"), archiveOf(imageLayout({}, image)));
  const { out } = await run(folder, "--contents", "image.tar");
  assert.match(out, /\+ \\x1b\[31mred/);
  assert.match(out, /\+ __proto__\/constructor {2}2 B/);
  assert.equal((await run(folder, "--show", "link", "image.tar")).code, 2);
});
