/**
 * The syntax tree of a Dockerfile: what BuildKit's own parser makes of the text, with exact ranges.
 * No meaning here: an unknown keyword is an instruction like any other.
 *
 * An instruction is a value without a place: every range in it counts from its own first character,
 * so that it stays the same when something above it changes. `Dockerfile` knows where it stands.
 */
import type { Placed, TextRange } from "../text/range.js";
import type { SyntaxProblem } from "./problem.js";

export type EscapeCharacter = "\\" | "`";

/** A `# syntax=`, `# escape=` or `# check=` line at the top of the file. */
export interface ParserDirective {
  readonly name: "syntax" | "escape" | "check";
  readonly value: string;
  /** From the `#` to the end of the line. */
  readonly range: TextRange;
  readonly valueRange: TextRange;
}

/** One argument. `value` is what BuildKit's parser hands on: quotes and escapes still in it. */
export interface Word {
  readonly value: string;
  /** Where it stands; an element of a JSON array with its quotes. */
  readonly range: TextRange;
}

/** One `--name=value` or `--name`. `text` is the whole flag as BuildKit reads it, quotes removed. */
export interface Flag {
  readonly text: string;
  readonly name: string;
  readonly value: string | null;
  readonly range: TextRange;
  /** Where the value stands, quotes included; empty, at the end of the flag, when it has none. */
  readonly valueRange: TextRange;
}

export interface Heredoc {
  readonly name: string;
  readonly fileDescriptor: number;
  /** False when the delimiter is quoted: variables in the body stay as they are. */
  readonly expand: boolean;
  /** True for `<<-`: leading tabs of the body are dropped. `content` still has them. */
  readonly chomp: boolean;
  readonly content: string;
  /** The `<<NAME` word. */
  readonly range: TextRange;
  /** The body's lines, without the closing delimiter. */
  readonly bodyRange: TextRange;
  /** The line of the closing delimiter, its line end left out; null when the body is not closed. */
  readonly closingRange: TextRange | null;
}

/**
 * A logical line: continuations joined, comments and blank lines between them dropped. `table` says
 * where each of its stretches stands in the instruction. See `logicalLine.ts` for what can be asked of it.
 */
export interface LogicalLine {
  readonly text: string;
  /** Where `text` begins in the line that `table` describes; 0 but for an ONBUILD's instruction. */
  readonly start: number;
  readonly table: SegmentTable;
}

/** Stretch number n of the logical line starts at `logical[n]` there and at `source[n]` in the text. */
export interface SegmentTable {
  readonly logical: readonly number[];
  readonly source: readonly number[];
}

/** One logical line: keyword, flags, arguments and heredocs, after continuations are joined. */
export interface Instruction {
  /** Upper case, as in `RUN`. Only keywords that BuildKit takes for `RUN` read `RUN` here. */
  readonly keyword: string;
  /** As it is written. Empty when the line has nothing but continuation characters. */
  readonly keywordText: string;
  readonly keywordRange: TextRange;
  /**
   * From its first character to the end of its last line, heredoc bodies and delimiters included. It
   * starts at 0; that of an ONBUILD's instruction counts from the ONBUILD.
   */
  readonly range: TextRange;
  /** How many lines it takes, as BuildKit counts them. */
  readonly lineCount: number;
  readonly flags: readonly Flag[];
  /**
   * The arguments as BuildKit's line parser of this keyword splits them: ENV and LABEL give
   * triples (name, value, separator), shell forms one word with the whole text, HEALTHCHECK its
   * type and then the command, an unknown keyword one empty word, ONBUILD none (see `trigger`).
   */
  readonly args: readonly Word[];
  /** True when the arguments were written as a JSON array of strings. */
  readonly json: boolean;
  /** For an ONBUILD these are its instruction's, which has them too. */
  readonly heredocs: readonly Heredoc[];
  /** The logical line, continuations joined, as BuildKit prints it. */
  readonly original: string;
  /** The same with its places in the file. */
  readonly logicalLine: LogicalLine;
  /** The comment lines right before it, without `#`; null when there are none. */
  readonly comments: readonly string[] | null;
  /** The instruction that an ONBUILD holds. */
  readonly trigger: Instruction | null;
  /** True when BuildKit's parser rejects it: flags and args hold what could be read all the same. */
  readonly broken: boolean;
  /** Of its text, those of the instruction of an ONBUILD among them. */
  readonly problems: readonly Placed<SyntaxProblem>[];
}

/** A comment line. Those between the continued lines of an instruction are here too. */
export interface Comment {
  /** From the `#` to the end of the line. */
  readonly range: TextRange;
  readonly line: number;
}

export interface Dockerfile {
  readonly text: string;
  readonly escape: EscapeCharacter;
  readonly directives: readonly ParserDirective[];
  readonly instructions: readonly Instruction[];
  /** Where each instruction starts: its offset, and its line from 1. */
  readonly starts: readonly number[];
  readonly lines: readonly number[];
  readonly comments: readonly Comment[];
  /**
   * Of what is no instruction, or of the file as a whole, by offsets into the text. They are what
   * BuildKit's parser rejects; the instructions that can be read are there all the same.
   */
  readonly problems: readonly Placed<SyntaxProblem>[];
  /** What all instructions together cost: see `mostWork`. */
  readonly work: number;
}
