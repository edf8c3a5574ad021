/** The command line: finds the command and turns its outcome into an exit code. */
import { statSync } from "node:fs";
import path from "node:path";
import { nearest } from "../core/text/nearest.js";
import { printable } from "../core/text/surfaces.js";
import { version } from "../version.js";
import type { CliCommand, CliIo } from "./command.js";
import { simulate } from "./simulate.js";
import { FileForFolder, UsageError } from "./usageError.js";

/** All commands, in the order of the overview. */
export async function allCommands(): Promise<readonly CliCommand[]> {
  const { otherCommands } = await import("./otherCommands.js");
  return [simulate, ...otherCommands(command)];
}

/** The one that is called most starts without waiting for the rest. */
async function commandNamed(name: string): Promise<CliCommand | undefined> {
  if (name === simulate.name) return simulate;
  return (await allCommands()).find((known) => known.name === name);
}

/** Runs one command line; gives its exit code. */
export function main(words: readonly string[], io: CliIo): Promise<number> {
  // Names of files and arguments stand in errors too.
  return command(words, { ...io, error: (line) => io.error(printable(line)) });
}

async function command(words: readonly string[], io: CliIo): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined) {
    io.error("stratacast: name a command; stratacast --help lists them");
    return 2;
  }
  if (name === "--help" || name === "-h" || name === "help") {
    const about = await commandNamed(rest[0] ?? "");
    const { overviewOf, usageOf } = await import("./otherCommands.js");
    io.print(`${about === undefined ? overviewOf(await allCommands()) : usageOf(about)}\n`);
    return 0;
  }
  if (name === "--version" || name === "-V") {
    io.print(`stratacast ${version}\n`);
    return 0;
  }
  const named = await commandNamed(name);
  if (named === undefined) {
    io.error(`stratacast: there is no command "${name}"${await meantCommand(words, io)}`);
    return 2;
  }
  const end = rest.indexOf("--");
  const options = end < 0 ? rest : rest.slice(0, end);
  if (options.includes("--help") || options.includes("-h")) {
    io.print(`${(await import("./otherCommands.js")).usageOf(named)}\n`);
    return 0;
  }
  try {
    return await named.run(rest, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const meant = error instanceof FileForFolder ? withFile(words, error.file) : "";
    io.error(`stratacast ${name}: ${error.message}${meant}`);
    return 2;
  }
}

/** What was meant by a word that is no command: one that is like it, or the build of what it names. */
async function meantCommand(words: readonly string[], { cwd }: CliIo): Promise<string> {
  const [name = ""] = words;
  const near = nearest(
    name,
    (await allCommands()).map((known) => known.name),
  );
  if (near !== null) return `; did you mean "${near}"?`;
  const stat = statSync(path.resolve(cwd, name), { throwIfNoEntry: false });
  const call = [simulate.name, ...words];
  if (stat?.isDirectory() === true) return meantCall(call);
  return stat?.isFile() === true ? withFile(call, name) : "; stratacast --help lists them";
}

/** The same call with the Dockerfile where it belongs; none where another one is named. */
function withFile(words: readonly string[], file: string): string {
  if (words.some((word) => /^(?:-f|--file)/.test(word))) return "";
  return meantCall(
    words.flatMap((word) => (word === file ? ["-f", file, path.dirname(file)] : [word])),
  );
}

function meantCall(words: readonly string[]): string {
  const quoted = (word: string): string =>
    /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
  return `; did you mean stratacast ${words.map(quoted).join(" ")}?`;
}
