/**
 * BuildKit's own answers to some 20,000 files: its test data, our edge cases and random mutations of
 * both. They live beside the repository; without them this suite says so and passes.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { syntaxProblems } from "../../../server/src/core/syntax/placed.js";
import type { SyntaxProblem } from "../../../server/src/core/syntax/problem.js";
import type { Instruction } from "../../../server/src/core/syntax/syntax.js";
import type { Placed } from "../../../server/src/core/text/range.js";
import { failsBuild } from "../../../server/src/core/words/problems.js";
import { isThorough } from "../../support/thorough.js";

const FOLDER = path.resolve("../shared/data/vectors");

interface ExpectedHeredoc {
  readonly name: string;
  readonly fd: number;
  readonly expand: boolean;
  readonly chomp: boolean;
  readonly content: string;
}

interface ExpectedNode {
  readonly cmd: string;
  readonly flags: readonly string[];
  readonly args: readonly string[];
  readonly json: boolean;
  readonly heredocs: readonly ExpectedHeredoc[];
  readonly start: number;
  readonly end: number;
  readonly original: string;
  readonly prev: readonly string[] | null;
  readonly sub?: ExpectedNode;
}

interface Vector {
  readonly id: string;
  readonly b64: string;
  readonly expect: {
    readonly nodes: readonly ExpectedNode[] | null;
    readonly esc: string;
    readonly warn: readonly string[] | null;
    readonly err?: string;
    readonly errlines?: readonly (readonly number[])[];
  };
}

/** Which of our codes stands for which of BuildKit's messages. */
const CODES: readonly (readonly [message: RegExp, code: string])[] = [
  [/^unterminated heredoc/, "heredoc-unclosed"],
  [/can't find =/, "pair-equals-missing"],
  [/must have two arguments/, "pair-value-missing"],
  [/file with no instructions/, "no-instructions"],
  [/arrays must be comprised of strings/, "json-not-strings"],
  [/^invalid escape token/, "escape-invalid"],
  [/^only one .* parser directive/, "directive-repeated"],
  [/line greater than max allowed size/, "line-too-long"],
];

// Of the mutations a plain run takes each twentieth.
for (const [file, count, step] of [
  ["parser-official.jsonl", 596, 1],
  ["parser-edges.jsonl", 252, 1],
  ["parser-mutated.jsonl.gz", 20_000, isThorough ? 1 : 20],
] as const) {
  test(`every answer in ${file} is BuildKit's`, (t) => {
    const vectors = readVectors(path.join(FOLDER, file), step);
    if (vectors === null) {
      t.diagnostic(`left out: ${path.join("../shared/data/vectors", file)} is not there`);
      return;
    }
    const wrong = vectors.flatMap((vector) => {
      const difference = compare(vector);
      return difference === null ? [] : [`${vector.id}: ${difference}`];
    });
    t.diagnostic(`${vectors.length - wrong.length} of ${vectors.length} equal`);
    assert.deepEqual(wrong, []);
    assert.equal(vectors.length, count / step);
  });
}

/** Each `step`th vector of a file; null: it is not there. */
function readVectors(file: string, step: number): readonly Vector[] | null {
  if (!existsSync(file)) return null;
  const bytes = readFileSync(file);
  const text = (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
  // A vector file is ours and has this shape.
  return text
    .trimEnd()
    .split("\n")
    .filter((_line, at) => at % step === 0)
    .map((line) => JSON.parse(line) as Vector);
}

/** What differs, null when nothing does. */
function compare({ b64, expect }: Vector): string | null {
  const tree = parseDockerfile(Buffer.from(b64, "base64").toString("utf8"));
  const problems = syntaxProblems(tree);
  const errors = problems.filter(failsBuild);
  if (expect.err !== undefined) return compareError(errors[0], tree.text, expect);
  if (errors.length > 0) return `rejected: ${errors[0]?.code}`;
  const actual = {
    nodes: tree.instructions.map((one, at) => asNode(one, tree.lines[at] ?? 0)),
    esc: tree.escape,
  };
  const expected = { nodes: expect.nodes, esc: expect.esc };
  try {
    assert.deepEqual(actual, expected);
    // Of what it drops out of a string Docker says nothing.
    const warnings = problems.filter(({ code }) => code !== "comment-in-string");
    assert.equal(warnings.length, expect.warn?.length ?? 0, "warnings");
  } catch (error) {
    return String(error);
  }
  return null;
}

function compareError(
  error: Placed<SyntaxProblem> | undefined,
  text: string,
  { err = "", errlines = [] }: Vector["expect"],
): string | null {
  if (error === undefined) return `not rejected: ${err}`;
  const code = CODES.find(([message]) => message.test(err))?.[1];
  if (error.code !== code) return `${error.code} instead of ${err}`;
  // BuildKit has not counted the line yet that is too long or holds the escape.
  const isEarly = ["escape-invalid", "line-too-long"].includes(error.code);
  const line = text.slice(0, error.range?.start ?? 0).split("\n").length - (isEarly ? 1 : 0);
  const first = errlines[0]?.[0] ?? 0;
  // An empty file has no line for BuildKit, and one for an editor.
  const last = Math.max(errlines.at(-1)?.[0] ?? 0, text === "" ? 1 : 0);
  return line >= first && line <= last
    ? null
    : `${error.code} on line ${line}, not ${first}-${last}`;
}

function asNode(instruction: Instruction, line: number): ExpectedNode {
  const { trigger } = instruction;
  return {
    cmd: instruction.keywordText,
    flags: instruction.flags.map(({ text }) => text),
    args: instruction.args.map(({ value }) => value),
    json: instruction.json,
    heredocs: instruction.heredocs.map(({ fileDescriptor: fd, name, expand, chomp, content }) => ({
      name,
      fd,
      expand,
      chomp,
      content,
    })),
    start: line,
    end: line + instruction.lineCount - 1,
    original: instruction.original,
    prev: instruction.comments,
    // BuildKit leaves the place and the heredocs of an ONBUILD's instruction to the ONBUILD.
    ...(trigger === null ? {} : { sub: { ...asNode(trigger, 0), start: 0, end: 0, heredocs: [] } }),
  };
}
