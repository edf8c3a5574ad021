/** `stratacast completion`: what a shell offers, made of the tables of commands and flags. */
import type { CliCommand } from "./command.js";
import type { Flag } from "./flags.js";
import { oneOf, readWords } from "./flags.js";
import { UsageError } from "./usageError.js";

const shells = ["bash", "zsh", "fish"] as const;

/** @param others the commands that are completed besides this one */
export function completionOf(others: readonly CliCommand[]): CliCommand {
  const completion: CliCommand = {
    name: "completion",
    summary: "print what makes a shell complete commands, flags and values",
    forms: ["bash|zsh|fish"],
    about:
      "Prints a script for the shell that is named. It is loaded where the shell starts; it asks nobody.",
    flags: {},
    offers: shells,
    examples: [
      "source <(stratacast completion bash)",
      "source <(stratacast completion zsh)",
      "stratacast completion fish > ~/.config/fish/completions/stratacast.fish",
    ],
    async run(words, io) {
      const [shell, extra] = readWords({}, words).others;
      if (shell === undefined) throw new UsageError(`name a shell: ${shells.join(", ")}`);
      if (extra !== undefined) throw new UsageError(`"${extra}" is too much`);
      const script = { bash: bashScript, zsh: zshScript, fish: fishScript };
      io.print(script[oneOf("shell", shell, shells)]([...others, completion]));
      return 0;
    },
  };
  return completion;
}

type Offers = CliCommand["offers"] | undefined;

/** The flags that the help names: the others are taken, and nobody looks for them. */
function shownFlags({ flags }: CliCommand): readonly (readonly [string, Flag])[] {
  return Object.entries(flags).filter(([, { about }]) => about !== undefined);
}

/** As one types them: `--file`, `-f`. */
function spellings([name, { short }]: readonly [string, Flag]): readonly string[] {
  return [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];
}

function bashScript(commands: readonly CliCommand[]): string {
  const offered = (offers: Offers): string =>
    offers === "files"
      ? "_stratacast_files -f"
      : offers === "folders"
        ? "_stratacast_files -d"
        : `_stratacast_words ${quoted((offers ?? []).join(" "))}`;
  const cases = commands.map((command) => {
    const byOffer = new Map<string, readonly string[]>();
    for (const row of shownFlags(command)) {
      if (row[1].value === undefined || row[1].byDefault !== undefined) continue;
      const offer = offered(row[1].offers);
      byOffer.set(offer, [...(byOffer.get(offer) ?? []), ...spellings(row)]);
    }
    const values = [...byOffer].map(([offer, words]) => `        ${words.join("|")}) ${offer} ;;`);
    const names = shownFlags(command).flatMap(([name]) => `--${name}`);
    return [
      `    ${command.name})`,
      '      case "$before" in',
      ...values,
      "        *)",
      '          case "$current" in',
      `            -*) _stratacast_words ${quoted([...names, "--help"].join(" "))} ;;`,
      `            *) ${offered(command.offers)} ;;`,
      "          esac ;;",
      "      esac ;;",
    ].join("\n");
  });
  const names = commands.map(({ name }) => name).join(" ");
  return `# bash completion of stratacast: source <(stratacast completion bash)
_stratacast_words() { COMPREPLY=($(compgen -W "$1" -- "$current")); }
_stratacast_files() {
  local IFS=$'\\n'
  compopt -o filenames 2> /dev/null
  COMPREPLY=($(compgen "$1" -- "$current"))
}
_stratacast() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD - 1]}"
  # --flag=value comes in three words.
  if [[ $current == "=" ]]; then current=""
  elif [[ $before == "=" ]]; then before="\${COMP_WORDS[COMP_CWORD - 2]}"; fi
  if ((COMP_CWORD == 1)); then _stratacast_words ${quoted(`${names} --help --version`)}; return; fi
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
}
complete -F _stratacast stratacast
`;
}

function zshScript(commands: readonly CliCommand[]): string {
  const action = (offers: Offers): string =>
    offers === "files"
      ? "_files"
      : offers === "folders"
        ? "_files -/"
        : `(${(offers ?? []).join(" ")})`;
  const described = (text: string): string => text.replace(/[[\]:\\]/g, "\\$&");
  const cases = commands.map((command) => {
    const rows = shownFlags(command).flatMap(([name, flag]) =>
      spellings([name, flag]).map((spelling) => {
        const hasValue = flag.value !== undefined && flag.byDefault === undefined;
        const value = hasValue ? `:${described(flag.value ?? "")}:${action(flag.offers)}` : "";
        const many = flag.isRepeated === true ? "*" : "";
        const assigned = !hasValue || spelling.length === 2 ? "" : "=";
        return quoted(`${many}${spelling}${assigned}[${described(flag.about ?? "")}]${value}`);
      }),
    );
    const rest = quoted(`*:${command.name}:${action(command.offers)}`);
    return `    ${command.name}) _arguments ${[...rows, rest].join(" \\\n      ")} ;;`;
  });
  const names = commands.map(({ name, summary }) => quoted(`${name}:${described(summary)}`));
  return `#compdef stratacast
# zsh completion of stratacast: source <(stratacast completion zsh)
_stratacast() {
  local -a commands=(${names.join("\n    ")})
  if ((CURRENT == 2)); then _describe command commands; return; fi
  local command=$words[2]
  shift words; ((CURRENT--))
  case $command in
${cases.join("\n")}
  esac
}
if [[ $funcstack[1] == _stratacast ]]; then _stratacast "$@"; else compdef _stratacast stratacast; fi
`;
}

function fishScript(commands: readonly CliCommand[]): string {
  const offered = (offers: Offers): string =>
    offers === "files"
      ? ""
      : offers === "folders"
        ? " -a '(__fish_complete_directories)'"
        : ` -a ${quoted((offers ?? []).join(" "))}`;
  const lines = commands.flatMap((command) => {
    const here = `complete -c stratacast -n ${quoted(`__fish_seen_subcommand_from ${command.name}`)}`;
    const rows = shownFlags(command).map(([name, { short, value, about = "", offers }]) => {
      const letter = short === undefined ? "" : ` -s ${short}`;
      const takes =
        value === undefined ? "" : offers === "files" ? " -r -F" : ` -x${offered(offers)}`;
      return `${here} -l ${name}${letter}${takes} -d ${quoted(about)}`;
    });
    const rest = command.offers === "files" ? `${here} -F` : `${here} -f${offered(command.offers)}`;
    return [rest, ...rows];
  });
  const first = commands.map(
    ({ name, summary }) =>
      `complete -c stratacast -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
  );
  return `# fish completion of stratacast: stratacast completion fish | source
${[...first, ...lines].join("\n")}
`;
}

/** As one word of every shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
