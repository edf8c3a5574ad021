/** The words of the causes that need nothing but a step. */
import type { Step } from "../graph/graph.js";
import { variableReferences } from "../syntax/expand.js";
import type { ValueChange } from "./changedValues.js";
import type { KeyedStep } from "./predict.js";
import type { Cause } from "./prediction.js";

/** How many variables are named as causes of one step. */
export const namedValues = 4;

export function valueCause({ name, how, line }: ValueChange, own: number): Cause {
  const place = line === null || line === own ? "" : ` (line ${line})`;
  const message = {
    changed: `The value of ${name} changed${place}.`,
    added: `${name} is set now${place}.`,
    removed: `${name} is not set any more.`,
  }[how];
  return { code: "value-changed", short: `${name} ${how}`, message, line: line ?? own, paths: [] };
}

/** The variables that a step's own text refers to. */
export function usedNames({ instruction, text }: Step): ReadonlySet<string> {
  const bodies = instruction.heredocs.flatMap((doc) => (doc.expand ? [doc.content] : []));
  return new Set(
    [text, ...bodies].flatMap((part) => variableReferences(part, "\\").map(({ name }) => name)),
  );
}

/** The inputs that are documents in the Dockerfile itself. */
export function documents(inputs: readonly string[]): string {
  return inputs.filter((input) => input.startsWith("inline:")).join();
}

export function added({ step: { line } }: KeyedStep): Cause {
  const message = "The instruction is new: the build before did not have it.";
  return { code: "instruction-added", short: "new instruction", message, line, paths: [] };
}

export function recordGone({ step: { line } }: KeyedStep): Cause {
  const message = "No earlier build ran it on what the lines above give now.";
  return { code: "record-gone", short: "no earlier result", message, line, paths: [] };
}

export function pendingCause(keyed: KeyedStep): Cause {
  return {
    code: "files-pending",
    short: "reading files",
    message: "The files that it takes are being read.",
    line: keyed.step.line,
    paths: [],
  };
}
