/**
 * The part of HCL that Bake files are written in: attributes, blocks and expressions, with their
 * places. What cannot be read is a value that is not known; reading never fails. Source:
 * hashicorp/hcl, hclsyntax/spec.md.
 */
import { HclScanner, type HclToken } from "./hclTokens.js";

export type HclExpression =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  /** A text with values in it. */
  | { readonly kind: "template"; readonly parts: readonly HclExpression[] }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "list"; readonly items: readonly HclExpression[] }
  | {
      readonly kind: "object";
      readonly entries: readonly (readonly [HclExpression, HclExpression])[];
    }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly HclExpression[] }
  | { readonly kind: "member"; readonly of: HclExpression; readonly key: HclExpression }
  | {
      readonly kind: "operation";
      readonly operator: string;
      readonly operands: readonly HclExpression[];
    }
  /** What is not read, such as `for`. */
  | { readonly kind: "unread"; readonly text: string };

export interface HclBlock {
  readonly type: string;
  readonly labels: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly attributes: ReadonlyMap<string, HclExpression>;
  readonly blocks: readonly HclBlock[];
}

/** So deep may values stand in values. */
const maxDepth = 100;

/** The file as a block without a name. */
export function parseHcl(text: string): HclBlock {
  const scanner = new HclScanner(text);
  return readBody(scanner, { type: "", labels: [], start: 0 }, 0);
}

/** The text of a string in JSON, which may be a template. */
export function parseTemplate(text: string): HclExpression {
  if (!text.includes("${")) return { kind: "literal", value: text.replaceAll("$${", "${") };
  return readTemplate(text, 0);
}

function readBody(
  scanner: HclScanner,
  head: Pick<HclBlock, "type" | "labels" | "start">,
  depth: number,
): HclBlock {
  const attributes = new Map<string, HclExpression>();
  const blocks: HclBlock[] = [];
  for (;;) {
    scanner.skipLines();
    const token = scanner.next();
    if (token.kind === "end" || token.text === "}" || depth > maxDepth)
      return { ...head, end: token.end, attributes, blocks };
    if (token.kind !== "name" && token.kind !== "string") continue;
    if (scanner.peek().text === "=") {
      scanner.next();
      attributes.set(token.value, readExpression(scanner, depth + 1));
      continue;
    }
    const labels: string[] = [];
    while (scanner.peek().kind === "string" || scanner.peek().kind === "name")
      labels.push(scanner.next().value);
    if (scanner.peek().text !== "{") continue;
    scanner.next();
    blocks.push(readBody(scanner, { type: token.value, labels, start: token.start }, depth + 1));
  }
}

function readExpression(scanner: HclScanner, depth: number): HclExpression {
  if (depth > maxDepth) {
    scanner.skipRest();
    return { kind: "unread", text: "" };
  }
  const condition = readOperation(scanner, 0, depth);
  if (scanner.peek().text !== "?") return condition;
  scanner.next();
  const yes = readExpression(scanner, depth + 1);
  scanner.skipLines();
  if (scanner.peek().text === ":") scanner.next();
  const no = readExpression(scanner, depth + 1);
  return { kind: "operation", operator: "?", operands: [condition, yes, no] };
}

/** By how closely they bind. */
const levels: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["==", "!="],
  ["<", ">", "<=", ">="],
  ["+", "-"],
  ["*", "/", "%"],
];

function readOperation(scanner: HclScanner, level: number, depth: number): HclExpression {
  const operators = levels[level];
  if (operators === undefined) return readUnary(scanner, depth);
  let left = readOperation(scanner, level + 1, depth);
  while (operators.includes(scanner.peek().text) && scanner.peek().kind === "sign") {
    const operator = scanner.next().text;
    scanner.skipLines();
    const right = readOperation(scanner, level + 1, depth);
    left = { kind: "operation", operator, operands: [left, right] };
  }
  return left;
}

function readUnary(scanner: HclScanner, depth: number): HclExpression {
  const { text, kind } = scanner.peek();
  if (kind === "sign" && (text === "!" || text === "-")) {
    scanner.next();
    if (depth > maxDepth) return { kind: "unread", text };
    return { kind: "operation", operator: text, operands: [readUnary(scanner, depth + 1)] };
  }
  let value = readTerm(scanner, depth);
  for (;;) {
    const after = scanner.peek().text;
    if (after === ".") {
      scanner.next();
      const key = scanner.next();
      value = { kind: "member", of: value, key: { kind: "literal", value: key.value } };
    } else if (after === "[") {
      scanner.next();
      const key = readExpression(scanner, depth + 1);
      scanner.skipTo("]");
      value = { kind: "member", of: value, key };
    } else return value;
  }
}

function readTerm(scanner: HclScanner, depth: number): HclExpression {
  scanner.skipLines();
  const token = scanner.next();
  switch (token.kind) {
    case "number":
      return { kind: "literal", value: Number(token.text) };
    case "string":
      return token.isTemplate ? readTemplate(token.value, depth) : literal(token.value);
    case "name":
      return readName(scanner, token, depth);
    case "sign":
      break;
    case "end":
    case "line":
      return { kind: "unread", text: token.text };
  }
  if (token.text === "(") {
    const value = readExpression(scanner, depth + 1);
    scanner.skipTo(")");
    return value;
  }
  if (token.text === "[" || token.text === "{") {
    scanner.skipLines();
    if (scanner.peek().value === "for" && scanner.peek().kind === "name") {
      scanner.skipTo(token.text === "[" ? "]" : "}");
      return { kind: "unread", text: "for" };
    }
    return token.text === "[" ? readList(scanner, depth) : readObject(scanner, depth);
  }
  return { kind: "unread", text: token.text };
}

function readName(scanner: HclScanner, { value: name }: HclToken, depth: number): HclExpression {
  if (name === "true" || name === "false") return literal(name === "true");
  if (name === "null") return literal(null);
  if (scanner.peek().text !== "(") return { kind: "name", name };
  scanner.next();
  return { kind: "call", name, args: readItems(scanner, ")", depth) };
}

function readList(scanner: HclScanner, depth: number): HclExpression {
  return { kind: "list", items: readItems(scanner, "]", depth) };
}

function readItems(scanner: HclScanner, close: string, depth: number): readonly HclExpression[] {
  const items: HclExpression[] = [];
  for (;;) {
    scanner.skipLines();
    const { kind, text } = scanner.peek();
    if (text === close || kind === "end") break;
    const before = scanner.at;
    items.push(readExpression(scanner, depth + 1));
    scanner.skipLines();
    if (scanner.peek().text === "," || scanner.at === before) scanner.next();
    else if (scanner.peek().text === "...") scanner.next();
  }
  scanner.next();
  return items;
}

function readObject(scanner: HclScanner, depth: number): HclExpression {
  const entries: (readonly [HclExpression, HclExpression])[] = [];
  for (;;) {
    scanner.skipLines();
    const token = scanner.peek();
    if (token.text === "}" || token.kind === "end") break;
    const before = scanner.at;
    const key =
      token.kind === "name" ? literal(scanner.next().value) : readOperation(scanner, 0, depth + 1);
    if (scanner.peek().text === "=" || scanner.peek().text === ":") {
      scanner.next();
      entries.push([key, readExpression(scanner, depth + 1)]);
    }
    if (scanner.peek().text === "," || scanner.at === before) scanner.next();
  }
  scanner.next();
  return { kind: "object", entries };
}

/** A text between quotes, escapes removed but for what `${` begins. */
function readTemplate(text: string, depth: number): HclExpression {
  const parts: HclExpression[] = [];
  let from = 0;
  for (;;) {
    const open = text.indexOf("${", from);
    if (open < 0 || depth > maxDepth) break;
    if (text[open - 1] === "$") {
      parts.push(literal(text.slice(from, open - 1)), literal("${"));
      from = open + 2;
      continue;
    }
    const close = closingBrace(text, open + 2);
    if (open > from) parts.push(literal(text.slice(from, open)));
    parts.push(readExpression(new HclScanner(text.slice(open + 2, close)), depth + 1));
    from = close + 1;
  }
  if (from < text.length) parts.push(literal(text.slice(from)));
  return { kind: "template", parts };
}

function closingBrace(text: string, start: number): number {
  let nesting = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === "{") nesting++;
    else if (text[at] === "}" && nesting-- === 0) return at;
  }
  return text.length;
}

function literal(value: string | number | boolean | null): HclExpression {
  return { kind: "literal", value };
}
