/**
 * What became of a build's steps, kept while all that it depends on is the same: so an edit keys the
 * step that it touches, and those below until they stand on the same as before. Two values a step,
 * since a key that is typed and taken back goes to and fro between "cached" and "rebuilds".
 */
import type { BuildGraph, Stage, Step } from "../graph/graph.js";
import { isSameList } from "../text/sameList.js";
import type { Definition, InputShape } from "./definition.js";
import { dialectOf } from "./exact/dialect.js";
import { KeptDefinitions } from "./keptDefinitions.js";
import type { KeyedStep, LaidBuild } from "./keyedStep.js";
import type { Names } from "./names.js";
import {
  isSamePosition,
  type Position,
  type Setting,
  type StageOutcome,
  type StepOutcome,
} from "./outcome.js";

/** A step's outcome, and what the next one stands on. */
export interface Run {
  readonly outcome: StepOutcome;
  readonly after: Position;
}

/** All that a run depends on besides its step. */
export interface Given {
  readonly setting: Setting;
  readonly nth: number;
  readonly at: Position;
  /** Where it takes files from: views of contexts, ends of stages; compared one by one. */
  readonly takes: readonly unknown[];
}

interface KeptRun {
  readonly given: Given;
  readonly run: Run;
}

/** What became of the stages of a build, and what they have in common. */
export interface KeptStages {
  readonly graph: BuildGraph;
  /** Objects that are compared one by one: baseline, contexts and the like. */
  readonly common: readonly unknown[];
  /** null: the stage was not built. */
  readonly outcomes: readonly (StageOutcome | null)[];
  /** The steps of each. */
  readonly steps: readonly (readonly StepOutcome[] | null)[];
  readonly names: Names;
  /** The places of those that are asked for each time. */
  readonly restless: readonly number[];
  /** The places of those that take files of a context. */
  readonly taking: readonly number[];
}

export class KeptRuns {
  /** Of the last build. */
  stages: KeptStages | null = null;
  /** Of each stage what it came to before that, where it is another one. */
  readonly #others: (StageOutcome | undefined)[] = [];
  readonly #laid = new WeakMap<StepOutcome, KeyedStep>();
  /** Of the last build. */
  laid: LaidBuild | null = null;
  readonly #runs = new WeakMap<Step, readonly KeptRun[]>();
  /** Of a step that took the place of another one: what that left, and those before it. */
  readonly #leftBefore = new WeakMap<Step, readonly Position[]>();
  readonly #settings: Setting[] = [];
  readonly #definitions: KeptDefinitions;

  /** @param definitions of the same build, whatever it is compared with */
  constructor(definitions = new KeptDefinitions()) {
    this.#definitions = definitions;
  }

  /** That of the stage in the build before, where it is the same. */
  setting(
    graph: BuildGraph,
    { index, platform: stagePlatform }: Stage,
    { records, committed, exported }: Pick<Setting, "records" | "committed" | "exported">,
  ): Setting {
    const { definition, platform } = graph;
    const dialect = dialectOf(graph);
    const before = this.#settings[index];
    const isSame =
      before !== undefined &&
      before.definition === definition &&
      before.dialect === dialect &&
      before.platform === platform &&
      before.stagePlatform === stagePlatform &&
      before.records === records &&
      before.committed === committed &&
      before.exported === exported;
    if (isSame) return before;
    const common = { definition, dialect, platform, records, committed, exported };
    const setting = { stage: index, stagePlatform, ...common };
    this.#settings[index] = setting;
    return setting;
  }

  /** What became of a stage in earlier builds, the last one first. */
  outcomesOf(stage: number): readonly StageOutcome[] {
    const last = this.stages?.outcomes[stage] ?? null;
    const other = this.#others[stage];
    return [...(last === null ? [] : [last]), ...(other === undefined ? [] : [other])];
  }

  /** The step as it was laid last with this outcome; null: it was not. */
  laidWith(outcome: StepOutcome): KeyedStep | null {
    return this.#laid.get(outcome) ?? null;
  }

  keepLaid(keyed: KeyedStep): void {
    this.#laid.set(keyed.outcome, keyed);
  }

  /** Keeps the last but one beside the last. */
  keepOther(stage: number, outcome: StageOutcome): void {
    this.#others[stage] = outcome;
  }

  /** null: none was kept, or it depends on something else. */
  find(step: Step, given: Given): Run | null {
    for (const kept of this.#runs.get(step) ?? none)
      if (isSameGiven(kept.given, given)) return kept.run;
    return null;
  }

  /**
   * Of the same step, standing on whatever has the same shape.
   * @param make it, where none is kept; null: the builder runs nothing for the step
   */
  definitionOf(
    step: Step,
    { setting }: Given,
    shape: InputShape,
    make: () => Definition | null,
  ): Definition | null {
    return this.#definitions.of(step, setting, shape, make);
  }

  /**
   * Keeps a run. Where it leaves the same as one before in its place, that is the same object.
   * @param replaced the step that stood there
   */
  keep(step: Step, given: Given, run: Run, replaced: Step | null): Run {
    const own = this.#runs.get(step) ?? none;
    const left = [...this.#leftBy(step), ...(replaced === null ? [] : this.#leftBy(replaced))];
    const same = left.find((after) => isSamePosition(after, run.after));
    const settled = same === undefined ? run : { outcome: run.outcome, after: same };
    if (waitsForFiles(run)) return settled;
    this.#runs.set(step, [{ given, run: settled }, ...own.slice(0, keptValues - 1)]);
    if (replaced !== null && replaced !== step) {
      const others = [...new Set(left)].filter((after) => after !== settled.after);
      this.#leftBefore.set(step, others.slice(0, keptValues));
    }
    return settled;
  }

  /** What stood below a step lately, the last first. */
  #leftBy(step: Step): readonly Position[] {
    const runs = this.#runs.get(step) ?? none;
    return [...runs.map(({ run }) => run.after), ...(this.#leftBefore.get(step) ?? [])];
  }
}

const keptValues = 2;

const none: readonly KeptRun[] = [];

function isSameGiven(one: Given, other: Given): boolean {
  return (
    one.at === other.at &&
    one.nth === other.nth &&
    one.setting === other.setting &&
    isSameList(one.takes, other.takes)
  );
}

/** What waits for files to be read changes without notice. */
export function waitsForFiles({ outcome }: Run): boolean {
  return outcome.context.some(({ content }) => content.kind === "needed");
}
