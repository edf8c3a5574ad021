/** `stratacast plugin`: makes `docker stratacast` of the command line, and serves it. */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { hostError } from "../host/errors.js";
import { version } from "../version.js";
import type { CliCommand, CliIo } from "./command.js";
import { oneOf, readWords } from "./flags.js";
import { reasonIn } from "./places.js";
import { UsageError } from "./usageError.js";

const actions = ["install", "remove"] as const;

/** @param call runs the words of a command line */
export function pluginOf(
  call: (words: readonly string[], io: CliIo) => Promise<number>,
): CliCommand {
  return {
    name: "plugin",
    summary: "make docker stratacast of this program, or take it away again",
    forms: ["install|remove"],
    about:
      "install puts a plugin of the docker command into its folder (~/.docker/cli-plugins, or that of DOCKER_CONFIG), so that docker stratacast simulate . is stratacast simulate . and docker help lists it. On Linux and macOS.",
    flags: {},
    offers: actions,
    examples: ["stratacast plugin install", "docker stratacast simulate ."],
    async run(words, io) {
      // What the installed plugin calls: all behind `--` is docker's.
      if (words[0] === "call") return called(words.slice(2), io, call);
      const [action, extra] = readWords({}, words).others;
      if (action === undefined) throw new UsageError("install or remove?");
      if (extra !== undefined) throw new UsageError(`"${extra}" is too much`);
      const isInstalled = oneOf("action", action, actions) === "install";
      io.print(`${isInstalled ? install(io) : remove(io)}\n`);
      return 0;
    },
  };
}

/** Stands in the plugin, so that no other one is ever written over. */
const mark = "# docker stratacast, written by stratacast plugin install";

function install(io: CliIo): string {
  const { program } = io;
  if (process.platform === "win32")
    throw new UsageError("docker's plugins are programs on Windows: this is for Linux and macOS");
  if (program.includes(`${path.sep}_npx${path.sep}`))
    throw new UsageError(
      "npx keeps this program for a while only: npm install -g stratacast first",
    );
  const file = pluginFile(io);
  if (!isOurs(file, true)) throw new UsageError(`${file}: is another plugin`);
  const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
  const script = `#!/bin/sh\n${mark}\nexec ${quoted(process.execPath)} ${quoted(program)} plugin call -- "$@"\n`;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, script);
    chmodSync(file, 0o755);
  } catch (error) {
    throw new UsageError(`${file}: ${reasonIn(hostError(error, file), "cannot be written")}`);
  }
  return `docker stratacast is there now: ${file}`;
}

function remove(io: CliIo): string {
  const file = pluginFile(io);
  if (!isOurs(file, false)) throw new UsageError(`${file}: there is no plugin of ours`);
  rmSync(file);
  return `docker stratacast is gone: ${file}`;
}

function pluginFile({ env }: CliIo): string {
  const home = env["HOME"] ?? os.homedir();
  const folder = env["DOCKER_CONFIG"] || path.join(home, ".docker");
  return path.join(folder, "cli-plugins", "docker-stratacast");
}

/** @param absent what is said where there is none */
function isOurs(file: string, absent: boolean): boolean {
  try {
    return readFileSync(file, "utf8").includes(mark);
  } catch (error) {
    const failure = hostError(error, file);
    if (failure.code === "ENOENT") return absent;
    throw new UsageError(`${file}: ${reasonIn(failure, "no such file")}`);
  }
}

/**
 * What docker says to its plugins: it asks what they are, and then calls them with all of its own
 * words, those before their name included. Source: docker/cli, cli-plugins/metadata and manager.
 */
async function called(
  words: readonly string[],
  io: CliIo,
  call: (words: readonly string[], io: CliIo) => Promise<number>,
): Promise<number> {
  if (words[0] === "docker-cli-plugin-metadata") {
    const about = {
      SchemaVersion: "0.1.0",
      Vendor: "Stratacast",
      Version: `v${version}`,
      ShortDescription: "What a Dockerfile does to the image and the build cache, without a build",
    };
    io.print(`${JSON.stringify(about)}\n`);
    return 0;
  }
  const start = words.indexOf("stratacast");
  const before = words.slice(0, start);
  const own = words.slice(start + 1);
  const env = { ...io.env, ...dockerChoices(before) };
  const wanted = before.includes("help") || own.length === 0 ? ["--help", ...own] : own;
  return call(wanted, { ...io, env });
}

/** Docker's own flags before the plugin's name, as the variables that say the same. */
function dockerChoices(words: readonly string[]): Readonly<Record<string, string>> {
  const { values } = readWords(dockerFlags, words);
  const { config, context, host } = values;
  return {
    ...(config === undefined ? {} : { DOCKER_CONFIG: config }),
    ...(context === undefined ? {} : { DOCKER_CONTEXT: context }),
    ...(host === undefined ? {} : { DOCKER_HOST: host }),
  };
}

const dockerFlags = {
  config: { value: "DIR" },
  context: { short: "c", value: "NAME" },
  debug: { short: "D" },
  host: { short: "H", value: "HOST" },
  "log-level": { short: "l", value: "LEVEL" },
  tls: {},
  tlscacert: { value: "FILE" },
  tlscert: { value: "FILE" },
  tlskey: { value: "FILE" },
  tlsverify: {},
} as const;
