/**
 * What BuildKit told of a build, as a log or as its own record of it: which steps were cached, which
 * ran and for how long. Nothing of it is trusted. Names of steps hold the values of arguments: they
 * are looked at to see which step is meant, and are never kept.
 */
import { type LoggedVertex, readPlainLog } from "./plainLog.js";
import { readRawLog } from "./rawLog.js";

export type { LoggedOutcome } from "./plainLog.js";

/** A step of a stage, as the log has it. */
export interface LoggedStep extends Pick<LoggedVertex, "outcome" | "seconds"> {
  /** `linux/arm64`; null: the log names none, as where one platform is built. */
  readonly platform: string | null;
  /** What stands before the numbers besides: a bake target, the stage; in lower case. */
  readonly labels: readonly string[];
  /** Of its stage, from 1. */
  readonly number: number;
  /** How many the stage has. */
  readonly total: number;
  /** The instruction, values of variables put in. */
  readonly text: string;
}

export interface BuildLog {
  /** In the order in which the log first names them. */
  readonly steps: readonly LoggedStep[];
  /** When the build began, in milliseconds since the epoch; null: the log has no times. */
  readonly startedAt: number | null;
  /** True when a step failed. */
  readonly hasFailed: boolean;
}

/** So many steps are read: more than any Dockerfile has that is built on some platforms. */
const mostSteps = 20_000;

/**
 * Reads `--progress rawjson` and `--progress plain`, as files or as build servers keep them: with times
 * before each line, colours, or cut off. null: no step of a build is in it.
 */
export function readBuildLog(text: string): BuildLog | null {
  const isRaw = /^[^{#\n]*\{\s*"(?:vertexes|statuses|logs|warnings)"/m.test(text.slice(0, 100_000));
  const { vertexes, startedAt } = isRaw ? readRawLog(text) : readPlainLog(text);
  const steps: LoggedStep[] = [];
  for (const vertex of vertexes) {
    const step = stepOf(vertex);
    if (step !== null && steps.length < mostSteps) steps.push(step);
  }
  if (steps.length === 0) return null;
  const hasFailed = vertexes.some(({ outcome }) => outcome === "failed");
  return { steps, startedAt, hasFailed };
}

/** null: it is no step of a stage, such as the sending of files. */
function stepOf({ name, outcome, seconds }: LoggedVertex): LoggedStep | null {
  const found = /^\[([^\]]{0,300}?) ?\b(\d{1,5})\/(\d{1,5})\] (.*)$/s.exec(name);
  if (found === null) return null;
  const [, before = "", number, total, text = ""] = found;
  const words = before.toLowerCase().split(" ");
  const platform = words.find((word) => isPlatform.test(word)) ?? null;
  const labels = words.filter((word) => word !== "" && word !== "auxiliary" && word !== platform);
  return {
    platform,
    labels,
    text,
    outcome,
    seconds,
    number: Number(number),
    total: Number(total),
  };
}

/** As BuildKit formats them, emulation told behind an arrow: `linux/arm64`, `linux/amd64->arm64`. */
const isPlatform = /^(?:linux|windows|darwin|freebsd|wasi)\/\w+(?:\/\w+)?(?:->[\w/]+)?$/;
