/**
 * The commands in a text that people run by hand or a script runs: its lines cut into words, quotes
 * removed, variables of the same text put in. No shell is asked, and nothing is run: what turns on
 * anything else is not known.
 */

/** One word of a command. */
export interface CommandWord {
  /** null: it holds what only a shell can tell. */
  readonly value: string | null;
  /** As written. */
  readonly text: string;
}

export interface Command {
  readonly words: readonly CommandWord[];
  /** Offset in the text. */
  readonly start: number;
  readonly end: number;
  /** What `cd` named before it on its line, one after the other. */
  readonly folders: readonly string[];
  /** The file whose text is its stdin: of `cat FILE | command`, or `command < FILE`. */
  readonly stdin?: CommandWord;
}

/** Longer lines are none that somebody wrote. */
const maxLine = 20_000;

/**
 * The commands of all lines that hold one of the names.
 * @param isMeant tells from a line, continued lines joined, whether it is worth reading
 */
export function commandsIn(
  text: string,
  variables: ReadonlyMap<string, string>,
  isMeant: (line: string) => boolean,
): readonly Command[] {
  const commands: Command[] = [];
  const named = namedCommands(text, isMeant);
  for (const { line: written, start } of joinedLines(text)) {
    if (written.length > maxLine) continue;
    const line = withNamed(written, named);
    if (line.length > maxLine || !isMeant(line)) continue;
    let folders: readonly string[] = [];
    const cut = cutCommands(line, variables);
    for (const [at, { words, from, to }] of cut.entries()) {
      const [first, second] = words;
      const stdin = stdinOf(line, cut.slice(Math.max(0, at - 1), at + 2), words);
      if (first?.value === "cd" && second?.value != null) folders = [...folders, second.value];
      else
        commands.push({
          words,
          folders,
          start: start + (line === written ? from : 0),
          end: start + (line === written ? to : written.length),
          ...(stdin === null ? {} : { stdin }),
        });
    }
  }
  return commands;
}

/** Variables that hold the words of a command, as `BUILD = docker build -f Dockerfile`, by their names. */
function namedCommands(
  text: string,
  isMeant: (line: string) => boolean,
): ReadonlyMap<string, string> {
  const assignment = /^[ \t]*([A-Za-z_]\w*)[ \t]*[:?]?=[ \t]*(["']?)([^\n]*?)\2[ \t]*$/gm;
  const found = [...text.slice(0, maxText).matchAll(assignment)].flatMap(
    ([, name = "", , value = ""]) =>
      /^\w+ /.test(value) && isMeant(value) ? [[name, value] as const] : [],
  );
  return new Map(found.reverse());
}

/** A line with the command in it that a variable at its beginning holds. */
function withNamed(line: string, named: ReadonlyMap<string, string>): string {
  if (named.size === 0) return line;
  return line.replace(
    /^([ \t@-]*)\$(?:\((\w+)\)|\{(\w+)\}|(\w+))(?=[ \t])/,
    (whole, before: string, ...names: readonly (string | undefined)[]) => {
      const command = named.get(names[0] ?? names[1] ?? names[2] ?? "");
      return command === undefined ? whole : before + command;
    },
  );
}

/** The file that a command reads as its stdin, by the commands beside it; null: none that is named. */
function stdinOf(
  line: string,
  around: readonly CutCommand[],
  own: readonly CommandWord[],
): CommandWord | null {
  const at = around.findIndex(({ words }) => words === own);
  const [before, command, after] = [around[at - 1], around[at], around[at + 1]];
  const between = (one?: CutCommand, other?: CutCommand): string =>
    one === undefined || other === undefined ? "" : line.slice(one.to, other.from).trim();
  const [program, file, more] = before?.words.slice(-3) ?? [];
  const isCat = before?.words.length === 2 && program?.value === "cat" && more === undefined;
  if (isCat && file !== undefined && between(before, command) === "|") return file;
  return between(command, after) === "<" ? (after?.words[0] ?? null) : null;
}

/** Variables that the text itself sets to a literal, as a shell or make does. The first one counts. */
export function literalVariables(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const assignment =
    /^[ \t]*(?:export[ \t]+|readonly[ \t]+|local[ \t]+)?([A-Za-z_]\w*)[ \t]*(?:[:?]?=)[ \t]*([^\n]*)$/gm;
  for (const [, name = "", written = ""] of text.slice(0, maxText).matchAll(assignment)) {
    if (values.has(name)) continue;
    const bare = written.replace(/\s+#.*$/, "").trim();
    const quoted = /^(["'])(.*)\1$/.exec(bare);
    const [word, ...others] = cutCommands(bare === "" ? '""' : bare, values)[0]?.words ?? [];
    if (quoted === null && others.length > 0 && !/[:?]=/.test(text)) continue;
    if (word?.value != null && others.length === 0) values.set(name, word.value);
  }
  return values;
}

/** Of a text so many characters are looked at. */
const maxText = 1_000_000;

interface JoinedLine {
  readonly line: string;
  readonly start: number;
}

/** Lines with those that continue them: a continuation stands as blanks, so that offsets hold. */
function joinedLines(text: string): readonly JoinedLine[] {
  const lines: JoinedLine[] = [];
  let start = 0;
  let line = "";
  const bounded = text.slice(0, maxText);
  for (let from = 0; from < bounded.length; ) {
    const newline = bounded.indexOf("\n", from);
    const end = newline < 0 ? bounded.length : newline;
    const part = bounded.slice(from, end).replace(/\r$/, " ");
    const isContinued = /\\\s*$/.test(part);
    line += isContinued ? part.replace(/\\(\s*)$/, " $1") : part;
    from = end + 1;
    if (isContinued && newline >= 0) {
      line += " ";
      // A comment that goes on, and an empty line of one.
      const mark = /^[ \t]*(?:#|\/\/)[ \t]?/.exec(bounded.slice(from, from + 200));
      if (mark !== null && /^[ \t]*(?:#|\/\/)/.test(line)) {
        line += " ".repeat(mark[0].length);
        from += mark[0].length;
      }
      continue;
    }
    lines.push({ line, start });
    line = "";
    start = from;
  }
  if (line !== "") lines.push({ line, start });
  return lines;
}

interface CutCommand {
  readonly words: readonly CommandWord[];
  readonly from: number;
  readonly to: number;
}

function cutCommands(line: string, variables: ReadonlyMap<string, string>): readonly CutCommand[] {
  const commands: CutCommand[] = [];
  let words: CommandWord[] = [];
  let from = -1;
  let at = 0;
  const end = (): void => {
    if (words.length > 0) commands.push({ words, from, to: at });
    words = [];
    from = -1;
  };
  while (at < line.length) {
    const character = line.charAt(at);
    if (/\s/.test(character)) at++;
    else if (/[;|&()<>`]/.test(character)) {
      end();
      at++;
    } else if (character === "#" && words.length > 0) break;
    else {
      const word = wordAt(line, at, variables);
      if (from < 0) from = at;
      at = word.end;
      // Without quotes a variable that is empty is no word.
      if (word.value !== "" || /["']/.test(word.text)) words.push(word);
    }
  }
  end();
  return commands;
}

function wordAt(
  line: string,
  start: number,
  variables: ReadonlyMap<string, string>,
): CommandWord & { readonly end: number } {
  let value: string | null = "";
  let quote = "";
  let at = start;
  const add = (text: string | null): void => {
    value = value === null || text === null ? null : value + text;
  };
  while (at < line.length) {
    const character = line.charAt(at);
    if (quote === "" && /[\s;|&()<>`]/.test(character)) break;
    if (character === quote) {
      quote = "";
      at++;
    } else if (quote === "" && /["']/.test(character)) {
      quote = character;
      at++;
    } else if (character === "\\" && quote !== "'") {
      add(line.charAt(at + 1));
      at += 2;
    } else if (character === "$" && quote !== "'") {
      const found = variableIn(line, at, variables);
      add(found.value);
      at = found.end;
    } else if (line.startsWith("{{", at) || (character === "`" && quote === '"')) {
      // Of a template, or a command of its own.
      const close = line.indexOf(character === "`" ? "`" : "}}", at + 1);
      add(null);
      at = close < 0 ? line.length : close + (character === "`" ? 1 : 2);
    } else {
      add(character);
      at++;
    }
  }
  return { value, text: line.slice(start, at), end: at };
}

/** The folder that a command runs in, as shells and make name it. */
const workingFolder = /^\$(?:\{?PWD\}?|\(pwd\)|\(CURDIR\)|\(PWD\)|\{CURDIR\})/;

function variableIn(
  line: string,
  start: number,
  variables: ReadonlyMap<string, string>,
): { readonly value: string | null; readonly end: number } {
  const rest = line.slice(start);
  const here = workingFolder.exec(rest);
  if (here !== null) return { value: ".", end: start + here[0].length };
  const make = /^\$\(([A-Za-z_]\w*)\)/.exec(rest);
  const shell = /^\$(?:\{([A-Za-z_]\w*)(?::?-([^{}$]*))?\}|([A-Za-z_]\w*))/.exec(rest);
  const [whole = "", name = shell?.[3], fallback] = make ?? shell ?? [];
  if (whole !== "" && name !== undefined)
    return { value: variables.get(name) ?? fallback ?? null, end: start + whole.length };
  return { value: null, end: start + skipped(rest) };
}

/** How long what cannot be told is: `$(…)`, `${…}`, `$1`. */
function skipped(rest: string): number {
  const open = rest[1];
  if (open === "$" || open === "@" || open === undefined) return Math.min(2, rest.length);
  if (open !== "(" && open !== "{") return 2;
  let nesting = 0;
  for (let at = 1; at < rest.length; at++) {
    if (rest[at] === "(" || rest[at] === "{") nesting++;
    else if ((rest[at] === ")" || rest[at] === "}") && --nesting === 0) return at + 1;
  }
  return rest.length;
}
