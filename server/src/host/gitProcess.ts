/**
 * Starts git so that nothing of the repository is run: the repository is named and not looked for,
 * what stands in the environment and in the user's settings is not handed on, and every setting that
 * names a program is overruled. Which ways there are: git, Documentation/config.txt.
 */
import { spawn } from "node:child_process";
import type { HostError, Result } from "../core/host.js";
import { findProgram, programFolders } from "./programs.js";

/** What is started, and on what. */
export interface GitCall {
  /** Absolute paths: of the work tree and of the repository of its own. */
  readonly top: string;
  readonly own: string;
  /** Where paths are relative to. Default: the top. */
  readonly folder?: string;
  readonly words: readonly string[];
  /** Settings of this call, laid over ours. */
  readonly settings?: readonly string[];
  readonly input?: string;
  /** Milliseconds. */
  readonly timeout: number;
}

/** An answer of more bytes is given up: no repository that somebody builds from gives it. */
const maxAnswer = 400_000_000;
/** Of what git complains about, in characters. */
const maxComplaint = 10_000;

/** So many run at a time, however many Dockerfiles are opened at once. */
const maxRunning = 4;
let running = 0;
const waiting: (() => void)[] = [];

/**
 * What git prints. Errors: `ENOGIT`, `EGIT` where git refuses, `ETIMEDOUT`, `EFBIG`; `message` is
 * git's own first line where it has one.
 */
export async function runGit(call: GitCall): Promise<Result<Buffer>> {
  if (running === maxRunning) await new Promise<void>((resume) => waiting.push(resume));
  else running++;
  try {
    return await start(call);
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}

function start(call: GitCall): Promise<Result<Buffer>> {
  const { top, own, words, settings = [], input = "", timeout } = call;
  const program = findProgram("git", process.env, [top]);
  if (program === null) return Promise.resolve(gitFailure("ENOGIT", top, "git is not installed"));
  const overruled = [...ourSettings, ...settings].flatMap((setting) => ["-c", setting]);
  return new Promise<Result<Buffer>>((resolve) => {
    const child = spawn(program, [...ourOptions, ...overruled, ...words], {
      cwd: call.folder ?? top,
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
      env: { ...ourEnvironment(top), GIT_DIR: own, GIT_WORK_TREE: top },
    });
    const out: Buffer[] = [];
    let length = 0;
    let complaint = "";
    const giveUp = (code: string, message: string): void => {
      child.kill("SIGKILL");
      resolve(gitFailure(code, top, message));
    };
    const timer = setTimeout(() => {
      giveUp("ETIMEDOUT", `git did not answer within ${timeout / 1000} s`);
    }, timeout);
    child.stdout.on("data", (data: Buffer) => {
      length += data.length;
      if (length > maxAnswer) giveUp("EFBIG", "git's answer is too large");
      else out.push(data);
    });
    child.stderr.on("data", (data: Buffer) => {
      if (complaint.length < maxComplaint) complaint += data.toString();
    });
    child.once("error", (error) => resolve(gitFailure("EGIT", top, error.message)));
    child.once("close", (code) => {
      clearTimeout(timer);
      if (code === 0) resolve({ ok: true, value: Buffer.concat(out) });
      else resolve(gitFailure("EGIT", top, complaint.trim().split("\n")[0] || `exit code ${code}`));
    });
    // A git that ends early closes the pipe; its own message says why.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input);
    // A folder that is a file is no event but a throw.
  }).catch((error: unknown) => gitFailure("EGIT", top, String(error)));
}

export function gitFailure(
  code: string,
  path: string,
  message: string,
): { readonly ok: false; readonly error: HostError } {
  return { ok: false, error: { code, path, message } };
}

/** Names of files are names, objects are those that are meant, and nothing is written by the way. */
const ourOptions = [
  "--no-pager",
  "--no-replace-objects",
  "--literal-pathspecs",
  "--no-optional-locks",
];

/** Git knows this name on every system. */
const nothing = "/dev/null";

const ourSettings = [
  "core.fsmonitor=false",
  `core.hooksPath=${nothing}`,
  `core.attributesFile=${nothing}`,
  "core.pager=cat",
  "core.untrackedCache=false",
  "core.sshCommand=false",
  "core.gitProxy=false",
  "core.alternateRefsCommand=false",
  "credential.helper=",
  "diff.external=",
  "protocol.allow=never",
  "gc.auto=0",
  "maintenance.auto=false",
  "safe.bareRepository=explicit",
];

/** Of what stands around us only what a program needs to run at all. */
function ourEnvironment(top: string): NodeJS.ProcessEnv {
  const kept = ["SystemRoot", "TEMP", "TMP", "TMPDIR"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    PATH: programFolders(process.env, [top]).join(process.platform === "win32" ? ";" : ":"),
    // Messages that we recognise.
    LC_ALL: "C",
    HOME: nothing,
    XDG_CONFIG_HOME: nothing,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_SYSTEM: nothing,
    GIT_CONFIG_GLOBAL: nothing,
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    // A clone that lacks objects would fetch them: older gits only hear that no way is allowed.
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "",
  };
}
