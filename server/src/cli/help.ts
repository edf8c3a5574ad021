/** What `--help` prints, made of the tables of commands and flags. */
import type { CliCommand } from "./command.js";
import type { Flag } from "./flags.js";

/** No line of a help is longer: terminals are as wide. */
const helpWidth = 80;
/** Where the words about a flag start. */
const aboutColumn = 21;

/** All that `stratacast COMMAND --help` says. */
export function usageOf({ name, forms, about, flags, examples }: CliCommand): string {
  const options = Object.entries(flags).flatMap(([flag, row]) => flagLines(flag, row));
  return [
    ...forms.map((form) => `stratacast ${name} ${form}`.trimEnd()),
    "",
    ...filled(about, helpWidth),
    ...(options.length === 0 ? [] : ["", ...options]),
    "",
    examples.length === 1 ? "Example:" : "Examples:",
    ...examples.map((example) => `  ${example}`),
  ].join("\n");
}

function flagLines(name: string, { short, value, byDefault, about }: Flag): readonly string[] {
  if (about === undefined) return [];
  const given = value === undefined ? "" : byDefault === undefined ? ` ${value}` : `[=${value}]`;
  const left = `  ${short === undefined ? "" : `-${short}, `}--${name}${given}`;
  const lines = filled(about, helpWidth - aboutColumn).map(
    (line) => " ".repeat(aboutColumn) + line,
  );
  const [first = "", ...more] = lines;
  if (left.length >= aboutColumn) return [left, ...lines];
  return [left + first.slice(left.length), ...more];
}

/** Fills lines with the words of a text. */
function filled(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** What `stratacast --help` says. */
export function overviewOf(commands: readonly CliCommand[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return `stratacast COMMAND [options]

Shows what a Dockerfile does to the image and the build cache, without a build.

${commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join("\n")}

Begin with: stratacast simulate .
stratacast COMMAND --help tells the options of a command, stratacast --version
the version.
Exit codes: 0 done, 1 findings (see --fail-on), 2 bad use or unreadable input.`;
}
