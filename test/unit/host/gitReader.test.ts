/** What git's index says of files: the blob that `git hash-object` gives, or nothing. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import type { TrackedFiles } from "../../../server/src/core/context/checkout.js";
import { trackedFiles } from "../../../server/src/host/git.js";
import { createGitReader } from "../../../server/src/host/gitReader.js";
import { nodeFileSystem } from "../../../server/src/host/nodeFileSystem.js";
import { createSlices } from "../../../server/src/host/slices.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { runs } from "../../support/thorough.js";
import {
  gitIn,
  knownBlobs,
  type Repository,
  repositoryOf,
  settleDown,
} from "./support/gitFolder.js";

const files = {
  "a.txt": "a\n",
  empty: "",
  "src/b.ts": "b\n",
  "src/deep/er/c.ts": "c\n",
  "src/tool.sh": "#!/bin/sh\n",
  "über/ß.txt": "d\n",
} as const;

const names = Object.keys(files).sort();

/** The files whose blob is known, once the index says that nothing changed in the last moments. */
async function known(repository: Repository): Promise<readonly string[]> {
  await settleDown();
  // Git looks again at what changed while the index was written, if the index is older than that.
  repository.git("update-index", "--refresh");
  repository.git("update-index", "--force-write-index");
  const blobs = await knownBlobs(repository.folder);
  for (const [name, isRight] of blobs) assert.ok(isRight, name);
  return [...blobs.keys()].sort();
}

for (const version of ["2", "4"]) {
  test(`every file of a clean checkout is known, with an index of version ${version}`, async (t) => {
    const repository = repositoryOf(t, files);
    repository.git("update-index", "--index-version", version);
    assert.deepEqual(await known(repository), names);
  });
}

test("a file that changed in any way is not known, and the others are", async (t) => {
  const repository = repositoryOf(t, files);
  await known(repository);
  const at = (name: string) => path.join(repository.folder, name);
  writeFileSync(at("a.txt"), "A\n");
  chmodSync(at("src/tool.sh"), 0o755);
  utimesSync(at("src/b.ts"), new Date(), new Date());
  renameSync(at("empty"), at("also empty"));
  assert.deepEqual(
    [...(await knownBlobs(repository.folder)).keys()],
    names.filter((name) => name.includes("c.ts") || name.includes("ß")),
  );
});

test("size and time alone do not make a file the one that git saw", async (t) => {
  const repository = repositoryOf(t, files);
  await known(repository);
  const file = path.join(repository.folder, "a.txt");
  const { atime, mtime } = lstatSync(file);
  writeFileSync(file, "b\n");
  utimesSync(file, atime, mtime);
  assert.equal((await knownBlobs(repository.folder)).has("a.txt"), false);
});

test("a file that was written just before the index is not known", async (t) => {
  const repository = repositoryOf(t, files);
  await known(repository);
  const { mtimeMs } = lstatSync(path.join(repository.folder, "a.txt"));
  for (const [later, isKnown] of [
    [20, false],
    [2000, true],
  ] as const) {
    const written = new Date(mtimeMs + later);
    utimesSync(path.join(repository.folder, ".git/index"), written, written);
    assert.equal((await knownBlobs(repository.folder)).has("a.txt"), isKnown);
  }
});

test("what git was told to overlook, what it only means to add, and a conflict are not known", async (t) => {
  const repository = repositoryOf(t, files);
  const { folder, git } = repository;
  git("checkout", "--quiet", "-b", "other");
  writeIn(folder, "a.txt", "theirs\n");
  git("commit", "--quiet", "--all", "--message", "theirs");
  git("checkout", "--quiet", "main");
  writeIn(folder, "a.txt", "ours\n");
  git("commit", "--quiet", "--all", "--message", "ours");
  git("merge", "--quiet", "other");
  git("update-index", "--assume-unchanged", "src/b.ts");
  git("update-index", "--skip-worktree", "src/tool.sh");
  writeIn(folder, "meant.txt", "");
  git("add", "--intent-to-add", "meant.txt");
  assert.match(git("ls-files", "--unmerged"), /a\.txt/);
  assert.deepEqual(await known(repository), ["empty", "src/deep/er/c.ts", "über/ß.txt"]);
});

const converting: Readonly<Record<string, (folder: string) => void>> = {
  "line ends by an attribute": (folder) => writeIn(folder, ".gitattributes", "*.txt text=auto\n"),
  "line ends by a pattern with folders": (folder) =>
    writeIn(folder, ".gitattributes", "/a.txt eol=crlf\nüber/** text\n"),
  keywords: (folder) => writeIn(folder, ".gitattributes", "?.TXT ident\nß.txt ident\n"),
  "a filter in a quoted pattern": (folder) =>
    writeIn(folder, ".gitattributes", '"\\141.txt" filter=lfs -text\n'),
  "an encoding through a macro": (folder) =>
    writeIn(
      folder,
      ".gitattributes",
      "*.txt wide\n[attr]wide utf16\n[attr]utf16 working-tree-encoding=UTF-16\n",
    ),
  "the repository's own attributes": (folder) =>
    writeIn(folder, ".git/info/attributes", "*.txt text\n"),
  "attributes that a setting names": (folder) => {
    writeIn(folder, "own/attributes", "*.txt text\n");
    gitIn(folder)("config", "core.attributesFile", "~/own/attributes");
  },
};

for (const [what, convert] of Object.entries(converting)) {
  test(`files that a checkout may change are not known: ${what}`, async (t) => {
    const repository = repositoryOf(t, files);
    convert(repository.folder);
    // A file may have been checked out by what the attributes said before they were written.
    await settleDown();
    for (const name of names) touch(repository, name);
    const found = await known(repository);
    assert.deepEqual(
      found.filter((name) => name.endsWith(".txt")),
      [],
    );
    if (!what.includes("quoted")) assert.ok(found.includes("src/b.ts"), found.join());
  });
}

test("attributes that change no bytes, or say so of files, leave everything known", async (t) => {
  const attributes = "*.txt diff=words -text !eol\n*.sh binary export-ignore\n# *.ts text\n";
  const repository = repositoryOf(t, { ...files, ".gitattributes": attributes });
  await settleDown();
  for (const name of names) touch(repository, name);
  assert.deepEqual(await known(repository), [".gitattributes", ...names].sort());
});

test("files are not known that were checked out before their attributes changed", async (t) => {
  const repository = repositoryOf(t, { ...files, ".gitattributes": "a.txt eol=crlf\n" });
  const { folder, git } = repository;
  rmSync(path.join(folder, "a.txt"));
  git("checkout", "--quiet", "a.txt");
  assert.equal(readFileSync(path.join(folder, "a.txt"), "utf8"), "a\r\n");
  writeIn(folder, ".gitattributes", "a.txt -text\n");
  git("commit", "--quiet", "--all", "--message", "as they are");
  assert.equal(git("status", "--porcelain"), "", "git looks no closer either");
  assert.equal((await known(repository)).includes("a.txt"), false);
});

test("attributes that git tracks and the disk lacks hold all the same", async (t) => {
  const repository = repositoryOf(t, { ...files, "src/.gitattributes": "* text\n" });
  rmSync(path.join(repository.folder, "src/.gitattributes"));
  assert.deepEqual(
    await known(repository),
    names.filter((name) => !name.startsWith("src/")),
  );
});

const unread: Readonly<Record<string, (repository: Repository) => void>> = {
  "a split index": ({ git }) => git("update-index", "--split-index"),
  "a sparse index": ({ git }) => git("sparse-checkout", "set", "--cone", "--sparse-index", "über"),
  "line ends turned by a setting": ({ git }) => git("config", "core.autocrlf", "input"),
  "a setting in a file that is included on some condition": ({ folder, git }) => {
    writeIn(folder, "own.config", '# by hand\n[core] autocrlf = "true" ; yes\n');
    git("config", "includeIf.gitdir:/nowhere/.path", path.join(folder, "own.config"));
  },
  "settings that cannot be read": ({ folder }) =>
    appendFileSync(path.join(folder, ".git/config"), "[core\n"),
  "an extension of the repository that is not known": ({ folder }) =>
    appendFileSync(path.join(folder, ".git/config"), "[extensions]\n\tnew = true\n"),
  "a work tree elsewhere": ({ git }) => git("config", "core.worktree", "/"),
  "an index that is cut off": ({ folder }) => {
    const index = path.join(folder, ".git/index");
    const bytes = readFileSync(index);
    writeFileSync(index, bytes.subarray(0, bytes.length / 2));
  },
  "an index that is a folder": ({ folder }) => {
    rmSync(path.join(folder, ".git/index"));
    mkdirSync(path.join(folder, ".git/index"));
  },
  "no repository": ({ folder }) => rmSync(path.join(folder, ".git"), { recursive: true }),
};

for (const [what, change] of Object.entries(unread)) {
  test(`nothing is known with ${what}`, async (t) => {
    const repository = repositoryOf(t, files);
    await known(repository);
    change(repository);
    assert.deepEqual([...(await knownBlobs(repository.folder)).keys()], []);
  });
}

test("a repository with other hashes is not read", async (t) => {
  const repository = repositoryOf(t, files, "--object-format=sha256");
  assert.deepEqual(await known(repository), []);
});

test("a folder of a repository, another work tree and a submodule are known by their own index", async (t) => {
  const inner = repositoryOf(t, files);
  const outer = repositoryOf(t, files);
  outer.git("submodule", "add", "--quiet", inner.folder, "lib/inner");
  outer.git("commit", "--quiet", "--message", "with a submodule");
  const place = path.join(temporaryFolder(t), "tree");
  outer.git("worktree", "add", "--quiet", "-b", "other", place);
  const submodule = { folder: path.join(outer.folder, "lib/inner"), git: inner.git };
  const module = gitIn(submodule.folder);
  module("update-index", "--force-write-index");
  assert.deepEqual(await known({ ...submodule, git: module }), names);
  const all = await known(outer);
  assert.deepEqual(
    all.filter((name) => name.startsWith("lib/")),
    names.map((name) => `lib/inner/${name}`),
  );
  assert.deepEqual(
    await known({ folder: place, git: gitIn(place) }),
    [".gitmodules", ...names].sort(),
  );
  const below = { folder: path.join(outer.folder, "src"), git: outer.git };
  assert.deepEqual(await known(below), ["b.ts", "deep/er/c.ts", "tool.sh"]);
});

/** Gives a file a time in another second: git, as it is mostly built, sees no other differences. */
function touch({ folder }: Repository, name: string): void {
  const earlier = new Date(Date.now() - 10_000);
  utimesSync(path.join(folder, name), earlier, earlier);
}

/** By folder and name, true for what may be executed. */
function modesOf(tracked: TrackedFiles | null) {
  return [...(tracked ?? [])].map(([folder, names]) => [
    folder,
    [...names.keys()].map((name) => [name, names.get(name)]),
  ]);
}

test("what git tracks in a folder is what git lists there", async (t) => {
  const repository = repositoryOf(t, files);
  const { folder, git } = repository;
  git("update-index", "--chmod=+x", "src/tool.sh");
  symlinkSync("a.txt", path.join(folder, "src/link"));
  writeIn(folder, "src/untracked", "");
  git("add", "src/link");
  const reader = createGitReader(nodeFileSystem(), { home: folder, env: {} });
  const slices = createSlices(undefined);
  for (const place of ["", "src", "src/deep", "über"]) {
    const inside = path.join(folder, place);
    const [read, told] = [await reader.tracked(inside, slices), await trackedFiles(inside)];
    assert.deepEqual(modesOf(read), modesOf(told), place);
  }
  git("update-index", "--split-index");
  assert.equal(await reader.tracked(folder, slices), null, "git has to be asked");
  assert.deepEqual(
    [...((await trackedFiles(folder))?.keys() ?? [])],
    ["", "src", "src/deep/er", "über"],
  );
});

const someName = fc.constantFrom("a", "b", "d/a", "d/e/b", "d/.gitattributes", ".gitattributes");
const someText = fc.constantFrom("", "1\n", "2\n", "3\r\n", "* text\n", "a -text\n", "$Id$\n");

type Step =
  | { readonly kind: "write" | "write in secret"; readonly name: string; readonly text: string }
  | { readonly kind: "touch" | "chmod" | "remove"; readonly name: string }
  | { readonly kind: "rename"; readonly name: string; readonly to: string }
  | { readonly kind: "git"; readonly words: readonly string[] };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("write" as const), name: someName, text: someText }),
  },
  fc.record({ kind: fc.constant("write in secret" as const), name: someName, text: someText }),
  fc.record({
    kind: fc.constantFrom("touch" as const, "chmod" as const, "remove" as const),
    name: someName,
  }),
  fc.record({ kind: fc.constant("rename" as const), name: someName, to: someName }),
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("git" as const),
      words: fc.constantFrom(
        ["add", "--all"],
        ["commit", "--quiet", "--all", "--allow-empty", "--message", "next"],
        ["checkout", "--quiet", "-B", "side"],
        ["checkout", "--quiet", "-f", "main"],
        ["checkout", "--quiet", "--", "."],
        ["reset", "--quiet", "--hard"],
        ["reset", "--quiet", "HEAD~1"],
        ["status", "--porcelain"],
        ["update-index", "--refresh"],
        ["update-index", "--index-version", "4"],
        ["update-index", "--index-version", "2"],
        ["update-index", "--assume-unchanged", "a"],
        ["update-index", "--skip-worktree", "b"],
        ["rm", "--quiet", "--cached", "b"],
      ),
    }),
  },
);

test("whatever happens to files and index: the blob that a file holds, or nothing", async (t) => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(step, fc.boolean()), { minLength: 1, maxLength: 12 }),
      async (steps) => {
        const repository = repositoryOf(t, { a: "1\n", b: "2\n", "d/a": "1\n", "d/e/b": "1\n" });
        for (const [happening, isSlow] of steps) {
          if (isSlow) await settleDown();
          happen(repository, happening);
          found += await wrongOrKnown(repository);
        }
        await settleDown();
        repository.git("status");
        found += await wrongOrKnown(repository);
      },
    ),
    { numRuns: runs(150) },
  );
  assert.ok(found > 0, "nothing was ever known");
});

async function wrongOrKnown({ folder }: Repository): Promise<number> {
  const blobs = await knownBlobs(folder);
  for (const [name, isRight] of blobs) assert.ok(isRight, name);
  return blobs.size;
}

function happen({ folder, git }: Repository, happening: Step): void {
  const file = path.join(folder, "name" in happening ? happening.name : "");
  if (happening.kind !== "write" && !existsSync(file)) return;
  switch (happening.kind) {
    case "git":
      git(...happening.words);
      return;
    case "write":
      writeIn(folder, happening.name, happening.text);
      return;
    case "write in secret": {
      const { atime, mtime } = lstatSync(file);
      writeFileSync(file, happening.text);
      utimesSync(file, atime, mtime);
      return;
    }
    case "touch":
      utimesSync(file, new Date(), new Date());
      return;
    case "chmod":
      chmodSync(file, lstatSync(file).mode ^ 0o100);
      return;
    case "remove":
      rmSync(file);
      return;
    case "rename":
      mkdirSync(path.dirname(path.join(folder, happening.to)), { recursive: true });
      renameSync(file, path.join(folder, happening.to));
  }
}
