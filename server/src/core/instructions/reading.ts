/**
 * An instruction while it is read in a scope: its words are expanded, what it names is looked up,
 * and what is wrong with it is gathered. It lives for one instruction; scope and facts are values.
 */
import type { BuilderRules } from "../build/builderRules.js";
import { type ExpansionError, expandWord, expandWords, HEREDOC_BODY } from "../syntax/expand.js";
import type { EscapeCharacter, Word } from "../syntax/syntax.js";
import type { Placed, TextRange } from "../text/range.js";
import type { OrderedEnvironment } from "./environment.js";
import type { SourceReference } from "./operation.js";
import type { InstructionProblem } from "./problem.js";
import type { Scope } from "./scope.js";

/** Something wrong with an instruction, and whether it fails every build or only one that needs its stage. */
export interface Found {
  readonly phase: "read" | "build";
  readonly problem: Placed<InstructionProblem>;
}

/** What an instruction goes by besides its scope, and no instruction of its stage changes. */
export interface StageFacts {
  readonly rules: BuilderRules;
  readonly escape: EscapeCharacter;
  /** What the user passes with `--build-arg`. */
  readonly buildArgs: ReadonlyMap<string, string>;
  /** The arguments that the builder sets without a line: known before the first FROM, and to a bare ARG. */
  readonly automaticArgs: ReadonlyMap<string, string>;
  /** What the lines before the first FROM set; null: the instruction is one of them. */
  readonly globals: OrderedEnvironment | null;
  /** The stage or image that `--from=name` of a COPY, or `from=name` of a mount, means here. */
  readonly source: (name: string, kind: SourceKind) => SourceReference | SourceMistake;
}

export type SourceKind = "copy" | "mount";

/** Why a name means nothing that files can be taken from. */
export type SourceMistake = "itself" | "later" | "no-such-stage";

/**
 * What is wrong with an instruction, at its place in it. `read`: it is malformed, the build fails
 * wherever it stands; `build`: the build fails only where the target needs the stage.
 */
export function foundWrong(
  phase: Found["phase"],
  problem: InstructionProblem,
  range: TextRange,
): Found {
  return { phase, problem: { ...problem, range } };
}

export interface Reading extends Pick<StageFacts, "rules" | "buildArgs"> {
  readonly scope: Scope;
  /** What was wrong up to now. */
  readonly found: readonly Found[];
  /** Goes on in another scope, as the second of several ARGs of a line does. */
  readonly within: (scope: Scope) => Reading;
  /**
   * Expands the variables of one word with the variables of the scope; a mistake is reported at the
   * word and the word is returned as it is.
   */
  readonly expand: (word: Word) => string;
  /** The same where one word may become several (EXPOSE) or none. */
  readonly expandToWords: (word: Word) => readonly string[];
  /** Expands the body of a heredoc: quotes stay as they are. */
  readonly expandDocument: (content: string, range: TextRange) => string;
  /** What an ARG without a value takes from before the first FROM. */
  readonly globalArg: (name: string) => string | undefined;
  /** See `StageFacts.source`; null, and reported, where the name means nothing. */
  readonly source: (name: string, range: TextRange, kind: SourceKind) => SourceReference | null;
  /** Gathers what `foundWrong` makes of it. */
  readonly report: (...what: Parameters<typeof foundWrong>) => void;
}

/** Begins to read one instruction. */
export function startReading(facts: StageFacts, scope: Scope): Reading {
  return readingIn(facts, scope, []);
}

function readingIn(facts: StageFacts, scope: Scope, found: Found[]): Reading {
  const { rules, buildArgs, automaticArgs, globals } = facts;
  const report: Reading["report"] = (...what) => {
    found.push(foundWrong(...what));
  };
  const lookUp = (name: string): string | undefined =>
    scope.environment.get(name) ?? (globals === null ? automaticArgs.get(name) : undefined);
  const reportExpansion = (error: ExpansionError | null, range: TextRange): void => {
    if (error !== null) report("build", { code: "bad-expansion", mistake: error }, range);
  };
  return {
    rules,
    buildArgs,
    scope,
    found,
    report,
    within: (next) => readingIn(facts, next, found),
    expand({ value, range }) {
      const expansion = expandWord(value, lookUp, facts.escape);
      reportExpansion(expansion.error, range);
      return expansion.error === null ? expansion.value : value;
    },
    expandToWords({ value, range }) {
      const expansion = expandWords(value, lookUp, facts.escape);
      reportExpansion(expansion.error, range);
      return expansion.words.map((word) => word.value);
    },
    expandDocument(content, range) {
      const expansion = expandWord(content, lookUp, "\\", HEREDOC_BODY);
      reportExpansion(expansion.error, range);
      return expansion.error === null ? expansion.value : content;
    },
    // A bare ARG repeated before FROM keeps the value that the name has.
    globalArg: (name) => (globals ?? scope.environment).get(name) ?? automaticArgs.get(name),
    source(name, range, kind) {
      const source = facts.source(name, kind);
      if (typeof source !== "string") return source;
      reportSource(source, name, range, report);
      return null;
    },
  };
}

function reportSource(
  mistake: SourceMistake,
  name: string,
  range: TextRange,
  report: Reading["report"],
): void {
  switch (mistake) {
    case "itself":
      report("read", { code: "circular-stage" }, range);
      break;
    case "later":
      report("build", { code: "later-stage", name }, range);
      break;
    case "no-such-stage":
      report("read", { code: "no-such-stage", name }, range);
      break;
  }
}
