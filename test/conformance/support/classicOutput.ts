/** Reads what the classic builder prints: `Step 3/7 : …`, ` ---> Using cache`. */
import type { LineSpan } from "./dockerfileLines.js";
import { steadyMessage } from "./progress.js";
import type { FailureRecord, StepRecord } from "./recording.js";

/**
 * The classic builder numbers all instructions of the file in order, so step n is the n-th one; a
 * LABEL for each label of the command line comes last. Those stand at the instruction before them.
 */
export function classicSteps(
  stdout: string,
  spans: readonly LineSpan[],
  labels: number,
): readonly StepRecord[] {
  const steps: StepRecord[] = [];
  const pieces = stdout.split(/^(?=Step \d+\/\d+ : )/m);
  pieces.forEach((piece, index) => {
    const [, number = "", total = ""] = /^Step (\d+)\/(\d+)/.exec(piece) ?? [];
    const place = Math.min(Number(number), Number(total) - labels);
    const isLabel = place < Number(number);
    const span = spans[place - 1];
    if (span === undefined || (span.keyword === "FROM" && !isLabel)) return;
    const isGlobalArg = spans.findIndex((s) => s.keyword === "FROM") > place - 1;
    if (isGlobalArg) return;
    const done = /^ ---> [0-9a-f]{12}$/m.test(piece);
    const isLast = index === pieces.length - 1;
    const outcome = /^ ---> Using cache$/m.test(piece)
      ? "cached"
      : done || !isLast
        ? "run"
        : "failed";
    steps.push([span.line, isLabel ? "LABEL" : span.keyword, outcome]);
  });
  return steps;
}

export function classicFailure(
  stdout: string,
  stderr: string,
  spans: readonly LineSpan[],
): FailureRecord {
  const lastPiece = stdout.split(/^(?=Step \d+\/\d+ : )/m).at(-1) ?? "";
  const number = /^Step (\d+)\//.exec(lastPiece)?.[1];
  // A stage that cannot begin fails before its FROM is printed: the step printed last is done then.
  const isDone = /^ ---> [0-9a-f]{12}$/m.test(lastPiece);
  const message =
    stderr
      .trim()
      .split("\n")
      .filter((line) => line.trim() !== "")
      .at(-1) ?? "";
  const parse = /line (\d+)/.exec(message)?.[1];
  const step = number === undefined ? undefined : spans[Number(number) - (isDone ? 0 : 1)]?.line;
  return {
    line: step ?? (parse === undefined ? null : Number(parse)),
    message: steadyMessage(message),
  };
}
