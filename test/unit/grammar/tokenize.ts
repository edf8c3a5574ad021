/** Runs our grammars as VS Code does, and writes what came out as text. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import oniguruma from "vscode-oniguruma";
import textmate from "vscode-textmate";
import { inRepository } from "../../support/repository.js";

/** Grammars by scope name, as the text of their JSON files. */
export type Grammars = Readonly<Record<string, string>>;

/** What this project contributes. */
export const ours: Grammars = {
  "source.stratacast-log": readFileSync(
    inRepository("syntaxes/stratacastLog.tmLanguage.json"),
    "utf8",
  ),
  "source.dockerfile.stratacast": readFileSync(
    inRepository("syntaxes/dockerfile.injection.tmLanguage.json"),
    "utf8",
  ),
};

/**
 * Stands for the grammars of VS Code where there is none: comments and keywords as its Dockerfile
 * grammar has them, and shell and Python of which a whole line is one token.
 */
export const standIns: Grammars = {
  "source.dockerfile": JSON.stringify({
    scopeName: "source.dockerfile",
    patterns: [
      {
        match: "^(\\s*)((#).*$\\n?)",
        captures: {
          1: { name: "punctuation.whitespace.comment.leading.dockerfile" },
          2: { name: "comment.line.number-sign.dockerfile" },
          3: { name: "punctuation.definition.comment.dockerfile" },
        },
      },
    ],
  }),
  "source.shell": JSON.stringify({
    scopeName: "source.shell",
    // As in a real shell grammar, a string that is not closed goes on to the end of the text.
    patterns: [{ begin: '"', end: '"', name: "string.shell" }],
  }),
  "source.python": JSON.stringify({ scopeName: "source.python", patterns: [] }),
};

export interface Token {
  readonly text: string;
  /** Without the grammar's own name, which every token has. */
  readonly scopes: readonly string[];
}

/**
 * The tokens of every line of `text`.
 * @param scopeName of the grammar to start with
 */
export async function tokenize(
  grammars: Grammars,
  scopeName: string,
  text: string,
): Promise<readonly (readonly Token[])[]> {
  await wasm();
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (string) => new oniguruma.OnigString(string),
    }),
    loadGrammar: async (name) => {
      const source = grammars[name];
      return source === undefined ? null : textmate.parseRawGrammar(source, `${name}.json`);
    },
    getInjections: (name) => (name === "source.dockerfile" ? ["source.dockerfile.stratacast"] : []),
  });
  const grammar = await registry.loadGrammar(scopeName);
  if (grammar === null) throw new Error(`There is no grammar ${scopeName}.`);
  let state = textmate.INITIAL;
  const lines = text.replace(/\n$/, "").split("\n");
  const tokens = lines.map((line) => {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    return result.tokens.map(({ startIndex, endIndex, scopes }) => ({
      text: line.slice(startIndex, endIndex),
      scopes: scopes.filter((scope) => scope !== scopeName),
    }));
  });
  registry.dispose();
  return tokens;
}

/** A text that reads beside its source: every line, and under it what its words are. */
export async function scopesOf(
  grammars: Grammars,
  scopeName: string,
  text: string,
): Promise<string> {
  const lines = await tokenize(grammars, scopeName, text);
  return lines
    .flatMap((tokens) => [
      `> ${tokens.map((token) => token.text).join("")}`.trimEnd(),
      ...tokens
        .filter((token) => token.text.trim() !== "" && token.scopes.length > 0)
        .map((token) => `    ${token.text.trim()}: ${token.scopes.join(" ")}`),
    ])
    .join("\n")
    .concat("\n");
}

let loaded: Promise<void> | undefined;

function wasm(): Promise<void> {
  const file = createRequire(import.meta.url).resolve("vscode-oniguruma/release/onig.wasm");
  loaded ??= oniguruma.loadWASM(readFileSync(file).buffer);
  return loaded;
}
