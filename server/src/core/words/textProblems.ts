/** What is wrong with the text of a Dockerfile, and with the file as a whole. */
import type { TargetProblem } from "../graph/problem.js";
import type { SyntaxProblem } from "../syntax/problem.js";
import { say } from "../text/say.js";
import { error, type ProblemRows } from "./problemRow.js";

export const syntaxRows: ProblemRows<SyntaxProblem> = {
  "no-instructions": error(() => say`The Dockerfile has no instruction. It starts with FROM.`),
  "file-too-long": {
    severity: "warning",
    words: tooLongWords,
  },
  "line-too-long": error(
    ({ limit }) =>
      say`The line is longer than the ${limit} bytes that BuildKit reads. Continue it on further lines.`,
  ),
  "directive-repeated": error(
    ({ name }) => say`The parser directive "${name}" stands twice. Keep one of them.`,
  ),
  "escape-invalid": error(() => say`The escape character can only be a backslash or a backtick.`),
  "blank-line-in-continuation": {
    severity: "warning",
    words: () =>
      say`An empty line inside a continued instruction. Docker skips it and warns that a later version will refuse it: remove it, or start it with #.`,
  },
  "comment-in-string": {
    severity: "warning",
    words: () =>
      say`Docker takes this line for a comment and drops it, though it stands inside a string. A heredoc keeps such lines.`,
  },
  "heredoc-word-invalid": error(() => say`The name of this heredoc cannot be read.`),
  "heredoc-unclosed": error(
    ({ name }) => say`No line closes this heredoc: a line with nothing but "${name}" is missing.`,
  ),
  "json-not-strings": error(
    () => say`A JSON array of arguments may hold nothing but strings in double quotes.`,
  ),
  "pair-equals-missing": error(
    ({ word }) => say`"${word}" has no "=". Write NAME=value, with quotes around spaces.`,
  ),
  "pair-value-missing": error(
    ({ keyword }) => say`${keyword} needs a name and a value: ${keyword} NAME=value.`,
  ),
};

export const targetRows: ProblemRows<TargetProblem> = {
  "no-stage": error(() => say`The file has no FROM: there is nothing to build.`),
  "no-target": error(({ target, near }) =>
    near === null
      ? say`No stage is named "${target}".`
      : say`No stage is named "${target}". Did you mean "${near}"?`,
  ),
  "no-image": error(
    () => say`Nothing follows FROM scratch: the classic builder makes no image of it.`,
  ),
  "windows-build": {
    severity: "warning",
    words: () =>
      say`This builds for Windows, which is out of reach: what happens inside is not told, and layers and keys are counted as for Linux.`,
  },
  template: error(
    ({ mark }) =>
      say`This is a template, with "${mark}" where something else is to stand: no builder takes it as it is, only what is made of it.`,
  ),
  "bad-network": error(
    ({ network }) => say`BuildKit knows no network "${network}": default, none or host.`,
  ),
};

function tooLongWords({ of, limit }: Extract<SyntaxProblem, { code: "file-too-long" }>): string {
  switch (of) {
    case "characters":
      return say`The Dockerfile is longer than ${limit} characters: nothing of it is read here.`;
    case "instructions":
      return say`The Dockerfile has more than ${limit} instructions: nothing of it is read here.`;
    case "words":
      return say`This instruction has more than ${limit} words: nothing of the Dockerfile is read here.`;
    case "work":
      return say`Up to here the Dockerfile has so many FROM, COPY and ADD, or sources of these, that nothing of it is read here.`;
  }
}
