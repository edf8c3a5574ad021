/**
 * Git's plumbing, read only: what a commit holds, without a checkout. Nothing here writes to the
 * repository, asks for a password or uses the network.
 */
import { spawn } from "node:child_process";
import type { TrackedFiles } from "../core/context/checkout.js";
import type { HostError, Result } from "../core/host.js";
import { baseName, parentPath } from "../core/text/paths.js";

/** One entry of a commit's tree. Paths are relative to the folder that was asked for. */
export interface GitEntry {
  readonly path: string;
  readonly kind: "file" | "symlink" | "submodule";
  readonly isExecutable: boolean;
  /** The blob's id; a submodule's commit. */
  readonly id: string;
  /** Bytes. */
  readonly size: number;
}

export interface GitRepository {
  /** Absolute path of the top folder, links resolved. */
  readonly root: string;
  /** The full id of the commit that a ref names. Errors: `ENOREF`. */
  commit(ref: string): Promise<Result<string>>;
  /** Everything at and below a folder of the commit; `folder` relative to the root, "" is the root. */
  list(commit: string, folder: string): Promise<Result<readonly GitEntry[]>>;
  /** A file's bytes; null: the commit has no file there. `path` relative to the root. */
  read(commit: string, path: string): Promise<Result<Buffer | null>>;
  /**
   * Tracked files at and below `folder` whose present state on disk differs from the commit's, as
   * git sees it: line ends and filters do not count. Paths are relative to `folder`.
   */
  changed(commit: string, folder: string): Promise<Result<ReadonlySet<string>>>;
  /** Bytes of blobs, by id. */
  blobs(ids: readonly string[]): Promise<Result<ReadonlyMap<string, Buffer>>>;
}

/**
 * The regular files that git tracks in a folder, asked of git itself, for an index that is not read
 * here (see `gitReader.ts`); null: it is in no repository, or git cannot say.
 * Only the index is read, and none of the programs that a repository can name is run.
 */
export async function trackedFiles(folder: string): Promise<TrackedFiles | null> {
  const words = ["-c", "core.fsmonitor=false", "ls-files", "--stage", "-z"];
  const listed = await git(folder, words, { timeout: trackedFilesTimeout });
  if (!listed.ok) return null;
  const tracked = new Map<string, Map<string, boolean>>();
  for (const line of text(listed.value).split("\0")) {
    const [, mode, path] = /^(\d+) [0-9a-f]+ \d\t(.+)$/s.exec(line) ?? [];
    if (path === undefined || mode?.startsWith("100") !== true) continue;
    const inFolder = tracked.get(parentPath(path)) ?? new Map<string, boolean>();
    tracked.set(parentPath(path), inFolder.set(baseName(path), mode === "100755"));
  }
  return tracked;
}

/** The lenses wait for it: a git that hangs, on a lost network disk, is given up. Milliseconds. */
const trackedFilesTimeout = 5_000;

/** Opens the repository that a folder lies in. Errors: `ENOREPO`, `ENOGIT`, `EGIT`. */
export async function openGit(folder: string): Promise<Result<GitRepository>> {
  const top = await git(folder, ["rev-parse", "--show-toplevel"]);
  if (!top.ok) {
    const isOutside = top.error.code === "EGIT" && /not a git repository/i.test(top.error.message);
    return isOutside
      ? failure("ENOREPO", folder, "is not in a git repository")
      : { ok: false, error: top.error };
  }
  const root = text(top.value).replace(/\n$/, "");
  return { ok: true, value: gitRepository(root) };
}

/** A repository by its top folder, as `openGit` gave it. */
export function gitRepository(root: string): GitRepository {
  return {
    root,
    async commit(ref) {
      const found = await git(root, [
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        `${ref}^{commit}`,
      ]);
      if (found.ok) return { ok: true, value: text(found.value).trim() };
      return found.error.code === "EGIT"
        ? failure("ENOREF", root, `git knows no commit "${ref}"`)
        : found;
    },
    async list(commit, folder) {
      const listed = await git(root, ["ls-tree", "-r", "-z", "-l", `${commit}:${folder}`]);
      return listed.ok ? { ok: true, value: readEntries(text(listed.value)) } : listed;
    },
    async read(commit, path) {
      const answer = await blobsOf(root, [`${commit}:${path}`]);
      return answer.ok ? { ok: true, value: answer.value[0] ?? null } : answer;
    },
    async changed(commit, folder) {
      const words = ["diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", commit];
      const place = folder === "" ? [] : [`--relative=${folder}`];
      const listed = await git(root, [...words, ...place, "--"]);
      if (!listed.ok) return listed;
      return { ok: true, value: new Set(text(listed.value).split("\0").filter(Boolean)) };
    },
    async blobs(ids) {
      const answer = await blobsOf(root, ids);
      if (!answer.ok) return answer;
      const pairs = ids.flatMap((id, n): (readonly [string, Buffer])[] => {
        const bytes = answer.value[n];
        return bytes == null ? [] : [[id, bytes]];
      });
      return { ok: true, value: new Map(pairs) };
    },
  };
}

/** `MODE TYPE ID SIZE\tPATH`, each ended by a NUL. */
function readEntries(listing: string): readonly GitEntry[] {
  return listing.split("\0").flatMap((line): readonly GitEntry[] => {
    const tab = line.indexOf("\t");
    const [mode = "", , id = "", size = ""] = line.slice(0, tab).split(/ +/);
    if (tab < 0) return [];
    const kind = mode === "160000" ? "submodule" : mode === "120000" ? "symlink" : "file";
    return [
      {
        path: line.slice(tab + 1),
        kind,
        isExecutable: mode === "100755",
        id,
        size: Number(size) || 0,
      },
    ];
  });
}

/** The blobs of these names, in their order; null: there is none of that name. */
async function blobsOf(
  root: string,
  names: readonly string[],
): Promise<Result<readonly (Buffer | null)[]>> {
  if (names.length === 0) return { ok: true, value: [] };
  // A line break would make two names of one: no file with it is a Dockerfile or a link's target.
  if (names.some((name) => name.includes("\n"))) {
    return failure("EGIT", root, "a path with a line break cannot be asked for");
  }
  const answer = await git(root, ["cat-file", "--batch"], { input: `${names.join("\n")}\n` });
  if (!answer.ok) return answer;
  const bytes = answer.value;
  const blobs: (Buffer | null)[] = [];
  for (let at = 0; at < bytes.length && blobs.length < names.length; ) {
    const end = bytes.indexOf(10, at);
    const header = text(bytes.subarray(at, end));
    const size = / (blob|tree|commit|tag) (\d+)$/.exec(header);
    at = end + 1;
    if (size === null) {
      blobs.push(null);
      continue;
    }
    const length = Number(size[2]);
    blobs.push(size[1] === "blob" ? bytes.subarray(at, at + length) : null);
    at += length + 1;
  }
  return { ok: true, value: blobs };
}

interface GitCall {
  readonly input?: string;
  /** Milliseconds; 0: none. */
  readonly timeout?: number;
}

/** So many run at a time, however many Dockerfiles are opened at once. */
const maxRunning = 4;
let running = 0;
const waiting: (() => void)[] = [];

async function git(
  cwd: string,
  words: readonly string[],
  call: GitCall = {},
): Promise<Result<Buffer>> {
  if (running === maxRunning) await new Promise<void>((resume) => waiting.push(resume));
  else running++;
  try {
    return await runGit(cwd, words, call);
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

function runGit(
  cwd: string,
  words: readonly string[],
  { input = "", timeout = 0 }: GitCall,
): Promise<Result<Buffer>> {
  return new Promise<Result<Buffer>>((resolve) => {
    const child = spawn("git", words, {
      cwd,
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
      timeout,
      env: {
        ...process.env,
        // Messages that we recognise, no lock files, no questions, nothing fetched.
        LC_ALL: "C",
        GIT_OPTIONAL_LOCKS: "0",
        GIT_TERMINAL_PROMPT: "0",
        GIT_NO_LAZY_FETCH: "1",
      },
    });
    const out: Buffer[] = [];
    let problem = "";
    child.stdout.on("data", (data: Buffer) => out.push(data));
    child.stderr.on("data", (data: Buffer) => {
      problem += data.toString();
    });
    child.once("error", (error: NodeJS.ErrnoException) => {
      resolve(
        error.code === "ENOENT"
          ? failure("ENOGIT", cwd, "git is not installed")
          : failure("EGIT", cwd, error.message),
      );
    });
    child.once("close", (code) => {
      if (code === 0) resolve({ ok: true, value: Buffer.concat(out) });
      else resolve(failure("EGIT", cwd, problem.trim().split("\n")[0] || `git ended with ${code}`));
    });
    // A git that ends early closes the pipe; its own message says why.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    // A folder that is a file is no event but a throw.
  }).catch((error: unknown) => failure("EGIT", cwd, String(error)));
}

function text(bytes: Buffer): string {
  return bytes.toString("utf8");
}

function failure(code: string, path: string, message: string): { ok: false; error: HostError } {
  return { ok: false, error: { code, path, message } };
}
