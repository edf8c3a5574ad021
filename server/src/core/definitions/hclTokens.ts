/** The words and signs of HCL. Source: hashicorp/hcl, hclsyntax/spec.md, "Lexical Elements". */
import { smallest } from "../text/longLists.js";

export interface HclToken {
  readonly kind: "name" | "number" | "string" | "sign" | "line" | "end";
  /** As written. */
  readonly text: string;
  /** Of a string: without quotes and escapes, templates as they are. */
  readonly value: string;
  /** True for a string that holds `${`. */
  readonly isTemplate: boolean;
  readonly start: number;
  readonly end: number;
}

export class HclScanner {
  readonly #text: string;
  #at = 0;
  #peeked: HclToken | null = null;

  constructor(text: string) {
    this.#text = text;
  }

  /** How far it has come. */
  get at(): number {
    return this.#peeked?.start ?? this.#at;
  }

  peek(): HclToken {
    this.#peeked ??= this.#read();
    return this.#peeked;
  }

  next(): HclToken {
    const token = this.peek();
    this.#peeked = null;
    return token;
  }

  skipLines(): void {
    while (this.peek().kind === "line") this.next();
  }

  /** To behind the sign that closes what is open here. */
  skipTo(close: string): void {
    let nesting = 0;
    for (;;) {
      const { kind, text } = this.next();
      if (kind === "end" || (kind === "sign" && text === close && nesting === 0)) return;
      if (kind === "sign" && /^[([{]$/.test(text)) nesting++;
      else if (kind === "sign" && /^[)\]}]$/.test(text)) nesting--;
    }
  }

  skipRest(): void {
    this.#at = this.#text.length;
    this.#peeked = null;
  }

  #read(): HclToken {
    blanks.lastIndex = this.#at;
    blanks.exec(this.#text);
    const start = Math.max(this.#at, blanks.lastIndex);
    const character = this.#text[start];
    if (character === undefined) return this.#token("end", start, start, "");
    if (character === "\n") return this.#token("line", start, start + 1, "\n");
    if (character === '"') return this.#string(start);
    const heredoc = this.#match(/<<[-~]?(\w+)[ \t]*\r?\n/y, start);
    if (heredoc !== null) return this.#heredoc(start, heredoc);
    const name = this.#match(/[\p{L}_][\p{L}\p{N}_-]*/uy, start);
    if (name !== null) return this.#token("name", start, start + name[0].length, name[0]);
    const number = this.#match(/\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y, start);
    if (number !== null) return this.#token("number", start, start + number[0].length, number[0]);
    const sign = this.#match(/\.\.\.|[=!<>]=|&&|\|\||=>|[\s\S]/y, start)?.[0] ?? character;
    return this.#token("sign", start, start + sign.length, sign);
  }

  #match(expression: RegExp, start: number): RegExpExecArray | null {
    expression.lastIndex = start;
    return expression.exec(this.#text);
  }

  #token(kind: HclToken["kind"], start: number, end: number, value: string): HclToken {
    this.#at = end;
    const text = this.#text.slice(start, end);
    return { kind, text, value, isTemplate: kind === "string" && value.includes("${"), start, end };
  }

  /** Quotes inside of `${…}` belong to what is in it. */
  #string(start: number): HclToken {
    const text = this.#text;
    let value = "";
    let nesting = 0;
    let at = start + 1;
    for (; at < text.length; at++) {
      const character = text.charAt(at);
      if (nesting === 0 && (character === '"' || character === "\n")) break;
      if (nesting === 0 && character === "\\") {
        at++;
        value += escapes[text.charAt(at)] ?? text.charAt(at);
        continue;
      }
      if (text.startsWith("${", at) && text[at - 1] !== "$") nesting++;
      else if (nesting > 0 && character === "{" && text[at - 1] !== "$") nesting++;
      else if (nesting > 0 && character === "}") nesting--;
      value += character;
    }
    return this.#token("string", start, Math.min(at + 1, text.length), value);
  }

  #heredoc(start: number, [head, mark = ""]: RegExpExecArray): HclToken {
    const body = start + head.length;
    const close = new RegExp(`^[ \\t]*${mark}[ \\t]*\\r?$`, "m");
    const found = close.exec(this.#text.slice(body));
    const length = found?.index ?? this.#text.length - body;
    const lines = this.#text.slice(body, body + length).split("\n");
    const indent = /^<<[-~]/.test(head)
      ? smallest(lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/)))
      : 0;
    const value = lines.map((line) => line.slice(Math.min(indent, line.search(/\S|$/)))).join("\n");
    return this.#token("string", start, body + length + (found?.[0].length ?? 0), value);
  }
}

/** Blanks, comments, carriage returns. */
const blanks = /(?:[ \t\r]+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
