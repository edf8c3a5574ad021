/** `stratacast compare`: images in archives and layouts beside a Dockerfile, and beside each other. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { CompareJson } from "../../../server/src/core/documents/imageComparison.js";
import { archiveOf, imageLayout, type MadeLayer } from "../../support/imageLayout.js";
import { startRegistry } from "../../support/registryServer.js";
import { inRepository } from "../../support/repository.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

const isValid = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(
  JSON.parse(
    readFileSync(inRepository("docs/schema/compare.schema.json"), "utf8").replaceAll(
      '"properties": {',
      '"additionalProperties": false, "properties": {',
    ),
  ) as object, // our own file
);

const dockerfile = `FROM scratch AS base
COPY a.txt /a.txt
FROM base
ARG WHERE=/srv
COPY b.txt $WHERE/
ENV MODE=fast
USER app
CMD ["serve"]
`;

const layers: readonly MadeLayer[] = [
  { command: "COPY a.txt /a.txt # buildkit", size: 2048 },
  { command: "COPY b.txt /srv/ # buildkit", size: 4096 },
];

const config = {
  Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "MODE=fast"],
  User: "app",
  Cmd: ["serve"],
  WorkingDir: "/",
};

function project(t: TestContext): string {
  return temporaryFolder(t, { Dockerfile: dockerfile, "a.txt": "12345", "b.txt": "1234567" });
}

async function compared(folder: string, ...words: readonly string[]): Promise<CompareJson> {
  const platform = ["--platform", "linux/amd64", "--format", "json"];
  const run = await runCli(["compare", ...platform, ...words], { cwd: folder });
  assert.equal(run.code, 0, run.err.join("\n"));
  const json: unknown = JSON.parse(run.out);
  assert.ok(isValid(json), JSON.stringify(isValid.errors, null, 2));
  return json as CompareJson; // the schema says so
}

test("an archive that the Dockerfile makes is alike, with real sizes beside predicted ones", async (t) => {
  const folder = project(t);
  writeFileSync(path.join(folder, "image.tar"), archiveOf(imageLayout(config, layers)));
  const { build, images, growth } = await compared(folder, "image.tar");
  assert.equal(growth, null);
  assert.equal(images[0]?.bytes, 6144);
  assert.deepEqual(build?.config, []);
  assert.equal(build.alike, true);
  assert.deepEqual(
    build.layers.map(({ line, likeness, predictedBytes, layer }) => [
      line,
      likeness,
      predictedBytes,
      layer?.bytes,
    ]),
    [
      [2, "same", 5, 2048],
      [5, "unsure", 7, 4096],
    ],
  );
});

test("what differs is named: a layer without a line, a line without a layer, the config", async (t) => {
  const folder = project(t);
  const other = [
    { command: "COPY a.txt /other.txt # buildkit", size: 2048 },
    { command: "RUN /bin/sh -c make # buildkit", size: 512 },
  ];
  const files = imageLayout({ ...config, User: "root", Labels: { a: "b" } }, other);
  for (const [name, text] of files) {
    mkdirSync(path.dirname(path.join(folder, "layout", name)), { recursive: true });
    writeFileSync(path.join(folder, "layout", name), text);
  }
  const { build } = await compared(folder, "layout/");
  assert.equal(build?.alike, false);
  assert.deepEqual(
    build.layers.map(({ line, likeness, layer }) => [line, likeness, layer?.command ?? null]),
    [
      [2, "other", "COPY a.txt /other.txt"],
      [5, null, null],
      [null, null, "RUN make"],
    ],
  );
  assert.deepEqual(build.config, [
    { field: "Label a", expected: null, found: '"b"' },
    { field: "User", expected: '"app"', found: '"root"' },
  ]);
  const { out } = await runCli(["compare", "--platform", "linux/amd64", "layout/"], {
    cwd: folder,
  });
  assert.match(out, /^layout\/ is not what this Dockerfile makes/);
  assert.match(out, /COPY b\.txt \$WHERE\/ {3}<- the image has no such layer/);
  assert.match(out, /User: "app" by the Dockerfile, "root" in the image/);
});

test("of two images what grew is told by layer and line, as Markdown too", async (t) => {
  const folder = project(t);
  writeFileSync(path.join(folder, "old.tar"), archiveOf(imageLayout(config, layers)));
  const grown = [layers[0], { command: layers[1]?.command ?? "", size: 9216 }] as const;
  writeFileSync(
    path.join(folder, "new.tar"),
    archiveOf(
      imageLayout(config, [
        ...grown.flatMap((layer) => layer ?? []),
        { command: "RUN /bin/sh -c npm ci # buildkit", size: 1024 },
      ]),
    ),
  );
  const { growth, build } = await compared(folder, "old.tar", "new.tar");
  assert.equal(build, null);
  assert.equal(growth?.bytes, 9216 - 4096 + 1024);
  assert.deepEqual(
    growth.layers.map(({ same, bytes }) => [same, bytes]),
    [
      [true, 0],
      [false, 5120],
      [false, 1024],
    ],
  );
  const words = ["compare", "--platform", "linux/amd64", "--format", "markdown"];
  const { out } = await runCli([...words, "old.tar", "new.tar", "."], { cwd: folder });
  assert.match(out, /^### The image grew by 6\.1 kB$/m);
  assert.match(out, /^\| `COPY b\.txt \/srv\/` \| 5 \| 4\.1 kB \| 9\.2 kB \| \+5\.1 kB \|$/m);
  assert.match(out, /^\| `RUN npm ci \(new\)` \| {2}\| {2}\| 1 kB \| \+1 kB \|$/m);
});

test("the history stands beside the lines that made it, and is told without an image too", async (t) => {
  const folder = project(t);
  writeFileSync(path.join(folder, "image.tar"), archiveOf(imageLayout(config, layers)));
  const rows = async (...words: readonly string[]) =>
    (await compared(folder, "--history", ...words)).history?.map(({ line, command, bytes }) => [
      line,
      command,
      bytes,
    ]);
  assert.deepEqual(await rows("image.tar"), [
    [8, "CMD x", 0],
    [5, "COPY b.txt /srv/ # buildkit", 4096],
    [2, "COPY a.txt /a.txt # buildkit", 2048],
  ]);
  assert.deepEqual(await rows(), [
    [8, 'CMD ["serve"]', 0],
    [7, "USER app", 0],
    [6, "ENV MODE=fast", 0],
    [5, "COPY b.txt /srv/ # buildkit", 7],
    [4, "ARG WHERE=/srv", 0],
    [2, "COPY a.txt /a.txt # buildkit", 5],
  ]);
  const { out } = await runCli(["compare", "--platform", "linux/amd64", "--history"], {
    cwd: folder,
  });
  assert.match(out, /^ +7 B +5 {2}COPY b\.txt \/srv\/ # buildkit$/m);
});

test("an older docker save and an image of a registry are read as well", async (t) => {
  const folder = project(t);
  const files = imageLayout(config, layers);
  const texts = [...files.values()].map(String);
  const configText = texts.find((text) => text.includes('"rootfs"')) ?? assert.fail("a config");
  const saved = new Map([
    ["abc.json", configText],
    ["1/layer.tar", "1".repeat(2048)],
    ["2/layer.tar", "2".repeat(3072)],
    [
      "manifest.json",
      JSON.stringify([
        { Config: "abc.json", RepoTags: ["app:1"], Layers: ["1/layer.tar", "2/layer.tar"] },
      ]),
    ],
  ]);
  writeFileSync(path.join(folder, "saved.tar"), archiveOf(saved));
  const { images, build } = await compared(folder, "saved.tar", ".");
  assert.deepEqual([images[0]?.bytes, build?.alike], [5120, true]);
  const registry = await startRegistry(t);
  registry.image({ Cmd: ["other"] }, "1");
  const told = await compared(folder, `registry:${registry.host}/app:1`);
  assert.equal(told.build?.alike, false);
  assert.equal(told.build.layers.at(-1)?.layer?.bytes, 1234);
});

test("what is no image, lies about its digest, leads out or never ends is one line", async (t) => {
  const folder = project(t);
  writeIn(folder, "text.tar", "no archive");
  const lying = new Map<string, string | Buffer>(imageLayout(config, layers));
  for (const [name, text] of lying)
    if (text.includes('"rootfs"')) lying.set(name, `${String(text)} `);
  writeFileSync(path.join(folder, "lying.tar"), archiveOf(lying));
  mkdirSync(path.join(folder, "out"));
  writeFileSync(path.join(folder, "out/oci-layout"), "{}");
  writeFileSync(
    path.join(folder, "out/manifest.json"),
    JSON.stringify([{ Config: "../Dockerfile", Layers: [] }]),
  );
  execFileSync("mkfifo", [path.join(folder, "pipe")]);
  for (const [name, words] of [
    ["text.tar", /is no archive of an image/],
    ["lying.tar", /is missing or something else/],
    ["out", /holds no image that can be read/],
    ["pipe", /is no archive of an image/],
    ["gone.tar", /no such file/i],
  ] as const) {
    const run = await runCli(["compare", name, "."], { cwd: folder });
    assert.equal(run.code, 2, name);
    assert.match(run.err.join("\n"), words);
    assert.equal(run.err.length, 1);
  }
});
