/** What is wrong with an instruction. */
import type { InstructionProblem, SaidProblem } from "../instructions/problem.js";
import type { ExpansionMistake } from "../syntax/expand.js";
import { say } from "../text/say.js";
import { error, type ProblemRows } from "./problemRow.js";

const said = error(({ message }: SaidProblem) => message);

export const instructionRows: ProblemRows<InstructionProblem> = {
  "bad-checksum": said,
  "bad-chmod": said,
  "bad-flag": said,
  "bad-from": said,
  "bad-healthcheck": said,
  "bad-heredoc": said,
  "bad-mount": said,
  "bad-platform": said,
  "bad-port": said,
  "bad-signal": said,
  "bad-stage-name": said,
  "bad-trigger": said,
  "before-from": said,
  "blank-base": said,
  "blank-name": said,
  "blank-platform": said,
  "circular-stage": said,
  "destination-not-folder": said,
  "later-stage": said,
  "missing-argument": said,
  "needs-buildkit": said,
  "no-such-stage": said,
  "not-json": said,
  "remote-source": said,
  "stage-name-taken": said,
  "too-many-arguments": said,
  "unknown-instruction": said,
  "variable-in-from": said,
  "bad-expansion": error(({ mistake }) => expansionWords(mistake)),
};

/** Why a variable cannot be expanded. */
export function expansionWords(mistake: ExpansionMistake): string {
  switch (mistake.code) {
    case "quote-unclosed":
      return mistake.quote === "single"
        ? say`The single quote is not closed.`
        : say`The double quote is not closed.`;
    case "brace-unclosed":
      return say`"${mistake.missing}" is missing here.`;
    case "substitution-bad":
      return say`A variable's name must follow "${"${"}".`;
    case "modifier-unsupported":
      return say`"${mistake.modifier}" is no modifier that Docker knows.`;
    case "pattern-invalid":
      return say`The pattern "${mistake.pattern}" escapes what needs no escape.`;
    case "variable-required":
      return requiredWords(mistake);
    case "expansion-too-large":
      return mistake.what === "nesting"
        ? say`The substitutions are nested too deeply.`
        : say`The pattern is too long for this value.`;
  }
}

function requiredWords({
  name,
  reason,
  isSet,
}: Extract<ExpansionMistake, { code: "variable-required" }>): string {
  if (reason !== "") return say`The variable ${name} is required here: ${reason}.`;
  return isSet
    ? say`The variable ${name} is required here: it is empty.`
    : say`The variable ${name} is required here: it is not set.`;
}
