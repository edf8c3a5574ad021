/**
 * The texts that a person reads, found in the sources where they stand. The sources are read by hand:
 * to load the compiler for it would take longer than most suites of tests. What this overlooked would
 * stay untranslated, which test/unit/texts/language.test.ts finds.
 */
import { textKey } from "../../server/src/core/text/say.js";
import { projectText, sources } from "./projectFiles.js";

/** Every text of the server and of the client, as the bundles name it; sorted, each once. */
export function allTexts(): readonly string[] {
  found ??= findTexts();
  return found;
}

/** Of this process: several tests ask. */
let found: readonly string[] | null = null;

function findTexts(): readonly string[] {
  const server = sources("server/src").flatMap((file) => saidIn(file));
  const client = sources("client/src").flatMap((file) => translatedIn(file));
  return [...new Set([...server, ...client])].sort();
}

/** What a source gives to `say`, also within another text's values. */
function saidIn(file: string): readonly string[] {
  const source = withoutComments(projectText(file));
  return [...source.matchAll(/(?<![\w.$])say`/g)].map(({ index }) =>
    textKey(readTemplate(source, index + "say`".length).parts.map(cooked)),
  );
}

/** What a source gives to `vscode.l10n.t`. */
function translatedIn(file: string): readonly string[] {
  const source = withoutComments(projectText(file));
  return [...source.matchAll(/\bl10n\.t\(\s*/g)].map(({ 0: call, index }) => {
    const literal = /^("|')((?:\\.|(?!\1)[^\\])*)\1/.exec(source.slice(index + call.length));
    if (literal?.[2] === undefined) throw new Error(`${file}: l10n.t takes its text as a literal.`);
    return cooked(literal[2]);
  });
}

/** Those that have their lines to themselves, as ours do. */
function withoutComments(source: string): string {
  return source.replace(/^\s*(?:\/\/.*|\/\*[\s\S]*?\*\/)/gm, "");
}

interface Template {
  /** The words between the values, as they are written. */
  readonly parts: readonly string[];
  /** The offset after the closing backtick. */
  readonly end: number;
}

/** Reads a template literal from after its opening backtick. */
function readTemplate(source: string, start: number): Template {
  const parts: string[] = [];
  let from = start;
  let at = start;
  while (at < source.length && source[at] !== "`") {
    if (source[at] === "\\") at += 2;
    else if (source.startsWith("${", at)) {
      parts.push(source.slice(from, at));
      at = endOfValue(source, at + 2);
      from = at;
    } else at++;
  }
  parts.push(source.slice(from, at));
  return { parts, end: at + 1 };
}

/** The offset after the `}` that ends the value of a template literal. */
function endOfValue(source: string, start: number): number {
  let depth = 1;
  let at = start;
  while (at < source.length && depth > 0) {
    const character = source[at];
    if (character === "`") {
      at = readTemplate(source, at + 1).end;
      continue;
    }
    const text = character === '"' || character === "'" ? /^(["'])(?:\\.|(?!\1).)*\1/ : null;
    if (character === "{") depth++;
    if (character === "}") depth--;
    at += text?.exec(source.slice(at))?.[0].length ?? 1;
  }
  return at;
}

/** The text that a literal stands for. */
function cooked(literal: string): string {
  return literal.replace(
    /\\(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|x([0-9a-f]{2})|(.))/gis,
    (...found) => {
      const [, braced, four, two, other] = found as (string | undefined)[]; // as the groups above
      const code = braced ?? four ?? two;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return { n: "\n", t: "\t", r: "\r", "\n": "" }[other ?? ""] ?? other ?? "";
    },
  );
}
