/** The command line: finds the command and turns its outcome into an exit code. */
import { UsageError } from "./arguments.js";
import type { CliCommand, CliIo } from "./command.js";
import { simulate } from "./simulate.js";

const commands: readonly CliCommand[] = [simulate];

const overview = `stratacast COMMAND [options]

Shows what a Dockerfile does to the image and to the build cache, without a build.

${commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join("\n")}

stratacast COMMAND --help tells the options of a command.`;

/** Runs one command line; gives its exit code. */
export async function main(words: readonly string[], io: CliIo): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    io.print(`${overview}\n`);
    return name === undefined ? 2 : 0;
  }
  const command = commands.find((known) => known.name === name);
  if (command === undefined) {
    io.error(`stratacast: there is no command "${name}"; stratacast --help lists them`);
    return 2;
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    io.print(`${command.usage}\n`);
    return 0;
  }
  try {
    return await command.run(rest, io);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.error(`stratacast ${name}: ${error.message}`);
    return 2;
  }
}
