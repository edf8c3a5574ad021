/** Why a step will not be cached: the causes, first cause first. */
import { failsStep } from "../context/selection.js";
import {
  type BuildGraph,
  placeOf,
  refOf,
  type Step,
  type StepRef,
  stageOfStep,
} from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import { failsBuild } from "../graph/problem.js";
import type { Digest } from "../host.js";
import { alignSteps, stepText } from "./align.js";
import { ChangedValues } from "./changedValues.js";
import { type InputName, isSameName } from "./inputName.js";
import { type Comparison, ownChanges } from "./ownChanges.js";
import type { KeyedStep, Keys } from "./predict.js";
import type { Cause, Prediction, StageName, StepProblem } from "./prediction.js";
import type { Baseline, StepRecord } from "./records.js";

/** The prediction of every step, in the order of `Keys.steps`. */
export function explainPredictions(
  graph: BuildGraph,
  keys: Keys,
  baseline: Baseline,
  digest: Digest,
): readonly Prediction[] {
  return new Explainer(graph, keys, baseline, digest).all();
}

class Explainer {
  readonly #graph: BuildGraph;
  readonly #keys: Keys;
  readonly #baseline: Baseline;
  /** The recorded step that each step was. */
  readonly #before: ReadonlyMap<Step, StepRecord>;
  readonly #comparison: Comparison;
  /** What the lowest step of each recorded stage stood on. */
  readonly #firstInputs = new Map<number | null, InputName>();
  /** Of which the build before had something. */
  readonly #knownStages: ReadonlySet<number>;
  /** For steps that are not cached: where it began. */
  readonly #roots = new Map<Step, KeyedStep>();

  constructor(graph: BuildGraph, keys: Keys, baseline: Baseline, digest: Digest) {
    const { build } = baseline;
    this.#graph = graph;
    this.#keys = keys;
    this.#baseline = baseline;
    this.#before =
      build === null ? new Map() : alignSteps(graph, build, (step) => stepText(step, digest));
    const values = new ChangedValues(graph, build, this.#before, digest);
    this.#comparison = { graph, baseline, values, digest };
    for (const { stage, inputs } of [...(build?.steps ?? [])].reverse()) {
      if (inputs[0] !== undefined) this.#firstInputs.set(stage, inputs[0]);
    }
    this.#knownStages = new Set(
      graph.stages
        .filter(({ steps }) => steps.some((step) => this.#before.has(step)))
        .map(({ index }) => index),
    );
  }

  all(): readonly Prediction[] {
    return this.#keys.steps.map((keyed) => {
      const root = this.#findRoot(keyed);
      if (root !== null) this.#roots.set(keyed.step, root);
      return { kind: keyed.prediction, causes: this.#explain(keyed) };
    });
  }

  #explain(keyed: KeyedStep): readonly Cause[] {
    const { step, prediction } = keyed;
    const at = refOf(this.#graph, step);
    if (keyed.fails) return [{ code: "build-fails", at, problem: this.#problemOf(keyed) }];
    if (prediction === null || prediction === "hit") return [];
    if (prediction === "unknown") return [this.#open(keyed)];
    const before = this.#before.get(step);
    if (before === undefined && !this.#isKnownStage(step)) {
      return [{ code: "never-built", at, isFirstBuild: this.#baseline.build === null }];
    }
    if (step.neverFound) return [{ code: "never-found", at }];
    if (keyed.isForced) return [{ code: "no-cache", at }];
    const causes = [
      ...this.#ownCauses(keyed, before),
      ...this.#sourceChanges(keyed, before),
      ...this.#below(keyed, before),
    ];
    return causes.length > 0 ? causes : [this.#elsewhere(keyed, before)];
  }

  /** False when the build before had nothing of the stage. */
  #isKnownStage(step: Step): boolean {
    const { stage } = placeOf(this.#graph, step);
    return stage !== null && this.#knownStages.has(stage);
  }

  #ownCauses(keyed: KeyedStep, before: StepRecord | undefined): readonly Cause[] {
    return before === undefined
      ? [{ code: "instruction-added", at: this.#ref(keyed) }]
      : ownChanges(this.#comparison, keyed, before);
  }

  /** What is wrong with its files or its text; null: neither is. */
  #problemOf({ step, context, stageProblems }: KeyedStep): StepProblem | null {
    const selected = [...context.flatMap(({ selection }) => selection.problems), ...stageProblems];
    const { instruction, found } = step;
    const written = [...instruction.problems, ...found.map(({ problem }) => problem)].sort(
      (a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0),
    );
    return selected.find(failsStep) ?? written.find(failsBuild) ?? null;
  }

  /** Other stages that it takes files from and that change for certain. */
  #sourceChanges(keyed: KeyedStep, before: StepRecord | undefined): readonly Cause[] {
    if (before === undefined) return [];
    const changed = keyed.inputs
      .slice(1)
      .some((input, i) => !isSameName(before.inputs[i + 1], input));
    if (!changed) return [];
    // Files that only a build can tell may come out equal.
    const open = keyed.open.flatMap((input) => (input.kind === "stage" ? [input.stage] : []));
    return keyed.sources.flatMap((source): readonly Cause[] => {
      if (open.includes(source)) return [];
      const root = this.#rootOfStage(source);
      if (root === null) return [];
      return [{ code: "stage-files-changed", at: this.#ref(root), stage: this.#stageName(source) }];
    });
  }

  /** The step below rebuilds, so everything stacked on it does; or the base is another one. */
  #below(keyed: KeyedStep, before: StepRecord | undefined): readonly Cause[] {
    const root = keyed.below?.prediction === "miss" ? this.#rootOf(keyed.below) : null;
    if (root !== null) {
      return [{ code: "earlier-step", at: this.#ref(root), keyword: root.step.keyword }];
    }
    if (before === undefined || isSameName(before.inputs[0], keyed.inputs[0])) return [];
    const isFirst = keyed.below === null || this.#ref(keyed.below).stage !== this.#ref(keyed).stage;
    const isOther = isFirst && !isSameName(this.#firstInputs.get(before.stage), keyed.inputs[0]);
    return isOther ? [this.#baseChange(keyed)] : [];
  }

  #baseChange({ step, below }: KeyedStep): Cause {
    const stages = lineage(this.#graph, stageOfStep(this.#graph, step));
    const from = (below === null ? stages[0] : stages.at(-1))?.steps[0];
    const at = from === undefined ? null : refOf(this.#graph, from);
    return { code: "base-changed", at, changed: "image" };
  }

  /** Neither it nor anything below it rebuilds by itself, and yet its result is not there. */
  #elsewhere({ step, inputs, below }: KeyedStep, before: StepRecord | undefined): Cause {
    const at = refOf(this.#graph, step);
    const gone: Cause = { code: "record-gone", at };
    const build = this.#baseline.build;
    if (build === null || before === undefined || isSameName(before.inputs[0], inputs[0]))
      return gone;
    const [root] = before.inputs;
    const stood =
      root?.kind === "step" ? build.steps.find(({ key }) => key === root.key) : undefined;
    const pairs = [...this.#before].filter(([, record]) => record === stood);
    const isBelow = pairs.some(([other]) => other === below?.step);
    if (stood === undefined || isBelow) return gone;
    if (pairs.length > 0) return { code: "instruction-moved", at };
    const removed = { keyword: stood.keyword, line: stood.line };
    return { code: "instruction-removed", at, removed };
  }

  /** What it turns on, of a step that nobody can be sure of before the build. */
  #open(keyed: KeyedStep): Cause {
    const at = this.#ref(keyed);
    const [open] = keyed.open;
    switch (open?.kind) {
      case "pending":
        return { code: "files-pending", at };
      case "remote":
        return { code: "remote-unknown", at, url: open.url };
      case "stage":
        return {
          code: "stage-output-unknown",
          at: this.#refOrNull(this.#rootOfStage(open.stage)),
          from: { kind: "stage", stage: this.#stageName(open.stage) },
        };
      case "image":
        return {
          code: "stage-output-unknown",
          at,
          from: { kind: "image", reference: open.reference },
        };
      case undefined: {
        const below = this.#refOrNull(keyed.below);
        if (keyed.below?.prediction !== "unknown") {
          return { code: "stage-output-unknown", at, from: { kind: "build" } };
        }
        return {
          code: "stage-output-unknown",
          at: this.#refOrNull(this.#rootOf(keyed.below)) ?? below,
          from: { kind: "step", below },
        };
      }
    }
  }

  /** The step that a chain of rebuilds began at, at or below `keyed`; null: it is cached. */
  #findRoot(keyed: KeyedStep): KeyedStep | null {
    if (keyed.prediction === null || keyed.prediction === "hit") return null;
    const stage = keyed.open.find((open) => open.kind === "stage");
    if (keyed.prediction === "unknown" && stage !== undefined) {
      return this.#rootOfStage(stage.stage) ?? keyed;
    }
    const below = this.#rootOf(keyed.below);
    if (keyed.prediction === "unknown") return below ?? keyed;
    return keyed.below?.prediction === "miss" ? (below ?? keyed) : keyed;
  }

  #rootOf(keyed: KeyedStep | null): KeyedStep | null {
    return keyed === null ? null : (this.#roots.get(keyed.step) ?? null);
  }

  #rootOfStage(stage: number): KeyedStep | null {
    return this.#rootOf(this.#keys.stages[stage]?.last ?? null);
  }

  #ref({ step }: KeyedStep): StepRef {
    return refOf(this.#graph, step);
  }

  #refOrNull(keyed: KeyedStep | null): StepRef | null {
    return keyed === null ? null : this.#ref(keyed);
  }

  #stageName(index: number): StageName {
    return { name: this.#graph.stages[index]?.name ?? null, index };
  }
}
