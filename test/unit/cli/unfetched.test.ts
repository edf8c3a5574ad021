/** What a checkout has in the place of files that git fetches apart. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { gitIn } from "../host/support/gitFolder.js";
import { runCli } from "./support/runCli.js";

const pointer = `version https://git-lfs.github.com/spec/v1
oid sha256:${"a".repeat(64)}
size 12345
`;

const dockerfile = `FROM alpine
COPY app/model.bin app/weights/ /m/
COPY app/notes.txt /n/
COPY . /all/
COPY lib/vendor /vendor/
`;

/** A checkout in which nothing was fetched apart; its index knows the files. */
function checkout(t: TestContext, files: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder(t, {
    Dockerfile: dockerfile,
    ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n*.txt text\n",
    ".gitmodules": '[submodule "v"]\n\tpath = lib/vendor\n\turl = https://example.com/v.git\n',
    "app/model.bin": pointer,
    "app/weights/a.bin": pointer,
    "app/weights/b.bin": pointer,
    "app/notes.txt": pointer,
    "lib/x": "x\n",
    ...files,
  });
  mkdirSync(path.join(folder, "lib/vendor"));
  const git = gitIn(folder);
  git("init", "--quiet");
  git("-c", "filter.lfs.clean=cat", "-c", "filter.lfs.required=false", "add", "--all");
  const state = temporaryFolder(t);
  return {
    folder,
    async findings(context = ".") {
      const words = ["simulate", "--state", state, "--format", "json", context];
      const { code, out } = await runCli(words, { cwd: folder });
      const json = JSON.parse(out) as SimulationJson; // the schema's test says so
      assert.equal(code, 0, "no error");
      return json.findings
        .filter(({ severity }) => severity === "warning")
        .map(({ line, message }) => `${line} ${message.slice(0, message.indexOf(":"))}`);
    },
  };
}

test("a pointer of Git LFS and an empty submodule are warned of where a step takes them", async (t) => {
  const { folder, findings } = checkout(t);
  const lfs = "app/model.bin, app/weights/a.bin, app/weights/b.bin are pointers of Git LFS";
  const empty = "lib/vendor is a submodule of git that is not checked out";
  assert.deepEqual(await findings(), [
    "2 app/model.bin is a pointer of Git LFS",
    "2 app/weights/a.bin, app/weights/b.bin are pointers of Git LFS",
    `4 ${lfs}`,
    `4 ${empty}`,
    `5 ${empty}`,
  ]);
  // Once they are fetched nothing is to be said.
  for (const name of ["model", "weights/a", "weights/b"])
    writeIn(folder, `app/${name}.bin`, "the bytes themselves\n");
  writeIn(folder, "lib/vendor/a.h", "1\n");
  assert.deepEqual(await findings(), []);
});

test("what the ignore file hides is not taken, and a context below the top has its own paths", async (t) => {
  const hidden = checkout(t, {
    Dockerfile: "FROM alpine\nCOPY . /all/\n",
    ".dockerignore": "app/model.bin\nlib\n",
  });
  assert.deepEqual(await hidden.findings(), [
    "2 app/weights/a.bin, app/weights/b.bin are pointers of Git LFS",
  ]);
  const below = checkout(t, { "app/Dockerfile": "FROM alpine\nCOPY weights /w/\n" });
  assert.deepEqual(await below.findings("app"), [
    "2 weights/a.bin, weights/b.bin are pointers of Git LFS",
  ]);
});

test("outside of a repository, and without a rule that names LFS, such a text is a file as others", async (t) => {
  const { findings } = checkout(t, {
    ".gitattributes": "*.txt text\n",
    ".gitmodules": "",
  });
  assert.deepEqual(await findings(), []);
});
