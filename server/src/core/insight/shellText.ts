/** What a shell makes of the text of a command, as far as process 1 turns on it. */

/** The script of `sh -c script`, in exec form or in shell form, and the shell; null: no shell runs. */
export function shellScript(
  argv: readonly string[],
): { readonly shell: string; readonly script: string } | null {
  const [shell = ""] = argv;
  const at = argv.findIndex((word, index) => index > 0 && /^-[a-z]*c[a-z]*$/.test(word));
  const script = argv[at + 1];
  const isPlain = argv.slice(1, Math.max(at, 1)).every((word) => word.startsWith("-"));
  return isShell(shell) && at > 0 && isPlain && script !== undefined ? { shell, script } : null;
}

function isShell(program: string): boolean {
  return /(?:^|\/)(?:ba|da|a|z|k)?sh$/.test(program);
}

/** True for programs that are made to be process 1: they pass signals on and reap what is left. */
export function isInit(program: string): boolean {
  return /(?:^|\/)(?:tini(?:-static)?|dumb-init|catatonit|docker-init)$/.test(program);
}

/** True where the script looks at the arguments that stand behind it. */
export function takesArguments(script: string): boolean {
  return /\$(?:\{?[0-9@*#])/.test(script);
}

/**
 * The commands of a script, at its top: cut at `;`, `&`, `|`, their doubles and line ends, with
 * quotes, substitutions and redirections minded. Never throws.
 */
export function shellCommands(script: string): readonly string[] {
  const commands: string[] = [];
  let start = 0;
  for (let at = 0; at < script.length; ) {
    const character = script[at] ?? "";
    const next = skipped(script, at);
    const isRedirection = character === "&" && /[<>]/.test(`${script[at - 1]}${script[at + 1]}`);
    if (next === at + 1 && /[;&|\n]/.test(character) && !isRedirection) {
      commands.push(script.slice(start, at));
      start = next;
    }
    at = next;
  }
  commands.push(script.slice(start));
  return commands.map((command) => command.trim()).filter((command) => command !== "");
}

/** True where the script is one simple command: shells replace themselves by it. */
export function isOneCommand(script: string): boolean {
  const [only = "", other] = shellCommands(script);
  const [first = ""] = only.split(/\s/);
  return only !== "" && other === undefined && !/^[({!]/.test(only) && !compound.has(first);
}

const compound = new Set(["if", "for", "while", "until", "case", "select", "function", "[["]);

/** Behind what begins at an offset and is one piece: a quoted text, an escape, a substitution. */
function skipped(script: string, at: number): number {
  switch (script[at]) {
    case "\\":
      return at + 2;
    case "'":
    case "`":
      return closed(script, at + 1, script[at] ?? "");
    case '"': {
      let end = at + 1;
      while (end < script.length && script[end] !== '"') end += script[end] === "\\" ? 2 : 1;
      return end + 1;
    }
    case "$":
      if (script[at + 1] === "(") return closed(script, at + 2, ")");
      return script[at + 1] === "{" ? closed(script, at + 2, "}") : at + 1;
    default:
      return at + 1;
  }
}

function closed(script: string, from: number, mark: string): number {
  const end = script.indexOf(mark, from);
  return end < 0 ? script.length : end + 1;
}
