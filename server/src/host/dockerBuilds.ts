/**
 * Docker's own program: a build that somebody asks for, and what the builder keeps of builds that were
 * made. It is found by an absolute path, never inside of what is looked at, and is started without a shell.
 */
import { spawn } from "node:child_process";
import { type BuildLog, readBuildLog } from "../core/records/buildLog.js";
import { askProgram } from "./askProgram.js";

/** Of a log so much is kept, in bytes; the rest passes through. */
const mostLog = 200_000_000;

interface MadeBuildRun {
  /** As the shell has it: 128 and the signal where one ended it; null: it could not be started. */
  readonly code: number | null;
  readonly log: string;
}

/**
 * Runs a command as it is written, its log passing through: on a pipe docker writes it as lines.
 * @param pass takes what it writes to stderr
 */
export function runBuild(
  [program = "", ...words]: readonly string[],
  {
    cwd,
    env,
    pass,
  }: {
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    readonly pass: (chunk: Buffer) => void;
  },
): Promise<MadeBuildRun> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { cwd, env, stdio: ["inherit", "inherit", "pipe"] });
    // The build hears Ctrl-C too, and ends; then we do.
    const ignore = (): void => undefined;
    process.on("SIGINT", ignore);
    const end = (code: number | null): void => {
      process.off("SIGINT", ignore);
      resolve({ code, log: Buffer.concat(kept).toString("utf8") });
    };
    const kept: Buffer[] = [];
    let length = 0;
    child.stderr?.on("data", (chunk: Buffer) => {
      pass(chunk);
      length += chunk.length;
      if (length <= mostLog) kept.push(chunk);
    });
    child.once("error", () => end(null));
    child.once("close", (code, signal) => end(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
}

/** What of this machine is asked, and how. */
interface DockerAsk {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folders in which no program is looked for: what is in them may be anybody's. */
  readonly untrusted: readonly string[];
}

/** One of the builds that the builder keeps. */
interface KeptBuild {
  readonly ref: string;
  /** When it began, in milliseconds since the epoch; null: not told. */
  readonly at: number | null;
}

/** Only of so many builds the logs are asked for. */
const mostBuilds = 20;

/**
 * Looks for a build among those that the default builder keeps, the newest first.
 * @param ref of the only one that is meant; null: any
 * @param fit gives null for a build that is not the one
 */
export async function findKeptBuild<M>(
  ref: string | null,
  ask: DockerAsk,
  fit: (log: BuildLog, at: number) => M | null,
): Promise<M | "no docker" | "none"> {
  const builds = ref === null ? await keptBuilds(ask) : [{ ref, at: null }];
  if (builds === null) return "no docker";
  for (const { ref: id, at } of builds) {
    const text = await keptLog(id, ask);
    const log = text === null ? null : readBuildLog(text);
    const found = log === null ? null : fit(log, log.startedAt ?? at ?? Date.now());
    if (found !== null) return found;
  }
  return "none";
}

/** null: docker does not tell. */
async function keptBuilds(ask: DockerAsk): Promise<readonly KeptBuild[] | null> {
  const answer = await askDocker(["buildx", "history", "ls", "--format", "json"], ask);
  if (answer === null) return null;
  return answer.out
    .split("\n")
    .flatMap(keptBuild)
    .sort((a, b) => (b.at ?? 0) - (a.at ?? 0))
    .slice(0, mostBuilds);
}

/** The log of one of them as rawjson; null: docker does not give it. */
async function keptLog(ref: string, ask: DockerAsk): Promise<string | null> {
  if (!isRef(ref)) return null;
  const words = ["buildx", "history", "logs", "--progress", "rawjson", ref];
  // It stands on stderr, as that of a build does.
  return (await askDocker(words, ask))?.err ?? null;
}

/** An id as the builder gives them, or `^1` for the last but one. */
export function isRef(ref: string): boolean {
  return /^(?:[a-z0-9]{1,64}|\^\d{1,4})$/.test(ref);
}

function keptBuild(line: string): readonly KeptBuild[] {
  try {
    const told: unknown = JSON.parse(line);
    if (typeof told !== "object" || told === null) return [];
    const { ref, created_at: created } = told as Record<string, unknown>; // read by type below
    const id = typeof ref === "string" ? (ref.split("/").at(-1) ?? "") : "";
    const at = typeof created === "string" ? Date.parse(created) : Number.NaN;
    return isRef(id) ? [{ ref: id, at: Number.isNaN(at) ? null : at }] : [];
  } catch {
    return [];
  }
}

/** null: docker is not there, refuses, or takes too long. */
async function askDocker(
  words: readonly string[],
  ask: DockerAsk,
): Promise<{ readonly out: string; readonly err: string } | null> {
  const question = { words, timeout: 10_000, maxAnswer: 100_000_000 };
  const answer = await askProgram("docker", question, ask);
  if (answer === null) return null;
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
  return { out: text(answer.out), err: text(answer.err) };
}
