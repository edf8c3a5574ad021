/** The command line's words, checked. A wrong word is a `UsageError` with one line that says what. */
import { statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { type BaselineChoice, readBaseline } from "../core/analysis/baselineChoice.js";
import { builders, isBuilder } from "../core/build/builder.js";
import { rulesOf } from "../core/build/builderRules.js";
import {
  type BuilderVersion,
  parseBuilderVersion,
  usualVersion,
} from "../core/build/builderVersion.js";
import type { BuildDefinition } from "../core/build/definition.js";
import type { Platform } from "../core/build/platform.js";
import { parsePlatform } from "../core/build/platform.js";
import { commandLineDefinition } from "../core/definitions/commandLine.js";
import type { ContextDetail } from "../core/documents/contextTree.js";
import type { HostError } from "../core/host.js";
import { readAssignment } from "../core/text/assignment.js";
import { nearest } from "../core/text/nearest.js";
import { hostError } from "../host/errors.js";
import { nodeFileSystem } from "../host/nodeFileSystem.js";
import { hostPlatform } from "../host/platform.js";
import type { RegistrySettings } from "../host/registry/registry.js";
import {
  type FlagValues,
  flagOptions,
  flagUsage,
  meaninglessFlags,
  readBuildFlags,
  readNamedContexts,
} from "./buildFlags.js";
import type { CliIo } from "./command.js";
import {
  type ResolveArguments,
  readRegistries,
  resolveOptions,
  resolves,
  resolveUsage,
} from "./resolve.js";
import { UsageError } from "./usageError.js";

export { UsageError };

export type Format = "text" | "json" | "markdown";

/** @typeParam F the formats of the command */
export interface BuildArguments<F extends string = Format> extends ResolveArguments {
  /** An inline Dockerfile comes from stdin, which is not read here. */
  readonly definition: BuildDefinition;
  /** The id or name of a build that files define; null: the words say all. */
  readonly build: string | null;
  readonly format: F;
  readonly failOn: "error" | "warning" | "information" | "never";
}

export interface SimulateArguments extends BuildArguments {
  readonly against: BaselineChoice;
  /** Absolute path of the folder of simulated builds. */
  readonly state: string;
  readonly dryRun: boolean;
  /** Reads every file that the build takes, for BuildKit's own digests of them. */
  readonly exact: boolean;
}

/** Those that say which build is meant. */
export const sharedBuildOptions = `  --build ID         a build that the files of CONTEXT define: see stratacast
                     builds; the options below are laid over it
  -f, --file FILE    the Dockerfile (default: CONTEXT/Dockerfile); -: from stdin
  --target STAGE     build up to this stage (default: the last one)
  --build-arg K=V    a build argument; K alone takes the environment's value
  --platform P       the platform of the build, such as linux/arm64
  --builder B        buildkit (default) or classic
  --builder-version V
                     of Docker or of BuildKit, such as 28.5 or 0.25
${flagUsage}`;

export const sharedOptions = `${sharedBuildOptions}
${resolveUsage}
  --format F         text (default), json or markdown
  --fail-on LEVEL    exit 1 for findings at or above: error (default), warning,
                     information; never: always exit 0`;

const shared = {
  build: { type: "string" },
  file: { type: "string", short: "f" },
  target: { type: "string" },
  "build-arg": { type: "string", multiple: true },
  platform: { type: "string" },
  builder: { type: "string" },
  "builder-version": { type: "string" },
  format: { type: "string" },
  "fail-on": { type: "string" },
  ...flagOptions,
} as const;

const usualOptions = { ...shared, ...resolveOptions } as const;

const contextOptions = {
  ...shared,
  depth: { type: "string" },
  top: { type: "string" },
} as const;

const simulateOptions = {
  ...usualOptions,
  against: { type: "string" },
  state: { type: "string" },
  "dry-run": { type: "boolean" },
  exact: { type: "boolean" },
} as const;

const recordOptions = {
  ...shared,
  import: { type: "string" },
  "same-files": { type: "boolean" },
  state: { type: "string" },
} as const;

const usualFormats: readonly Format[] = ["text", "json", "markdown"];

/** Reads the words that the commands about one build share. Errors: `UsageError`. */
export function readBuildArguments(words: readonly string[], io: CliIo): BuildArguments {
  return readBuildArgumentsWith(words, io, usualFormats);
}

/** The same for a command with formats of its own, the default first. */
export function readBuildArgumentsWith<F extends string>(
  words: readonly string[],
  io: CliIo,
  formats: readonly F[],
): BuildArguments<F> {
  const { values, positionals } = parsed(
    () => parseArgs({ args: [...words], allowPositionals: true, options: usualOptions }),
    Object.keys(usualOptions),
  );
  return buildArguments(values, positionals, io, formats);
}

/** Reads the words of `simulate`. Errors: `UsageError`. */
export function readSimulateArguments(words: readonly string[], io: CliIo): SimulateArguments {
  const { values, positionals } = parsed(
    () => parseArgs({ args: [...words], allowPositionals: true, options: simulateOptions }),
    Object.keys(simulateOptions),
  );
  const against = values.against ?? "last";
  if (against === "" || against === "git:")
    throw new UsageError("--against needs last, recorded, empty, auto or a git ref");
  return {
    ...buildArguments(values, positionals, io, usualFormats),
    against: readBaseline(against),
    state: stateFolder(values.state, io),
    dryRun: values["dry-run"] ?? false,
    exact: values.exact ?? false,
  };
}

export interface ContextArguments extends BuildArguments<"text" | "json"> {
  readonly detail: ContextDetail;
}

/** Reads the words of `context`. Errors: `UsageError`. */
export function readContextArguments(words: readonly string[], io: CliIo): ContextArguments {
  const { values, positionals } = parsed(
    () => parseArgs({ args: [...words], allowPositionals: true, options: contextOptions }),
    Object.keys(contextOptions),
  );
  return {
    ...buildArguments(values, positionals, io, ["text", "json"]),
    detail: {
      depth: readCount("--depth", values.depth ?? "1"),
      top: readCount("--top", values.top ?? "20"),
    },
  };
}

function readCount(option: string, text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text))
    throw new UsageError(`${option} ${text}: not a whole number above 0`);
  return Number(text);
}

export interface RecordArguments extends BuildArguments<"text" | "json"> {
  /** As it is written: a file, `-` for stdin, `history`, `history:REF`; empty: none. */
  readonly log: string;
  /** True: the files are those of that build, whatever their times say. */
  readonly sameFiles: boolean;
  readonly state: string;
}

export interface CompareArguments {
  /** The images as they are written: one, or two. */
  readonly images: readonly string[];
  /** null: two images without a word of a Dockerfile. */
  readonly build: BuildArguments | null;
  readonly format: Format;
  readonly platform: Platform;
  readonly registries: RegistrySettings;
}

/**
 * Reads the words of `compare`. Errors: `UsageError`.
 * @param isImage whether a word names an image; the last one may be a folder to build in
 */
export function readCompareArguments(
  words: readonly string[],
  io: CliIo,
  isImage: (word: string) => boolean,
): CompareArguments {
  const { values, positionals } = parsed(
    () => parseArgs({ args: [...words], allowPositionals: true, options: usualOptions }),
    Object.keys(usualOptions),
  );
  const first = positionals.findIndex((word) => !isImage(word));
  const images = first < 0 ? positionals : positionals.slice(0, first);
  const contexts = first < 0 ? [] : positionals.slice(first);
  if (images.length === 0)
    throw new UsageError("IMAGE is missing: engine:REF, registry:REF, an archive or a layout");
  if (images.length > 2) throw new UsageError("two images at most are compared");
  const takesBuild = images.length === 1 || contexts.length > 0;
  const context = contexts.length === 0 ? ["."] : contexts;
  return {
    images,
    build: takesBuild ? buildArguments(values, context, io, usualFormats) : null,
    format: oneOf("--format", values.format ?? "text", usualFormats),
    platform: readPlatform(values.platform),
    registries: readRegistries(values["registry-mirror"] ?? [], values["insecure-registry"] ?? []),
  };
}

/** Reads the words of `record`. Errors: `UsageError`. */
export function readRecordArguments(words: readonly string[], io: CliIo): RecordArguments {
  const { values, positionals } = parsed(
    () => parseArgs({ args: [...words], allowPositionals: true, options: recordOptions }),
    Object.keys(recordOptions),
  );
  const { import: log = "" } = values;
  return {
    ...buildArguments(values, positionals, io, ["text", "json"]),
    log,
    sameFiles: values["same-files"] ?? false,
    state: stateFolder(values.state, io),
  };
}

interface SharedValues extends FlagValues, Readonly<Record<string, unknown>> {
  readonly build?: string | undefined;
  readonly file?: string | undefined;
  readonly target?: string | undefined;
  readonly "build-arg"?: readonly string[] | undefined;
  readonly platform?: string | undefined;
  readonly builder?: string | undefined;
  readonly "builder-version"?: string | undefined;
  readonly format?: string | undefined;
  readonly "fail-on"?: string | undefined;
  readonly resolve?: string | undefined;
  readonly "registry-mirror"?: readonly string[] | undefined;
  readonly "insecure-registry"?: readonly string[] | undefined;
}

function buildArguments<F extends string>(
  values: SharedValues,
  positionals: readonly string[],
  io: CliIo,
  formats: readonly F[],
): BuildArguments<F> {
  const { cwd, env } = io;
  const [contextText = values.build === undefined ? "" : ".", extra] = positionals;
  if (contextText === "") {
    throw new UsageError("CONTEXT is missing: name the folder of the build context");
  }
  if (extra !== undefined) throw new UsageError(`one CONTEXT at a time: "${extra}" is too much`);
  const meant = values.file === undefined ? meantByFile(contextText) : "";
  const context = readContext(contextText, cwd, meant);
  const { builder = "buildkit" } = values;
  const takesFolders = !isBuilder(builder) || rulesOf(builder).takesNamedContexts;
  if (!takesFolders && (values["build-context"] ?? []).length > 0) {
    throw new UsageError("--build-context needs BuildKit");
  }
  const ignored = meaninglessFlags(values);
  if (ignored.length > 0) io.error(`stratacast: without a meaning here: ${ignored.join(", ")}`);
  if (values.file === "") throw new UsageError("--file needs the path of a Dockerfile");
  if (values.build !== undefined && values.file !== undefined)
    throw new UsageError("--build says which Dockerfile it is: leave --file out");
  return {
    build: values.build ?? null,
    definition: commandLineDefinition({
      dockerfile:
        values.file === undefined
          ? defaultDockerfile(context)
          : values.file === "-"
            ? null
            : path.resolve(cwd, values.file),
      context,
      stdinName: path.join(context, "-"),
      target: values.target === undefined || values.target === "" ? null : values.target,
      args: readAssignments(values["build-arg"] ?? [], env),
      platform: readPlatform(values.platform),
      builder: oneOf("--builder", builder, builders),
      builderVersion: readBuilderVersion(values["builder-version"]),
      flags: readBuildFlags(values),
      contexts: readNamedContexts(values, (folder) => readContext(folder, cwd)),
    }),
    format: oneOf("--format", values.format ?? "text", formats),
    failOn: oneOf("--fail-on", values["fail-on"] ?? "error", [
      "error",
      "warning",
      "information",
      "never",
    ]),
    resolve: oneOf("--resolve", values.resolve ?? "off", resolves),
    registries: readRegistries(values["registry-mirror"] ?? [], values["insecure-registry"] ?? []),
  };
}

/**
 * Node's own sentence about a wrong option, without its advice for programmers.
 * @param names the options that there are
 */
export function parsed<T>(parse: () => T, names: readonly string[]): T {
  try {
    return parse();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const sentence = message.split(/\.? To specify|\n/)[0] ?? message;
    const [, option = ""] = /^Unknown option '--([\w-]+)'/.exec(message) ?? [];
    const near = nearest(option, names);
    throw new UsageError(near === null ? sentence : `${sentence}; did you mean --${near}?`);
  }
}

/** What a Dockerfile in the place of its context was meant to be. */
function meantByFile(file: string): string {
  const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text}'`);
  return `; did you mean -f ${quoted(file)} ${quoted(path.dirname(file))}?`;
}

/** @param meant what is added where it is a file */
function readContext(text: string, cwd: string, meant = ""): string {
  if (text === "-" || /^(?:https?|git|ssh):\/\//.test(text)) {
    throw new UsageError(`${text}: a context must be a folder on this machine`);
  }
  const context = path.resolve(cwd, text);
  try {
    if (statSync(context).isDirectory()) return context;
  } catch (error) {
    throw new UsageError(`${text}: ${reasonOf(error, "no such folder")}`);
  }
  throw new UsageError(`${text}: not a folder${meant}`);
}

/** Why a path cannot be read, in a few words. */
function reasonOf(error: unknown, absent: string): string {
  return reasonIn(hostError(error, ""), absent);
}

/** The same of a failure that is a value. */
export function reasonIn({ code, message }: HostError, absent: string): string {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return absent;
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "EISDIR":
      return "is a folder";
    case "EINVAL":
    case "ENXIO":
      return "not a regular file";
    case "ELOOP":
      return "is a loop of symbolic links";
    default:
      return message.split("\n")[0] ?? code;
  }
}

/** `Dockerfile`, or `dockerfile` where only that is there, as both builders do. */
function defaultDockerfile(context: string): string {
  const usual = path.join(context, "Dockerfile");
  const lower = path.join(context, "dockerfile");
  return !isThere(usual) && isThere(lower) ? lower : usual;
}

function isThere(file: string): boolean {
  const stat = nodeFileSystem().stat(file);
  // What cannot be looked at is there: reading it says why.
  return stat.ok || stat.error.code !== "ENOENT";
}

function readAssignments(
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const word of words) {
    const { name, value: given } = readAssignment(word);
    if (name === "") throw new UsageError(`--build-arg "${word}": the name is missing`);
    const value = given ?? env[name];
    // A name that the environment does not know is passed over, as docker does.
    if (value !== undefined) values.set(name, value);
  }
  return values;
}

function readPlatform(text: string | undefined): Platform {
  if (text === undefined || text === "") return hostPlatform();
  const platform = parsePlatform(text);
  if (platform === null) {
    throw new UsageError(`--platform ${text}: not a platform such as linux/arm64`);
  }
  return platform;
}

function readBuilderVersion(text: string | undefined): BuilderVersion {
  if (text === undefined || text === "") return usualVersion;
  const version = parseBuilderVersion(text);
  if (version === null) {
    throw new UsageError(`--builder-version ${text}: not a version such as 28.5 or 0.25`);
  }
  return version;
}

function oneOf<T extends string>(name: string, value: string, known: readonly T[]): T {
  const found = known.find((word) => word === value);
  if (found === undefined) {
    throw new UsageError(`${name} ${value}: choose one of ${known.join(", ")}`);
  }
  return found;
}

export function stateFolder(given: string | undefined, { cwd, env }: CliIo): string {
  return given === undefined ? defaultState(env) : path.resolve(cwd, given);
}

/** Builds that the command line keeps are the user's, not the project's. */
export function defaultState(env: NodeJS.ProcessEnv): string {
  const base =
    process.platform === "win32"
      ? (env["LOCALAPPDATA"] ?? path.join(os.homedir(), "AppData", "Local"))
      : (env["XDG_STATE_HOME"] ?? path.join(os.homedir(), ".local", "state"));
  return path.join(base, "stratacast");
}
