/** The words that say which build is meant, checked. A wrong word is a `UsageError` with one line that says what. */
import path from "node:path";
import { isBuilder } from "../core/build/builder.js";
import { rulesOf } from "../core/build/builderRules.js";
import {
  type BuilderVersion,
  parseBuilderVersion,
  usualVersion,
} from "../core/build/builderVersion.js";
import type { BuildDefinition } from "../core/build/definition.js";
import { type Platform, parsePlatform } from "../core/build/platform.js";
import { commandLineDefinition } from "../core/definitions/commandLine.js";
import { readAssignment } from "../core/text/assignment.js";
import { hostPlatform } from "../host/platform.js";
import { dockerFlags, meaninglessFlags, readBuildFlags, readNamedContexts } from "./buildFlags.js";
import { askDockerFlag } from "./buildsOf.js";
import type { CliIo } from "./command.js";
import { type Flag, type FlagValues, oneOf } from "./flags.js";
import { defaultDockerfile, readFolder } from "./places.js";
import { type ResolveArguments, readRegistries, resolveFlags, resolves } from "./resolve.js";
import { colorFlag, type Screen, screenOf } from "./terminal.js";
import { UsageError } from "./usageError.js";

export type Format = "text" | "json" | "markdown";

export const usualFormats = ["text", "json", "markdown"] as const satisfies readonly Format[];

/** @typeParam F the formats of the command */
export interface BuildArguments<F extends string = Format> extends ResolveArguments {
  /** An inline Dockerfile comes from stdin, which is not read here. */
  readonly definition: BuildDefinition;
  /** False: the definition is for the platform of this machine, or of the environment. */
  readonly saysPlatforms: boolean;
  /** The id or name of a build that files define; null: the words say all. */
  readonly build: string | null;
  /** Whether docker itself evaluates those files. */
  readonly askDocker: boolean;
  readonly format: F;
  readonly failOn: (typeof levels)[number];
  readonly screen: Screen;
}

const levels = ["error", "warning", "information", "never"] as const;

/** Those that say which build is meant, docker build's own among them. */
export const buildFlags = {
  build: {
    value: "ID",
    about:
      "a build that the files of CONTEXT define: see stratacast builds; the options below are laid over it",
  },
  ...askDockerFlag,
  file: {
    short: "f",
    value: "FILE",
    offers: "files",
    about: "the Dockerfile (default: CONTEXT/Dockerfile); -: from stdin",
  },
  target: { value: "STAGE", about: "build up to this stage (default: the last one)" },
  "build-arg": {
    value: "K=V",
    isRepeated: true,
    about: "a build argument; K alone takes the environment's value",
  },
  platform: {
    value: "P",
    isRepeated: true,
    offers: ["linux/amd64", "linux/arm64"],
    about:
      "the platforms of the build, such as linux/amd64,linux/arm64; of several, commands that tell of one image take the first",
  },
  builder: {
    value: "B",
    offers: ["buildkit", "classic"],
    about:
      "buildkit (default) or classic (that of DOCKER_BUILDKIT=0); the name of a builder of Docker's is BuildKit",
  },
  "builder-version": {
    value: "V",
    about: "of Docker or of BuildKit, such as 28.5 or 0.25",
  },
  ...dockerFlags,
  ...colorFlag,
} as const;

/** `--format`, of a command with these formats, the default first. */
export function formatFlag(
  formats: readonly string[],
): Flag & { readonly value: string; readonly isRepeated?: never } {
  const others = formats.slice(1);
  const last = others.pop();
  return {
    value: "F",
    offers: formats,
    about: `${formats[0]} (default)${others.map((one) => `, ${one}`).join("")} or ${last}`,
  };
}

export const failOnFlag = {
  "fail-on": {
    value: "LEVEL",
    offers: levels,
    about:
      "exit 1 for findings at or above: error (default), warning, information; never: always exit 0",
  },
} as const;

/** What the commands take that tell of one build; `format` is left to each. */
export const usualFlags = { ...buildFlags, ...resolveFlags, ...failOnFlag } as const;

type GivenFlags = FlagValues<typeof usualFlags> & { readonly format?: string | undefined };

/**
 * Reads what the words say of the build. Errors: `UsageError`.
 * @param formats the default first
 */
export function readBuildArguments<F extends string>(
  { values, others }: { readonly values: GivenFlags; readonly others: readonly string[] },
  io: CliIo,
  [usual, ...formats]: readonly [F, ...F[]],
): BuildArguments<F> {
  const ignored = meaninglessFlags(values);
  if (ignored.length > 0) io.error(`stratacast: without a meaning here: ${ignored.join(", ")}`);
  const resolve = oneOf("--resolve", values.resolve ?? "off", resolves);
  if (values.pull === true && resolve === "off")
    io.error("stratacast: --pull asks nobody here; --resolve registry looks base images up");
  return {
    build: values.build ?? null,
    saysPlatforms: values.platform !== undefined,
    askDocker: values["ask-docker"] ?? false,
    definition: readDefinition(values, others, io),
    format: oneOf("--format", values.format ?? usual, [usual, ...formats]),
    failOn: oneOf("--fail-on", values["fail-on"] ?? "error", levels),
    // A builder that pulls takes what the registry has, whatever its engine holds.
    resolve: values.pull === true && resolve === "engine" ? "registry" : resolve,
    screen: screenOf(values.color, io),
    registries: readRegistries(values["registry-mirror"] ?? [], values["insecure-registry"] ?? []),
  };
}

/** Errors: `UsageError`. */
function readDefinition(
  values: GivenFlags,
  [contextText = ".", extra]: readonly string[],
  { cwd, env }: CliIo,
): BuildDefinition {
  if (contextText === "") throw new UsageError("CONTEXT is empty: name the folder of the context");
  if (extra !== undefined) throw new UsageError(`one CONTEXT at a time: "${extra}" is too much`);
  const context = readFolder(contextText, cwd);
  // Every other name is one of Docker's builders, all of which are BuildKit.
  const usual = /^(?:0|f|false)$/i.test(env["DOCKER_BUILDKIT"] ?? "") ? "classic" : "";
  const { builder: named = usual } = values;
  const builder = isBuilder(named) ? named : "buildkit";
  if (!rulesOf(builder).takesNamedContexts && (values["build-context"] ?? []).length > 0)
    throw new UsageError("--build-context needs BuildKit");
  return commandLineDefinition({
    dockerfile: readDockerfile(values, context, cwd),
    context,
    stdinName: path.join(context, "-"),
    target: values.target === undefined || values.target === "" ? null : values.target,
    args: readAssignments(values["build-arg"] ?? [], env),
    platforms: readPlatforms(values.platform ?? [env["DOCKER_DEFAULT_PLATFORM"] ?? ""]),
    buildPlatform: hostPlatform(),
    builder,
    builderVersion: readBuilderVersion(values["builder-version"]),
    flags: readBuildFlags(values),
    contexts: readNamedContexts(values, (folder) => readFolder(folder, cwd)),
  });
}

/** null: it comes from stdin. Errors: `UsageError`. */
function readDockerfile({ file, build }: GivenFlags, context: string, cwd: string): string | null {
  if (file === undefined) return defaultDockerfile(context);
  if (file === "") throw new UsageError("--file needs the path of a Dockerfile");
  if (build !== undefined)
    throw new UsageError("--build says which Dockerfile it is: leave --file out");
  return file === "-" ? null : path.resolve(cwd, file);
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

/** Those of `--platform`, which also takes several in a word; at least one. Errors: `UsageError`. */
export function readPlatforms(
  words: readonly string[] | undefined = [],
): readonly [Platform, ...Platform[]] {
  const [first, ...others] = words
    .flatMap((word) => word.split(","))
    .filter((text) => text !== "")
    .map(readPlatform);
  return first === undefined ? [hostPlatform()] : [first, ...others];
}

function readPlatform(text: string): Platform {
  const platform = parsePlatform(text);
  if (platform !== null) return platform;
  throw new UsageError(`--platform ${text}: not a platform such as linux/arm64`);
}

function readBuilderVersion(text: string | undefined): BuilderVersion {
  if (text === undefined || text === "") return usualVersion;
  const version = parseBuilderVersion(text);
  if (version === null) {
    throw new UsageError(`--builder-version ${text}: not a version such as 28.5 or 0.25`);
  }
  return version;
}
