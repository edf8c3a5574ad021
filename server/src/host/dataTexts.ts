/**
 * YAML and JSON as plain values with their places. Loaded only where such a file is there. Aliases and
 * merged keys are followed, up to a number of values: a text of a few lines can stand for billions.
 */
import { type ParseError as JsonError, type Node as JsonNode, parseTree } from "jsonc-parser";
import { isAlias, isMap, isPair, isScalar, isSeq, type Node, parseDocument } from "yaml";
import type { DataEntry, DataNode, DataScalar } from "../core/definitions/data.js";
import type { Result } from "../core/host.js";

/** A text stands for at most so many values. */
const maxValues = 200_000;
/** So deep may values stand in values. */
const maxDepth = 200;

/** Errors: `EINVAL` where it is no YAML, `EFBIG` where it stands for too much. */
export function parseYaml(path: string, text: string): Result<DataNode> {
  const document = parseDocument(text, {
    strict: false,
    uniqueKeys: false,
    logLevel: "silent",
    keepSourceTokens: false,
  });
  const [error] = document.errors;
  if (error !== undefined && document.contents === null)
    return {
      ok: false,
      error: { code: "EINVAL", message: error.message.split("\n")[0] ?? "", path },
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
    return { ok: false, error: { code: "EFBIG", message: "stands for too many values", path } };
  }
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
  const errors: JsonError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true, disallowComments: false });
  if (root === undefined)
    return { ok: false, error: { code: "EINVAL", message: "is no JSON", path } };
  return { ok: true, value: jsonData(root) };
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
