/**
 * What became of a build's steps, kept while all that it depends on is the same: so an edit keys the
 * step that it touches, and those below until they stand on the same as before. Two values a step,
 * since a key that is typed and taken back goes to and fro between "cached" and "rebuilds".
 */
import type { BuildDefinition } from "../build/definition.js";
import type { Platform } from "../build/platform.js";
import type { Step } from "../graph/graph.js";
import { isSamePosition, type Position, type StageOutcome, type StepOutcome } from "./outcome.js";
import type { RecordGraph } from "./recordGraph.js";

/** A step's outcome, and what the next one stands on. */
export interface Run {
  readonly outcome: StepOutcome;
  readonly after: Position;
}

/** All that a run depends on besides its step. */
export interface Given {
  readonly stage: number;
  readonly nth: number;
  readonly at: Position;
  /** Where it takes files from: views of contexts, ends of stages; compared one by one. */
  readonly takes: readonly unknown[];
  /** True where somebody sees the files that it leaves. */
  readonly isSeen: boolean;
  readonly definition: BuildDefinition;
  readonly platform: Platform;
  readonly stagePlatform: Platform;
  readonly records: RecordGraph;
  readonly committed: RecordGraph;
}

interface KeptRun {
  readonly given: Given;
  readonly run: Run;
}

export class KeptRuns {
  /** Of the last build; null: the stage was not built. */
  stages: readonly (StageOutcome | null)[] = [];
  readonly #runs = new WeakMap<Step, readonly KeptRun[]>();

  /** null: none was kept, or it depends on something else. */
  find(step: Step, given: Given): Run | null {
    for (const kept of this.#runs.get(step) ?? none)
      if (isSameGiven(kept.given, given)) return kept.run;
    return null;
  }

  /** Of the same step, standing on whatever. */
  definitionOf(step: Step, { definition, stagePlatform }: Given): StepOutcome["definition"] {
    const same = this.#runs
      .get(step)
      ?.find(
        ({ given }) => given.definition === definition && given.stagePlatform === stagePlatform,
      );
    return same?.run.outcome.definition ?? null;
  }

  /**
   * Keeps a run. Where it leaves the same as one before in its place, that is the same object.
   * @param replaced the step that stood there
   */
  keep(step: Step, given: Given, run: Run, replaced: Step | null): Run {
    const own = this.#runs.get(step) ?? none;
    const others = replaced === null ? none : (this.#runs.get(replaced) ?? none);
    const same = [...own, ...others].find((kept) => isSamePosition(kept.run.after, run.after));
    const settled = same === undefined ? run : { outcome: run.outcome, after: same.run.after };
    // What waits for files to be read changes without notice.
    const waits = run.outcome.context.some(({ content }) => content.kind === "needed");
    if (!waits) this.#runs.set(step, [{ given, run: settled }, ...own.slice(0, keptValues - 1)]);
    return settled;
  }
}

const keptValues = 2;

const none: readonly KeptRun[] = [];

function isSameGiven(one: Given, other: Given): boolean {
  return (
    one.at === other.at &&
    one.nth === other.nth &&
    one.stage === other.stage &&
    one.isSeen === other.isSeen &&
    one.records === other.records &&
    one.committed === other.committed &&
    one.definition === other.definition &&
    one.platform === other.platform &&
    one.stagePlatform === other.stagePlatform &&
    one.takes.length === other.takes.length &&
    one.takes.every((taken, at) => taken === other.takes[at])
  );
}
