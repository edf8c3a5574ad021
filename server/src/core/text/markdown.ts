/** Text from a Dockerfile or a file name is data: it never becomes markup, links or HTML. */
import { printable } from "./printable.js";

/** Escapes a text so that Markdown shows it as it is, on one line. */
export function escapeMarkdown(text: string): string {
  return oneLine(text).replace(/[\\`*_{}[\]()#+\-.!|<>~$&@:]/g, (mark) =>
    mark === "&" || mark === "<" || mark === ">" ? entity(mark) : `\\${mark}`,
  );
}

function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, " "));
}

function entity(mark: string): string {
  return mark === "&" ? "&amp;" : mark === "<" ? "&lt;" : "&gt;";
}

/** A code span that holds any text: its fence is longer than every run of backticks inside. */
export function codeSpan(text: string): string {
  const clean = oneLine(text);
  const longest = Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const pad = clean.startsWith("`") || clean.endsWith("`") ? " " : "";
  return clean === "" ? "" : `${fence}${pad}${clean}${pad}${fence}`;
}

/** A code span in a table, where a bar would end the cell even in code. */
export function tableCode(text: string): string {
  return codeSpan(text).replaceAll("|", "\\|");
}

/** A sentence of ours with a user's names in it, for a table. */
export function tableCell(text: string): string {
  return escapeMarkdown(text);
}
