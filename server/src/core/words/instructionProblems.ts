/** What is wrong with an instruction. */
import { behindBuildKit, type Feature } from "../build/frontend.js";
import type { ReferenceMistake } from "../image/reference.js";
import type { FlagMistake, InstructionProblem, MountMistake } from "../instructions/problem.js";
import type { ExpansionMistake } from "../syntax/expand.js";
import { say } from "../text/say.js";
import { error, type ProblemRows, type Severity } from "./problemRow.js";

export const instructionRows: ProblemRows<InstructionProblem> = {
  "unknown-instruction": error(({ keyword, near }) =>
    near === null
      ? say`Docker knows no instruction ${keyword}.`
      : say`Docker knows no instruction ${keyword}. Did you mean ${near}?`,
  ),
  "before-from": error(
    ({ keyword }) => say`${keyword} stands before the first FROM: there is no stage yet.`,
  ),
  "bad-trigger": error(({ keyword, isNested }) =>
    isNested
      ? say`ONBUILD cannot hold another ONBUILD.`
      : say`${keyword} cannot be an ONBUILD trigger.`,
  ),
  "too-many-triggers": {
    severity: "warning",
    words: (problem) =>
      problem.in === "stage"
        ? say`The stage has more than ${problem.limit} ONBUILD instructions: this one is left out here.`
        : say`The stages of this file inherit more than ${problem.limit} ONBUILD instructions: those of this stage are left out here.`,
  },

  "missing-argument": error(missingWords),
  "too-many-arguments": error(({ keyword }) => say`${keyword} takes exactly one argument.`),
  "blank-name": error(blankWords),
  "heredoc-dropped": {
    severity: "warning",
    words: ({ name }) =>
      say`The classic builder does not know heredocs: it runs this line alone, and drops all up to ${name}.`,
  },
  "heredoc-carriage-return": {
    severity: "warning",
    words: ({ name }) =>
      say`The lines up to ${name} end with CR LF: the shell gets the CR as a part of each command.`,
  },
  "bad-heredoc": error(({ keyword }) => say`The destination of ${keyword} cannot be a heredoc.`),
  "destination-not-folder": error(
    () => say`With several sources the destination has to end with a slash.`,
  ),
  "remote-source": error(() => say`COPY takes no URL: ADD does, or RUN with a download.`),
  "not-json": error(() => say`SHELL takes a JSON array, as in SHELL ["/bin/bash", "-c"].`),
  "broken-exec-form": { severity: "warning", words: brokenFormWords },
  "bad-healthcheck": error(({ lacksCommand }) =>
    lacksCommand
      ? say`HEALTHCHECK CMD needs a command.`
      : say`HEALTHCHECK takes CMD and a command, or NONE alone.`,
  ),
  "bad-port": error(({ part, text }) =>
    part === "port"
      ? say`"${text}" is not a port or a range of ports.`
      : say`"${text}" is not a protocol of ports.`,
  ),
  "path-too-long": error(
    ({ limit }) => say`The directory is longer than the ${limit} bytes that Linux takes.`,
  ),
  "directory-too-deep": {
    severity: "warning",
    words: ({ limit }) =>
      say`The directory is more than ${limit} deep: what stands in the stage is not followed here from this line on.`,
  },
  "bad-signal": error(({ signal }) => say`"${signal}" is not a signal.`),
  "bad-expansion": error(({ mistake }) => expansionWords(mistake)),

  "bad-flag": error(({ mistake }) => flagWords(mistake)),
  "needs-buildkit": {
    severity: ({ effect }) => (effect === "fails" ? "error" : "warning"),
    words: ({ flag, effect }) => {
      if (flag === null)
        return say`The classic builder does not know heredocs: they need BuildKit.`;
      return effect === "fails"
        ? say`The classic builder does not know --${flag}: it needs BuildKit.`
        : say`The classic builder takes no notice of --${flag}: it needs BuildKit.`;
    },
  },
  "needs-frontend": { words: frontendWords, severity: frontendSeverity },
  "bad-checksum": error(checksumWords),
  "bad-chmod": error(
    ({ mode }) => say`"${mode}" is not a mode: octal such as 755, or symbolic such as u+x.`,
  ),
  "variable-in-from": error(
    () => say`--from takes no variable: name a stage with FROM … AS and use its name.`,
  ),
  "bad-mount": error(({ mistake }) => mountWords(mistake)),

  "bad-from": error(() => say`FROM takes an image, and AS with a name if the stage has one.`),
  "bad-stage-name": error(
    ({ name }) =>
      say`"${name}" cannot name a stage: a letter first, then letters, digits, - _ and . only.`,
  ),
  "blank-base": error(({ written, variable }) =>
    variable === null
      ? say`The base "${written}" has no value.`
      : say`The base "${written}" has no value: pass --build-arg ${variable}=…, or give the ARG ${variable} before the first FROM a default.`,
  ),
  "bad-reference": error(referenceWords),
  "base-build-fails": error(
    ({ name }) => say`${name}, which this build starts with, cannot be built itself.`,
  ),
  "bad-platform": error(
    ({ platform }) => say`"${platform}" is not a platform, such as linux/arm64.`,
  ),
  "blank-platform": error(() => say`--platform has no value.`),
  "stage-name-taken": error(({ name }) => say`Another stage above is named "${name}".`),
  "circular-stage": error(() => say`The stage takes files from itself.`),
  "later-stage": error(
    ({ name }) => say`The stage "${name}" stands below: files can only be taken from stages above.`,
  ),
  "name-like-stage": {
    severity: "warning",
    words: ({ name, stage }) =>
      say`No stage above is named "${name}", so an image of that name is taken. Did you mean the stage "${stage}"?`,
  },
  "no-such-stage": error(({ name }) => say`There is no stage ${name}.`),
};

type ProblemOf<Code extends InstructionProblem["code"]> = InstructionProblem & {
  readonly code: Code;
};

function missingWords({ keyword, needs }: ProblemOf<"missing-argument">): string {
  switch (needs) {
    case "one":
      return say`${keyword} takes exactly one argument.`;
    case "some":
      return say`${keyword} needs at least one argument.`;
    case "source":
      return say`${keyword} needs a source and a destination.`;
    case "command":
      return say`RUN needs a command.`;
    case "instruction":
      return say`ONBUILD needs an instruction.`;
    case "name":
      return say`ARG needs a name.`;
  }
}

/** Of what looks like the exec form. */
export function brokenFormWords({
  keyword,
  takenAs,
}: Omit<ProblemOf<"broken-exec-form">, "code">): string {
  if (takenAs === "paths")
    return say`${keyword} looks like a JSON array and is none, so brackets and quotes count as parts of paths: strings need double quotes, and commas between them.`;
  return say`${keyword} looks like a JSON array and is none, so the shell gets it as text: strings need double quotes, and commas between them.`;
}

function blankWords({ keyword, of }: ProblemOf<"blank-name">): string {
  switch (of) {
    case "argument":
      return say`ARG has a value without a name.`;
    case "pair":
      return say`${keyword} has a pair without a name.`;
    case "path":
      return say`${keyword} has an empty path.`;
  }
}

function flagWords(mistake: FlagMistake): string {
  switch (mistake.kind) {
    case "unknown":
      return say`Unknown flag --${mistake.flag}.`;
    case "repeated":
      return say`The flag --${mistake.flag} is given twice.`;
    case "empty":
      return say`The flag --${mistake.flag} has an empty value.`;
    case "no-value":
      return say`The flag --${mistake.flag} needs a value.`;
    case "no-boolean":
      return say`The flag --${mistake.flag} takes true or false, not "${mistake.value}".`;
    case "no-duration":
      return say`--${mistake.flag} takes a duration of at least 1ms, such as 30s or 1m30s.`;
    case "no-number":
      return say`--retries takes a number from 0 up.`;
    case "no-mode":
      return mistake.of === "network"
        ? say`"${mistake.value}" is not a network mode: default, none or host.`
        : say`"${mistake.value}" is not a security mode: sandbox or insecure.`;
  }
}

function frontendSeverity({ effect }: ProblemOf<"needs-frontend">): Severity {
  switch (effect) {
    case "fails":
      return "error";
    case "ignores":
      return "warning";
    case "may-fail":
      return "information";
  }
}

function frontendWords(problem: ProblemOf<"needs-frontend">): string {
  const { effect, minor } = problem;
  const what = featureWords(problem.feature);
  const has = `1.${minor}`;
  const needed = `1.${problem.needed}`;
  const line = "# syntax=docker/dockerfile:1";
  switch (effect) {
    case "fails":
      return say`${what} needs Dockerfile ${needed}, and this build has ${has}: a first line ${line} brings a newer one.`;
    case "ignores":
      return say`${what} needs Dockerfile ${needed}: this build has ${has}, which takes no notice of it. A first line ${line} brings a newer one.`;
    case "may-fail":
      return say`${what} needs Dockerfile ${needed}, which came with BuildKit ${`0.${problem.needed + behindBuildKit}`}: an older builder refuses it, unless a first line ${line} brings a newer one.`;
  }
}

function featureWords(feature: Feature): string {
  switch (feature) {
    case "heredoc":
      return say`A heredoc`;
    case "chmod-variable":
      return say`A variable in --chmod`;
    case "chmod-symbolic":
      return say`A symbolic --chmod`;
    case "secret-variable":
      return say`A secret with env`;
    default:
      return `--${feature}`;
  }
}

function checksumWords({ mistake, checksum }: ProblemOf<"bad-checksum">): string {
  switch (mistake) {
    case "several-sources":
      return say`--checksum is for a single source.`;
    case "no-address":
      return say`--checksum is for an address or a git repository.`;
    case "malformed":
      return say`"${checksum}" is not a checksum: sha256: and 64 hexadecimal digits.`;
  }
}

function referenceWords({ why, reference, written }: ProblemOf<"bad-reference">): string {
  const what = noReferenceWords(why, reference);
  return reference === written
    ? what
    : `${what} ${say`It is what "${written}" comes to: give its build arguments a value.`}`;
}

function noReferenceWords(why: ReferenceMistake, reference: string): string {
  switch (why) {
    case "identifier":
      return say`"${reference}" is the id of an image: builders take it for a name, and no name looks like that.`;
    case "scheme":
      return say`"${reference}" names no image: leave out what stands before the registry's name.`;
    case "upper-case":
      return say`"${reference}" names no image: a name has lower-case letters only.`;
    case "blank-tag":
      return say`"${reference}" names no image: no tag stands behind the colon.`;
    case "tag":
      return say`"${reference}" names no image: its tag can have letters, digits, _ . and -, up to 128, and begins with none of the last two.`;
    case "digest":
      return say`"${reference}" names no image: behind @ belongs sha256: and 64 hexadecimal digits.`;
    case "too-long":
      return say`"${reference}" names no image: a name has at most 255 characters.`;
    case "name":
      return say`"${reference}" names no image: a name is lower-case letters and digits, parted by one of . _ - or /.`;
  }
}

function mountWords(mistake: MountMistake): string {
  switch (mistake.kind) {
    case "open-quote":
      return say`The quotes in --mount do not pair.`;
    case "variable-in-from":
      return say`from= takes no variable: name a stage with FROM … AS and use its name.`;
    case "root-as-target":
      return say`The mount's target cannot be the root.`;
    case "unknown-option":
      return say`--mount has no option "${mistake.option}".`;
    case "no-value":
      return say`${mistake.option} needs a value, as in ${mistake.option}=….`;
    case "no-boolean":
      return say`${mistake.option} takes true or false, not "${mistake.value}".`;
    case "no-type":
      return say`"${mistake.value}" is not a type of mount.`;
    case "no-size":
      return say`"${mistake.value}" is not a size.`;
    case "no-sharing":
      return say`"${mistake.value}" is not a way of sharing: shared, private or locked.`;
    case "no-number":
      return say`"${mistake.value}" is not a ${mistake.option}.`;
    case "not-for-type":
      return say`${mistake.option} is not for mounts of type ${mistake.type}.`;
    case "secret-from":
      return say`A secret takes no from.`;
    case "secret-unnamed":
      return say`A secret needs an id, a source or a target.`;
    case "secret-named-twice":
      return say`A secret takes an id or a source, not both.`;
  }
}

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
      switch (mistake.what) {
        case "nesting":
          return say`The substitutions are nested too deeply.`;
        case "pattern":
          return say`The pattern is too long for this value.`;
        case "value":
          return say`The value becomes too long: more than 128 KiB of it come from variables.`;
        case "file":
          return say`The values of variables in this file are too long together: more than 1 MiB is expanded.`;
      }
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
