/**
 * A repository of somebody else, asked for a commit: none of the programs that it names is run,
 * nothing in it is written, and no other repository is taken for it.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { trackedFiles } from "../../../server/src/host/git.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { runCli } from "../cli/support/runCli.js";
import { type Repository, repositoryOf } from "./support/gitFolder.js";

const posixOnly = process.platform === "win32" ? { skip: "the canaries are shell scripts" } : {};

const project = {
  Dockerfile: "FROM alpine\nCOPY . /app\n",
  "a.txt": "a\n",
  "b.bin": "b\n",
} as const;

interface Canary {
  /** The command of a program that tells when it is run. */
  readonly command: string;
  /** Whether it was. */
  hasSung(): boolean;
}

/** A program outside the repository that leaves a file behind. */
function canary(t: TestContext): Canary {
  const folder = temporaryFolder(t);
  const sung = path.join(folder, "sung");
  const command = writeIn(folder, "canary.sh", `#!/bin/sh\ntouch ${sung}\ncat\n`);
  chmodSync(command, 0o755);
  return { command, hasSung: () => existsSync(sung) };
}

/** All that a comparison asks: with a file that is others, one that has gone, and one that is new. */
async function compare(t: TestContext, folder: string, ref = "HEAD") {
  const state = temporaryFolder(t);
  const words = ["simulate", "--state", state, "--dry-run", "--against", ref];
  await trackedFiles(folder);
  return runCli([...words, folder], { cwd: folder });
}

/** What stands in a folder, with the time of each file. */
function contentOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      const file = path.join(folder, name);
      const { mtimeMs, size } = lstatSync(file);
      return lstatSync(file).isFile() ? `${name} ${size} ${mtimeMs}` : name;
    });
}

const ways: Readonly<Record<string, (repository: Repository, command: string) => void>> = {
  "a file system monitor": ({ git }, command) => {
    git("config", "core.fsmonitor", command);
  },
  hooks({ git, folder }, command) {
    git("config", "core.hooksPath", path.join(folder, ".git/planted"));
    const names = ["post-index-change", "post-checkout", "reference-transaction", "pre-auto-gc"];
    for (const name of names) {
      for (const place of ["planted", "hooks"]) {
        const hook = writeIn(folder, `.git/${place}/${name}`, readFileSync(command, "utf8"));
        chmodSync(hook, 0o755);
      }
    }
  },
  "a clean and smudge filter": ({ git, folder }, command) => {
    writeIn(folder, ".git/info/attributes", "* filter=planted\n");
    git("config", "filter.planted.clean", command);
    git("config", "filter.planted.smudge", command);
    git("config", "filter.planted.required", "true");
  },
  "a filter process": ({ git, folder }, command) => {
    writeIn(folder, ".gitattributes", "* filter=planted\n");
    git("config", "filter.planted.process", command);
  },
  "a filter called lfs": ({ git, folder }, command) => {
    writeIn(folder, ".gitattributes", "* filter=lfs diff=lfs merge=lfs\n");
    git("config", "filter.lfs.clean", command);
    git("config", "filter.lfs.process", command);
  },
  "a text conversion for diffs": ({ git, folder }, command) => {
    writeIn(folder, ".gitattributes", "* diff=planted\n");
    git("config", "diff.planted.textconv", command);
    git("config", "diff.planted.command", command);
  },
  "an external diff": ({ git }, command) => {
    git("config", "diff.external", command);
    git("config", "diff.tool", "planted");
    git("config", "difftool.planted.cmd", command);
  },
  "a pager": ({ git }, command) => {
    git("config", "core.pager", command);
    for (const name of ["diff", "ls-tree", "ls-files", "rev-parse", "cat-file"]) {
      git("config", `pager.${name}`, command);
    }
  },
  "an editor and an askpass": ({ git }, command) => {
    git("config", "core.editor", command);
    git("config", "core.askPass", command);
  },
  aliases({ git }, command) {
    for (const name of ["ls-tree", "ls-files", "rev-parse", "cat-file", "check-attr"]) {
      git("config", `alias.${name}`, `!${command}`);
    }
  },
  "an include": ({ git, folder }, command) => {
    writeIn(folder, ".git/more", `[core]\n\tfsmonitor = ${command}\n\tpager = ${command}\n`);
    git("config", "include.path", "more");
  },
  "an include on a condition": ({ git, folder }, command) => {
    writeIn(folder, ".git/more", `[core]\n\tfsmonitor = ${command}\n\tsshCommand = ${command}\n`);
    git("config", `includeIf.gitdir:${folder}/.path`, "more");
  },
  "a promise that missing objects are fetched": ({ git, folder }, command) => {
    git("config", "core.repositoryFormatVersion", "1");
    git("config", "extensions.partialClone", "origin");
    git("config", "remote.origin.promisor", "true");
    git("config", "remote.origin.url", `ext::${command}`);
    git("config", "protocol.ext.allow", "always");
    const id = git("rev-parse", "HEAD:Dockerfile").trim();
    rmSync(path.join(folder, ".git/objects", id.slice(0, 2), id.slice(2)));
  },
  "a fetch over ssh": ({ git, folder }, command) => {
    git("config", "core.repositoryFormatVersion", "1");
    git("config", "extensions.partialClone", "origin");
    git("config", "remote.origin.url", "ssh://nowhere.invalid/repository");
    git("config", "remote.origin.uploadpack", command);
    git("config", "core.sshCommand", command);
    git("config", "core.gitProxy", command);
    git("config", "credential.helper", `!${command}`);
    const id = git("rev-parse", "HEAD:").trim();
    rmSync(path.join(folder, ".git/objects", id.slice(0, 2), id.slice(2)));
  },
  "a work tree elsewhere": ({ git, folder }, command) => {
    mkdirSync(path.join(folder, ".git/elsewhere"));
    git("config", "core.fsmonitor", command);
    git("config", "core.worktree", path.join(folder, ".git/elsewhere"));
  },
  "borrowed objects": ({ git, folder }, command) => {
    git("config", "core.alternateRefsCommand", command);
    git("config", "core.fsmonitor", command);
    const other = path.join(folder, ".git/borrowed");
    renameSync(path.join(folder, ".git/objects"), other);
    mkdirSync(path.join(folder, ".git/objects/info"), { recursive: true });
    writeIn(folder, ".git/objects/info/alternates", `${other}\n`);
  },
};

for (const [name, plant] of Object.entries(ways)) {
  test(`nothing of a repository is run: ${name}`, posixOnly, async (t) => {
    const repository = repositoryOf(t, project);
    const bird = canary(t);
    plant(repository, bird.command);
    writeIn(repository.folder, "a.txt", "another\n");
    rmSync(path.join(repository.folder, "b.bin"));
    writeIn(repository.folder, "c.txt", "new\n");
    const before = contentOf(path.join(repository.folder, ".git"));
    const run = await compare(t, repository.folder);
    assert.equal(bird.hasSung(), false, run.err.join("\n"));
    assert.deepEqual(contentOf(path.join(repository.folder, ".git")), before, "nothing is written");
  });
}

test("the canaries do sing for who asks git as usual", posixOnly, (t) => {
  for (const name of ["a file system monitor", "a clean and smudge filter", "an external diff"]) {
    const repository = repositoryOf(t, project);
    const bird = canary(t);
    ways[name]?.(repository, bird.command);
    writeIn(repository.folder, "a.txt", "another\n");
    repository.git("diff");
    assert.equal(bird.hasSung(), true, name);
  }
});

test(
  "what the environment names is not run, and no other repository is asked",
  posixOnly,
  async (t) => {
    const { folder } = repositoryOf(t, project);
    const other = repositoryOf(t, { Dockerfile: "FROM other\n" });
    const bird = canary(t);
    const planted: Readonly<Record<string, string>> = {
      GIT_DIR: path.join(other.folder, ".git"),
      GIT_WORK_TREE: other.folder,
      GIT_INDEX_FILE: path.join(other.folder, ".git/index"),
      GIT_OBJECT_DIRECTORY: path.join(other.folder, ".git/objects"),
      GIT_EXTERNAL_DIFF: bird.command,
      GIT_SSH_COMMAND: bird.command,
      GIT_ASKPASS: bird.command,
      GIT_PAGER: bird.command,
      GIT_TRACE: path.join(other.folder, "trace"),
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "core.fsmonitor",
      GIT_CONFIG_VALUE_0: bird.command,
    };
    withEnvironment(t, planted);
    const { code, err, out } = await compare(t, folder);
    assert.deepEqual([code, err], [0, []]);
    assert.match(out, /The only step is cached/);
    assert.equal(bird.hasSung(), false);
    assert.equal(existsSync(path.join(other.folder, "trace")), false);
  },
);

test(
  "a git that is planted in the repository or beside us is not started",
  posixOnly,
  async (t) => {
    const { folder } = repositoryOf(t, project);
    const bird = canary(t);
    const bin = path.join(folder, "node_modules/.bin");
    const link = path.join(temporaryFolder(t), "bin");
    symlinkSync(bin, link);
    for (const place of ["git", "node_modules/.bin/git"]) {
      chmodSync(writeIn(folder, place, readFileSync(bird.command)), 0o755);
    }
    const found = process.env["PATH"] ?? "";
    withEnvironment(t, { PATH: [".", "", folder, bin, link, found].join(path.delimiter) });
    const { code } = await compare(t, folder);
    assert.equal(code, 0);
    assert.equal(bird.hasSung(), false);
    withEnvironment(t, { PATH: [".", bin].join(path.delimiter) });
    const without = await compare(t, folder);
    assert.match(without.err[0] ?? "", /git is not installed$/);
    assert.equal(bird.hasSung(), false);
  },
);

test("a bare repository among the files is no repository", posixOnly, async (t) => {
  const { folder, git } = repositoryOf(t, { ...project, "sub/Dockerfile": "FROM alpine\n" });
  const bird = canary(t);
  cpSync(path.join(folder, ".git"), path.join(folder, "sub"), { recursive: true });
  const settings = `[core]\n\tbare = false\n\tworktree = ${folder}\n\tfsmonitor = ${bird.command}\n`;
  writeIn(folder, "sub/config", settings);
  git("add", "--force", ".");
  git("commit", "--quiet", "--message", "second");
  const { code } = await compare(t, path.join(folder, "sub"));
  assert.equal(code, 0, "it is compared with the repository that the folder is of");
  assert.equal(bird.hasSung(), false);
});

test("a repository that is not the work tree's own is not asked", posixOnly, async (t) => {
  const other = repositoryOf(t, project);
  const dotGit = path.join(other.folder, ".git");
  const cases: Readonly<Record<string, (folder: string) => void>> = {
    "a file that names it": (folder) => writeIn(folder, ".git", `gitdir: ${dotGit}\n`),
    "a link to it": (folder) => symlinkSync(dotGit, path.join(folder, ".git")),
    "what it shares": (folder) => {
      writeIn(folder, ".git/HEAD", "ref: refs/heads/main\n");
      writeIn(folder, ".git/commondir", `${dotGit}\n`);
    },
    "a pipe": (folder) => execFileSync("mkfifo", [path.join(folder, ".git")]),
  };
  for (const [name, plant] of Object.entries(cases)) {
    const folder = temporaryFolder(t, project);
    plant(folder);
    const { code, err } = await compare(t, folder);
    assert.equal(code, 2, name);
    assert.match(err[0] ?? "", /a \.git (?:of another work tree|that is no repository)/, name);
    assert.equal(await trackedFiles(folder), null, name);
  }
});

test("another work tree of the same repository and a submodule are their own", async (t) => {
  const { folder, git } = repositoryOf(t, project);
  const worktree = path.join(temporaryFolder(t), "second");
  git("worktree", "add", "--quiet", worktree);
  git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", folder, "inner");
  for (const place of [worktree, path.join(folder, "inner")]) {
    const { code, out, err } = await compare(t, place);
    assert.deepEqual([code, err], [0, []], place);
    assert.match(out, /The only step is cached/);
  }
});

const asRoot = process.getuid?.() === 0 ? {} : { skip: "only root can give files away" };

test(
  "a repository of another user is not asked, unless the user says it is safe",
  asRoot,
  async (t) => {
    const { folder } = repositoryOf(t, project);
    chownSync(path.join(folder, ".git"), 4711, 4711);
    const refused = await compare(t, folder);
    assert.equal(refused.code, 2);
    assert.match(refused.err[0] ?? "", /belongs to another user/);
    // What the repository says of itself does not count.
    writeFileSync(path.join(folder, ".git/config"), `[safe]\n\tdirectory = *\n`, { flag: "a" });
    assert.equal((await compare(t, folder)).code, 2);
    const home = temporaryFolder(t, { config: `[safe]\n\tdirectory = ${folder}\n` });
    withEnvironment(t, { GIT_CONFIG_GLOBAL: path.join(home, "config") });
    assert.equal((await compare(t, folder)).code, 0);
  },
);

test("a ref is a ref, whatever it looks like", async (t) => {
  const { folder } = repositoryOf(t, project);
  for (const ref of ["--all", "--git-dir=/", "HEAD\nHEAD", "@{-1}", ":/x", "--", "^HEAD"]) {
    const { code, err } = await compare(t, folder, ref);
    assert.deepEqual([code, err.length], [2, 1], ref);
  }
});

/** Sets variables until the test ends. */
function withEnvironment(t: TestContext, wanted: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(wanted)) {
    const before = process.env[name];
    process.env[name] = value;
    t.after(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
  }
}
