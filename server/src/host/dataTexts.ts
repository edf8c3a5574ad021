/**
 * YAML and JSON as plain values with their places. Loaded only where such a file is there. Aliases and
 * merged keys are followed, up to a number of values: a text of a few lines can stand for billions.
 */
import {
  createScanner,
  type ParseError as JsonError,
  type Node as JsonNode,
  parseTree,
} from "jsonc-parser";
import {
  Composer,
  type CST,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  Parser,
} from "yaml";
import type { DataEntry, DataNode, DataScalar } from "../core/definitions/data.js";
import type { Result } from "../core/host.js";

/** A text stands for at most so many values. */
const maxValues = 200_000;
/** So deep may values stand in values. */
const maxDepth = 200;

/** Errors: `EINVAL` where it is no YAML, `EFBIG` where it stands for too much. */
export function parseYaml(path: string, text: string): Result<DataNode> {
  const tokens = [...new Parser().parse(text)];
  // Each level is a call of the composer, and more than there is stack for ends the whole process.
  if (tokens.some(isTooDeep)) return tooLarge(path);
  const composer = new Composer({
    strict: false,
    uniqueKeys: false,
    logLevel: "silent",
    keepSourceTokens: false,
  });
  const { value: document } = composer.compose(tokens, true, text.length).next();
  const [error] = document?.errors ?? [];
  if (document === undefined || (error !== undefined && document.contents === null))
    return {
      ok: false,
      error: { code: "EINVAL", message: error?.message.split("\n")[0] ?? "", path },
    };
  const anchors = new Map<string, Node>();
  let values = 0;
  class TooLarge extends Error {}

  const toData = (node: unknown, depth: number): DataNode => {
    if (++values > maxValues || depth > maxDepth) throw new TooLarge();
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      return target === undefined ? nothingAt(0) : toData(target, depth + 1);
    }
    if (isMap(node)) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      const entries = new Map<string, DataEntry>();
      for (const pair of node.items) {
        if (!isPair(pair)) continue;
        const { key, value } = pair;
        const name = isScalar(key) ? String(key.value) : "";
        const data = toData(value, depth + 1);
        const start = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
        if (name === "<<" && isScalar(key)) {
          for (const from of data.kind === "list" ? data.items : [data]) {
            if (from.kind !== "map") continue;
            for (const [merged, entry] of from.entries)
              if (!entries.has(merged)) entries.set(merged, entry);
          }
        } else {
          // What is written wins over what is merged, wherever it stands.
          entries.delete(name);
          entries.set(name, { start, value: data });
        }
      }
      return { kind: "map", entries, ...placeOf(node) };
    }
    if (isSeq(node)) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      return {
        kind: "list",
        items: node.items.map((item) => toData(item, depth + 1)),
        ...placeOf(node),
      };
    }
    if (isScalar(node)) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
      const isText = typeof node.value === "string";
      const text =
        node.value === null
          ? null
          : isText
            ? String(node.value)
            : (node.source ?? String(node.value));
      return { kind: "scalar", text, ...placeOf(node) };
    }
    return nothingAt(0);
  };

  try {
    return { ok: true, value: toData(document.contents, 0) };
  } catch (thrown) {
    if (!(thrown instanceof TooLarge)) throw thrown;
    return tooLarge(path);
  }
}

function tooLarge(path: string): Result<DataNode> {
  return { ok: false, error: { code: "EFBIG", message: "stands for too many values", path } };
}

/** Whether values stand in values deeper than `maxDepth`. */
function isTooDeep(token: CST.Token): boolean {
  const open: [token: CST.Token | null | undefined, depth: number][] = [[token, 0]];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [one, depth] = next;
    if (depth > maxDepth) return true;
    if (one?.type === "document") open.push([one.value, depth]);
    if (one === null || one === undefined || !("items" in one)) continue;
    for (const { key, value } of one.items) open.push([key, depth + 1], [value, depth + 1]);
  }
  return false;
}

function placeOf(node: Node): {
  readonly start: number;
  readonly end: number;
  readonly tag: string;
} {
  const [start = 0, end = start] = node.range ?? [];
  return { start, end, tag: node.tag?.startsWith("!") ? node.tag : "" };
}

function nothingAt(start: number): DataScalar {
  return { kind: "scalar", text: null, start, end: start, tag: "" };
}

/** JSON with comments and trailing commas. Errors: `EINVAL`, `EFBIG`. */
export function parseJson(path: string, text: string): Result<DataNode> {
  if (isTooDeepJson(text)) return tooLarge(path);
  const errors: JsonError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  if (root === undefined)
    return { ok: false, error: { code: "EINVAL", message: "is no JSON", path } };
  return { ok: true, value: jsonData(root) };
}

/** As `isTooDeep`. */
function isTooDeepJson(text: string): boolean {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (scanner.scan(); scanner.getTokenOffset() < text.length; scanner.scan()) {
    const sign = scanner.getTokenLength() === 1 ? text[scanner.getTokenOffset()] : "";
    if (sign === "{" || sign === "[") depth++;
    if (sign === "}" || sign === "]") depth--;
    if (depth > maxDepth) return true;
  }
  return false;
}

function jsonData({ type, offset, length, value, children = [] }: JsonNode): DataNode {
  const place = { start: offset, end: offset + length, tag: "" };
  if (type === "array") return { kind: "list", items: children.map(jsonData), ...place };
  if (type !== "object")
    return { kind: "scalar", text: value === null ? null : String(value), ...place };
  const entries = new Map<string, DataEntry>();
  for (const { children: [key, entry] = [] } of children)
    if (key !== undefined && entry !== undefined)
      entries.set(String(key.value), { start: key.offset, value: jsonData(entry) });
  return { kind: "map", entries, ...place };
}
