/**
 * How text leaves, by the surface that shows it. Text of a Dockerfile, a file name, a repository or a
 * state file is data: nothing of it becomes a link, a command, markup, HTML or a control sequence,
 * and what cannot be seen is written out. Whoever shows a sentence passes it through the function of
 * its surface last; the client does so too, so this file imports nothing.
 *
 * | surface                                                              | function                      |
 * | -------------------------------------------------------------------- | ----------------------------- |
 * | a line of a terminal, a log, a problem, a label of the layer tree    | `printable`                   |
 * | several such lines                                                   | `printableLines`              |
 * | notification, progress, status, message of a view, lens, quick pick  | `interfaceText`               |
 * | Markdown: a sentence, a code span, a code block                      | `markdownText`, `codeSpan`, `codeBlock` |
 * | Markdown: a cell of a table                                          | `tableText`, `tableCode`      |
 * | HTML and SVG                                                         | `xmlText`                     |
 * | JSON                                                                 | `jsonText`                    |
 */

/**
 * One line in which every character can be seen: control characters could move a cursor or colour
 * what follows, direction marks show another order than a builder reads, and blanks that are none
 * look like one. They are written as JavaScript writes them, `\x1b`, `\u202e`; a tab is a blank.
 * The characters that join emoji stay where they do.
 */
export function printable(text: string): string {
  if (isPlain.test(text)) return text;
  return text.replace(unseen, (found, joiner: string | undefined) =>
    joiner === undefined ? written(found) : joiner,
  );
}

/** The same of a text of several lines, in which tabs stay too; all lines end with `\n`. */
export function printableLines(text: string): string {
  return text.replace(/\r\n?/g, "\n").replace(/[^\n\t]+/g, printable);
}

const isPlain = /^[ -~]*$/;

/** Control characters, halves of a pair, what Unicode lets a font leave out, and blanks other than U+0020. */
const unseen =
  /(?<=\p{Extended_Pictographic}\p{Emoji_Modifier}?\ufe0f?)([\u200d\ufe0f])|[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000\ufff9-\ufffb]/gu;

function written(character: string): string {
  if (character === "\t") return " ";
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  if (code > 0xffff) return `\\u{${digits}}`;
  return code > 0xff ? `\\u${digits.padStart(4, "0")}` : `\\x${digits.padStart(2, "0")}`;
}

/**
 * A line of the editor's own interface. VS Code makes a link of `[text](command:…)` in notifications,
 * in the details of a status and in messages of views, and an icon of `$(name)` in lenses, in a
 * status and in quick picks: a blank keeps such a text a text.
 */
export function interfaceText(text: string): string {
  return oneLine(text)
    .replace(/\](?=\()/g, "] ")
    .replace(/\$(?=\([A-Za-z0-9-]+(?:~[A-Za-z]+)?\))/g, "$ ");
}

/**
 * A sentence as Markdown that shows it as it is, on one line. Only what would be read as markup is
 * escaped, so that it reads well in a terminal and in a diff too. Renderers make links of bare
 * addresses, and hosts of `@names`, whatever is escaped in them: such a word becomes a code span.
 */
export function markdownText(text: string): string {
  const words = oneLine(text)
    .trim()
    .split(/(?<= )|(?= )/);
  const isMath = text.indexOf("$") !== text.lastIndexOf("$");
  let markdown = "";
  let plain = "";
  const flush = () => {
    const escaped = escapeMarkup(plain, isMath);
    markdown += markdown === "" ? escapeStart(escaped) : escaped;
    plain = "";
  };
  for (const word of words) {
    if (!/\/\/|www\.|@./i.test(word)) {
      plain += word;
      continue;
    }
    const [, before = "", core = "", after = ""] = /^(["'(]*)(.*?)(["'),.:;!?]*)$/.exec(word) ?? [];
    plain += before;
    flush();
    markdown += codeSpan(core);
    plain += after;
  }
  flush();
  // A code span may hold what makes a link's definition of the line, which goes before code spans.
  return /^\[.*(?<!\\)\]:/.test(markdown) ? `\\${markdown}` : markdown;
}

/**
 * What CommonMark and its extensions read as markup inside a line: marks are left alone where nothing
 * could come of them. A mark at the end counts as one, since others may follow it there.
 */
const markup =
  /\\(?=[!-/:-@[-`{-~]|$)|[`~]|(?<! )\*|\*(?! )|(?<![\p{L}\p{N}_])_+|_+(?![\p{L}\p{N}_])|\](?=[([:]|$)|<(?=[A-Za-z/!?]|$)|&(?=[#A-Za-z]|$)/gu;

function escapeMarkup(text: string, isMath: boolean): string {
  const escaped = text.replace(markup, (found) =>
    found === "<" ? "&lt;" : found === "&" ? "&amp;" : found.replace(/./g, "\\$&"),
  );
  return isMath ? escaped.replaceAll("$", "\\$") : escaped;
}

/** What makes a heading, a list, a quote, a rule or a task of a line that it begins. */
function escapeStart(text: string): string {
  return text
    .replace(/^>/, "&gt;")
    .replace(/^(?=#{1,6}(?: |$)|[-+](?: |$)|(?:-+|=+)$|\[[ xX]\])/, "\\")
    .replace(/^(\d{1,9})(?=[.)](?: |$))/, "$1\\");
}

/** A code span that holds any text: its fence is longer than every run of backticks inside. */
export function codeSpan(text: string): string {
  const clean = oneLine(text);
  const longest = longestRun(clean);
  const fence = "`".repeat(longest + 1);
  // One blank on each side is taken away again, so that of a text with blanks of its own too.
  const pad = /^`|`$|^ .* $/.test(clean) ? " " : "";
  return clean.trim() === "" ? "" : `${fence}${pad}${clean}${pad}${fence}`;
}

/** A code block: its fence is longer than every run of backticks inside. */
export function codeBlock(text: string, language: string): string {
  const lines = printableLines(text).replace(/\n$/, "");
  const fence = "`".repeat(Math.max(2, longestRun(lines)) + 1);
  return `${fence}${language}\n${lines}\n${fence}`;
}

function longestRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}

/** A sentence in a table. */
export function tableText(text: string): string {
  return inCell(markdownText(text));
}

/** A code span in a table. */
export function tableCode(text: string): string {
  return inCell(codeSpan(text));
}

/**
 * A bar ends a cell even in code. Readers of tables differ in what a backslash before an escaped bar
 * is: doubled, it is shown twice by some and lets no bar end the cell in any.
 */
function inCell(markdown: string): string {
  return markdown.replace(/(\\*)\|/g, "$1$1\\|");
}

/** Text for HTML and SVG, in an element or in a quoted attribute; white space is one blank. */
export function xmlText(text: string): string {
  return escapeXml(oneLine(text));
}

/** The same of a text whose lines and blanks count. */
export function xmlLines(text: string): string {
  return escapeXml(printableLines(text));
}

function escapeXml(text: string): string {
  return text
    .replace(/[\ufffe\uffff]/g, written)
    .replace(/[&<>"']/g, (mark) => entities[mark] ?? mark);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** JSON in lines, of the very value: what cannot be seen stands as an escape, so that a terminal takes it too. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(/[^\n -~]+/g, (text) =>
    text.replace(unseen, (found, joiner: string | undefined) => joiner ?? unitsOf(found)),
  );
}

function unitsOf(text: string): string {
  let units = "";
  for (let at = 0; at < text.length; at++) {
    units += `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`;
  }
  return units;
}

/** White space is one blank, what else cannot be seen is written out. */
function oneLine(text: string): string {
  return printable(text.replace(/[\t\n\v\f\r ]+/g, " "));
}
