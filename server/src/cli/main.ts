/** The command line: finds the command and turns its outcome into an exit code. */
import { nearest } from "../core/text/nearest.js";
import { printable } from "../core/text/surfaces.js";
import { version } from "../version.js";
import { UsageError } from "./arguments.js";
import { builds } from "./builds.js";
import type { CliCommand, CliIo } from "./command.js";
import { compare } from "./compare.js";
import { context } from "./context.js";
import { explain } from "./explain.js";
import { lsp } from "./lsp.js";
import { record } from "./record.js";
import { run } from "./run.js";
import { simulate } from "./simulate.js";

/** In the order of the overview. */
export const commands: readonly CliCommand[] = [
  simulate,
  explain,
  run,
  builds,
  context,
  compare,
  record,
  lsp,
];

const overview = `stratacast COMMAND [options]

Shows what a Dockerfile does to the image and the build cache, without a build.

${commands.map(({ name, summary }) => `  ${name.padEnd(9)} ${summary}`).join("\n")}

stratacast COMMAND --help tells the options of a command, stratacast --version
the version.
Exit codes: 0 done, 1 findings (see --fail-on), 2 bad use or unreadable input.`;

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
    const about = commands.find((command) => command.name === rest[0]);
    io.print(`${about?.usage ?? overview}\n`);
    return 0;
  }
  if (name === "--version" || name === "-V") {
    io.print(`stratacast ${version}\n`);
    return 0;
  }
  const named = commands.find((known) => known.name === name);
  if (named === undefined) {
    const near = nearest(
      name,
      commands.map((known) => known.name),
    );
    const meant = near === null ? "" : `; did you mean "${near}"?`;
    io.error(
      `stratacast: there is no command "${name}"${meant || "; stratacast --help lists them"}`,
    );
    return 2;
  }
  const end = rest.indexOf("--");
  const options = end < 0 ? rest : rest.slice(0, end);
  if (options.includes("--help") || options.includes("-h")) {
    io.print(`${named.usage}\n`);
    return 0;
  }
  try {
    return await named.run(rest, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.error(`stratacast ${name}: ${error.message}`);
    return 2;
  }
}
