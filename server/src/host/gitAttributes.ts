/**
 * Git's attributes, read without git, as far as they let a file on disk differ from its blob: line
 * ends, keywords, filters, encodings. Rules only ever add to what may differ, whatever other rule
 * takes it back, and what is hard to match counts as matching: whoever asks then reads the file.
 * Source: git, Documentation/gitattributes.txt.
 */

/** One line that lets files differ. */
export interface AttributesRule {
  /** True when it may be about this file; `path` relative to the folder of the rule. */
  mayMatch(path: string): boolean;
}

export interface Attributes {
  readonly rules: readonly AttributesRule[];
  /** Names that stand for attributes which let files differ. */
  readonly macros: ReadonlySet<string>;
}

/** @param known macros of files that are read before this one */
export function readGitAttributes(
  text: string,
  known: ReadonlySet<string> = new Set(),
): Attributes {
  const lines = text.split("\n").map((line) => splitLine(line.trim()));
  const macros = new Set(known);
  // A macro may stand on one that is defined below it.
  for (let before = -1; before !== macros.size; ) {
    before = macros.size;
    for (const { pattern, attributes } of lines) {
      const [, macro] = macroName.exec(pattern) ?? [];
      if (macro !== undefined && mayChangeBytes(attributes, macros)) macros.add(macro);
    }
  }
  const rules = lines.flatMap(({ pattern, attributes }) =>
    macroName.test(pattern) || !mayChangeBytes(attributes, macros) ? [] : [ruleOf(pattern)],
  );
  return { rules, macros };
}

/** The rules of the files that Git LFS keeps. */
export function lfsRules(text: string): readonly AttributesRule[] {
  return text
    .split("\n")
    .map((line) => splitLine(line.trim()))
    .filter(({ pattern, attributes }) => pattern !== "" && attributes.includes("filter=lfs"))
    .map(({ pattern }) => ruleOf(pattern));
}

const macroName = /^\[attr\](.+)$/;

interface Line {
  readonly pattern: string;
  readonly attributes: readonly string[];
}

function splitLine(line: string): Line {
  if (line.startsWith("#")) return { pattern: "", attributes: [] };
  // A pattern in quotes may hold blanks.
  const [, pattern = "", rest = ""] = /^("(?:[^"\\]|\\.)*"|\S+)(.*)$/.exec(line) ?? [];
  return { pattern, attributes: rest.split(/\s+/).filter(Boolean) };
}

const converting: ReadonlySet<string> = new Set([
  ...["text", "crlf", "eol", "ident", "filter", "working-tree-encoding"],
]);

function mayChangeBytes(attributes: readonly string[], macros: ReadonlySet<string>): boolean {
  return attributes.some((attribute) => {
    const [name = ""] = attribute.split("=");
    // With a `-` or a `!` before it, it is neither.
    return converting.has(name) || macros.has(name);
  });
}

function ruleOf(pattern: string): AttributesRule {
  if (pattern.startsWith('"')) return { mayMatch: () => true };
  const slash = pattern.search(/\/./);
  if (slash < 0) {
    const name = nameExpression(pattern);
    return { mayMatch: (path) => name.test(path.slice(path.lastIndexOf("/") + 1)) };
  }
  // What stands before the first wildcard has to be the beginning of the path.
  const [plain = ""] = /^[^*?[\\]*/.exec(pattern.replace(/^\//, "")) ?? [];
  const start = plain.toLowerCase();
  return { mayMatch: (path) => path.toLowerCase().startsWith(start) };
}

/** A disk may ignore case, and git with it. */
function nameExpression(pattern: string): RegExp {
  // Many stars would make the search slow.
  if (/[[\\]|\*.*\*.*\*/.test(pattern)) return /^/;
  const parts = pattern.split(/([*?])/).map((part) => {
    if (part === "*") return ".*";
    if (part === "?") return ".";
    return part.replace(/[.+^${}()|[\]\\/-]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("")}$`, "isu");
}
