/** The command line's words, checked. A wrong word is a `UsageError` with one line that says what. */
import { existsSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { parsePlatform } from "../core/index.js";
import type { Builder } from "../core/instructions/kind.js";
import type { Platform } from "../core/instructions/scope.js";
import { hostPlatform } from "../host/platform.js";

/** Bad use or unreadable input: printed as one line, exit code 2. */
export class UsageError extends Error {}

export type Format = "text" | "json" | "markdown";

export interface BuildArguments {
  /** Absolute path. */
  readonly dockerfile: string;
  /** Absolute path. */
  readonly context: string;
  readonly target: string | null;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly platform: Platform;
  readonly builder: Builder;
  readonly against: string;
  /** Absolute path of the folder of simulated builds. */
  readonly state: string;
  readonly dryRun: boolean;
  readonly format: Format;
  readonly failOn: "error" | "warning" | "information" | "never";
}

export const buildOptions = `  --file, -f FILE        the Dockerfile (default: CONTEXT/Dockerfile)
  --target STAGE         build up to this stage
  --build-arg NAME=VALUE a build argument; NAME alone takes the environment's value
  --platform P           the platform of the build, such as linux/arm64
  --builder B            buildkit (default) or classic
  --against BASELINE     last (default) or empty
  --state DIR            where simulated builds are kept
  --format F             text (default), json or markdown
  --fail-on LEVEL        exit 1 for findings at or above: error (default), warning,
                         information; never: always exit 0`;

/** Reads the words that `simulate` and `explain` share. `cwd` and `env` are the process's. */
export function readBuildArguments(
  words: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): BuildArguments {
  const { values, positionals } = parse(words);
  const [contextText, extra] = positionals;
  if (contextText === undefined)
    throw new UsageError("CONTEXT is missing: name the folder of the build context");
  if (extra !== undefined) throw new UsageError(`one CONTEXT at a time: "${extra}" is too much`);
  const context = path.resolve(cwd, contextText);
  if (!existsSync(context)) throw new UsageError(`${contextText}: no such folder`);
  if (!statSync(context).isDirectory()) throw new UsageError(`${contextText}: not a folder`);
  return {
    dockerfile:
      values.file === undefined ? defaultDockerfile(context) : path.resolve(cwd, values.file),
    context,
    target: values.target === undefined || values.target === "" ? null : values.target,
    buildArgs: readAssignments(values["build-arg"] ?? [], env),
    platform: readPlatform(values.platform),
    builder: oneOf("--builder", values.builder ?? "buildkit", ["buildkit", "classic"]),
    against: oneOf("--against", values.against ?? "last", ["last", "empty"]),
    state: values.state === undefined ? defaultState(env) : path.resolve(cwd, values.state),
    dryRun: values["dry-run"] ?? false,
    format: oneOf("--format", values.format ?? "text", ["text", "json", "markdown"]),
    failOn: oneOf("--fail-on", values["fail-on"] ?? "error", [
      "error",
      "warning",
      "information",
      "never",
    ]),
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        file: { type: "string", short: "f" },
        target: { type: "string" },
        "build-arg": { type: "string", multiple: true },
        platform: { type: "string" },
        builder: { type: "string" },
        against: { type: "string" },
        state: { type: "string" },
        "dry-run": { type: "boolean" },
        format: { type: "string" },
        "fail-on": { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError(
      error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error),
    );
  }
}

/** `Dockerfile`, or `dockerfile` where only that is there, as both builders do. */
function defaultDockerfile(context: string): string {
  const usual = path.join(context, "Dockerfile");
  const lower = path.join(context, "dockerfile");
  return !existsSync(usual) && existsSync(lower) ? lower : usual;
}

function readAssignments(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const word of words) {
    const at = word.indexOf("=");
    const name = at < 0 ? word : word.slice(0, at);
    if (name === "") throw new UsageError(`--build-arg ${word}: the name is missing`);
    const value = at < 0 ? env[name] : word.slice(at + 1);
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

function readPlatform(text: string | undefined): Platform {
  if (text === undefined || text === "") return hostPlatform();
  const platform = parsePlatform(text);
  if (platform === null)
    throw new UsageError(`--platform ${text}: not a platform such as linux/arm64`);
  return platform;
}

function oneOf<T extends string>(name: string, value: string, known: readonly T[]): T {
  const found = known.find((word) => word === value);
  if (found === undefined)
    throw new UsageError(`${name} ${value}: choose one of ${known.join(", ")}`);
  return found;
}

/** Simulated builds of the command line are the user's, not the project's. */
function defaultState(env: NodeJS.ProcessEnv): string {
  const base =
    process.platform === "win32"
      ? (env["LOCALAPPDATA"] ?? path.join(os.homedir(), "AppData", "Local"))
      : (env["XDG_STATE_HOME"] ?? path.join(os.homedir(), ".local", "state"));
  return path.join(base, "stratacast");
}
