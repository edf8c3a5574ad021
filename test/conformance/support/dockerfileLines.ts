/**
 * Which lines each instruction of a Dockerfile stands on. Small and of its own on purpose: what the
 * engine did is attributed to lines without the parser that is under test.
 */

export interface LineSpan {
  /** Upper case. */
  readonly keyword: string;
  readonly rest: string;
  /** From 1. */
  readonly line: number;
  readonly endLine: number;
}

export function instructionLines(text: string): readonly LineSpan[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const mark = escapeOf(lines) === "`" ? "`" : "\\\\";
  // An escape character that is itself escaped continues nothing.
  const continued = new RegExp(`^(|.*[^${mark}])[${mark}][ \\t]*$`, "s");
  const spans: LineSpan[] = [];
  for (let at = 0; at < lines.length; at++) {
    if (isBlankOrComment(lines[at] ?? "")) continue;
    const start = at;
    let logical = lines[at] ?? "";
    while (continued.test(logical) && at + 1 < lines.length) {
      at++;
      const next = lines[at] ?? "";
      if (isBlankOrComment(next)) continue;
      logical = logical.replace(/.[ \t]*$/, "") + next;
    }
    const [, word = "", rest = ""] = /^\s*(\S+)\s*(.*?)\s*$/s.exec(logical) ?? [];
    const keyword = word.toUpperCase();
    if (/^(RUN|COPY|ADD|ONBUILD)$/.test(keyword)) at = afterHeredocs(lines, at, rest);
    spans.push({ keyword, rest, line: start + 1, endLine: at + 1 });
  }
  return spans;
}

function isBlankOrComment(line: string): boolean {
  return /^\s*(#|$)/.test(line);
}

function escapeOf(lines: readonly string[]): "\\" | "`" {
  for (const line of lines) {
    const [, name, value] = /^#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$/.exec(line) ?? [];
    if (name === undefined) return "\\";
    if (name.toLowerCase() === "escape") return value === "`" ? "`" : "\\";
  }
  return "\\";
}

/** The index of the last line of the last heredoc that `rest` opens; `at` when it opens none. */
function afterHeredocs(lines: readonly string[], at: number, rest: string): number {
  let last = at;
  for (const [, dash, name = ""] of rest.matchAll(
    /(?:^|\s)\d*<<(-?)["']?([a-zA-Z_][\w.-]*)["']?/g,
  )) {
    for (let line = last + 1; line < lines.length; line++) {
      const text = lines[line] ?? "";
      if ((dash === "-" ? text.replace(/^\t+/, "") : text) !== name) continue;
      last = line;
      break;
    }
  }
  return last;
}
