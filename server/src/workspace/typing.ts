/**
 * Somebody types: while an instruction cannot be read yet, all others are told of as they were. That
 * ends when the cursor leaves the instruction, or, where no editor says where the cursor is, when
 * nothing has been typed for a moment.
 */
import type { Analysis } from "../core/analysis/analyse.js";
import type { Problem } from "../core/analysis/problem.js";
import { type EditedPart, editedPart, laidOver } from "../core/syntax/halfTyped.js";
import type { Dockerfile } from "../core/syntax/syntax.js";
import type { Placed, TextRange } from "../core/text/range.js";
import { failsBuild } from "../core/words/problems.js";

/** So long after the last key an instruction counts as written. Milliseconds. */
const pause = 500;

/** An instruction that is half typed, as it is told. */
export interface TypedPart {
  readonly range: TextRange;
  /** Of the text as it stands. */
  readonly analysis: Analysis;
  /** True once it is to be told of itself. */
  readonly hasPaused: boolean;
}

export interface HalfTyped extends EditedPart {
  /** The instructions before it was typed in, each where it stands now. */
  readonly before: Dockerfile;
}

export class Typing {
  /** The last text that counted as a whole. */
  #whole: Dockerfile;
  #now: Dockerfile;
  /** What was found of `#now`; undefined: not looked at yet. */
  #found: HalfTyped | null | undefined = null;
  /** The line of the cursor, from 1; null: nobody tells. */
  #cursor: number | null = null;
  /** True once it was told after the last key. */
  #hasMoved = false;
  #hasPaused = true;
  #timer: NodeJS.Timeout | undefined;
  /** Hears that something else is to be told. */
  readonly #changed: (what: "all" | "problems") => void;

  constructor(dockerfile: Dockerfile, changed: (what: "all" | "problems") => void) {
    this.#whole = dockerfile;
    this.#now = dockerfile;
    this.#changed = changed;
  }

  /** True once the half-typed instruction itself is to be told of. */
  get hasPaused(): boolean {
    return this.#hasPaused;
  }

  typed(dockerfile: Dockerfile): void {
    this.#now = dockerfile;
    this.#found = undefined;
    this.#hasPaused = false;
    this.#hasMoved = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#pause(), pause);
    this.#timer.unref();
  }

  /** @param line from 1 */
  cursorAt(line: number): void {
    this.#cursor = line;
    this.#hasMoved = true;
    if (this.#found !== null && this.#found !== undefined && !this.#isIn(this.#found)) this.end();
  }

  /** What is half typed; null: nothing. `problems`: of the text as it stands. */
  of(problems: readonly Placed<Problem>[]): HalfTyped | null {
    if (this.#found !== undefined) return this.#found;
    const found = editedPart(this.#whole, this.#now);
    const { start, end } = found.range;
    const hasTrouble =
      found.swallows ||
      problems.some(
        (problem) =>
          problem.range !== null &&
          problem.range.start <= end &&
          problem.range.end >= start &&
          end > start &&
          failsBuild(problem),
      );
    const isAlike = this.#whole.escape === this.#now.escape;
    const isHalf = isAlike && hasTrouble && (!this.#hasMoved || this.#isIn(found));
    this.#found = isHalf ? { before: laidOver(this.#whole, this.#now, found), ...found } : null;
    if (!isHalf) this.#whole = this.#now;
    return this.#found;
  }

  /** The text counts as it stands. */
  end(): void {
    clearTimeout(this.#timer);
    const wasHeld = this.#found !== null;
    this.#whole = this.#now;
    this.#found = null;
    this.#hasPaused = true;
    if (wasHeld) this.#changed("all");
  }

  #isIn({ lines }: EditedPart): boolean {
    return this.#cursor !== null && this.#cursor >= lines.first && this.#cursor <= lines.last;
  }

  #pause(): void {
    this.#hasPaused = true;
    if (this.#found === null || this.#found === undefined) return;
    if (this.#isIn(this.#found)) this.#changed("problems");
    else this.end();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
