/** Why a step will not be cached: the causes, first cause first. */
import type { BuildGraph, Step } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import type { Digest } from "../host.js";
import { alignSteps, stepText } from "./align.js";
import { ChangedValues } from "./changedValues.js";
import { type Comparison, ownChanges } from "./ownChanges.js";
import type { KeyedStep, Keys } from "./predict.js";
import type { Cause, Prediction, StageName } from "./prediction.js";
import type { Baseline, StepRecord } from "./records.js";

/** The prediction of every step, by step index. */
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
  /** The recorded step that each step was, by step index. */
  readonly #before: ReadonlyMap<number, StepRecord>;
  readonly #comparison: Comparison;
  /** What the lowest step of each recorded stage stood on. */
  readonly #firstInputs = new Map<number | null, string>();
  /** Of which the build before had something. */
  readonly #knownStages: ReadonlySet<number>;
  /** By step index, for steps that are not cached: where it began. */
  readonly #roots = new Map<number, KeyedStep>();

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
        .filter(({ steps }) => steps.some(({ index }) => this.#before.has(index)))
        .map(({ index }) => index),
    );
  }

  all(): readonly Prediction[] {
    return this.#keys.steps.map((keyed) => {
      const root = this.#findRoot(keyed);
      if (root !== null) this.#roots.set(keyed.step.index, root);
      return { kind: keyed.prediction, causes: this.#explain(keyed) };
    });
  }

  #explain(keyed: KeyedStep): readonly Cause[] {
    const { step, prediction } = keyed;
    const { line } = step;
    if (keyed.fails) return [{ code: "build-fails", line, problem: this.#problemOf(keyed) }];
    if (prediction === null || prediction === "hit") return [];
    if (prediction === "unknown") return [this.#open(keyed)];
    const before = this.#before.get(step.index);
    if (before === undefined && !this.#isKnownStage(step)) {
      return [{ code: "never-built", line, isFirstBuild: this.#baseline.build === null }];
    }
    if (step.neverFound) return [{ code: "never-found", line }];
    if (keyed.isForced) return [{ code: "no-cache", line }];
    const causes = [
      ...this.#ownCauses(keyed, before),
      ...this.#sourceChanges(keyed, before),
      ...this.#below(keyed, before),
    ];
    return causes.length > 0 ? causes : [this.#elsewhere(keyed, before)];
  }

  /** False when the build before had nothing of the stage. */
  #isKnownStage({ stage }: Step): boolean {
    return stage !== null && this.#knownStages.has(stage);
  }

  #ownCauses(keyed: KeyedStep, before: StepRecord | undefined): readonly Cause[] {
    return before === undefined
      ? [{ code: "instruction-added", line: keyed.step.line }]
      : ownChanges(this.#comparison, keyed, before);
  }

  /** What is wrong with its files or its text; null: neither is. */
  #problemOf({ step, context, stageProblems }: KeyedStep): string | null {
    const selected = [...context.flatMap(({ selection }) => selection.problems), ...stageProblems];
    const { start, end } = step.instruction.range;
    const written = this.#graph.problems.filter(
      ({ range }) => range !== null && range.start >= start && range.end <= end,
    );
    const problem = [...selected, ...written].find(({ severity }) => severity === "error");
    return problem?.message ?? null;
  }

  /** Other stages that it takes files from and that change for certain. */
  #sourceChanges(keyed: KeyedStep, before: StepRecord | undefined): readonly Cause[] {
    if (before === undefined) return [];
    const changed = keyed.inputs.slice(1).some((input, i) => before.inputs[i + 1] !== input);
    if (!changed) return [];
    // Files that only a build can tell may come out equal.
    const open = keyed.open.flatMap((input) => (input.kind === "stage" ? [input.stage] : []));
    return keyed.sources.flatMap((source): readonly Cause[] => {
      if (open.includes(source)) return [];
      const root = this.#rootOfStage(source);
      if (root === null) return [];
      return [
        { code: "stage-files-changed", line: root.step.line, stage: this.#stageName(source) },
      ];
    });
  }

  /** The step below rebuilds, so everything stacked on it does; or the base is another one. */
  #below(keyed: KeyedStep, before: StepRecord | undefined): readonly Cause[] {
    const root = keyed.below?.prediction === "miss" ? this.#rootOf(keyed.below) : null;
    if (root !== null) {
      return [{ code: "earlier-step", line: root.step.line, keyword: root.step.keyword }];
    }
    if (before === undefined || before.inputs[0] === keyed.inputs[0]) return [];
    const isFirst = keyed.below === null || keyed.below.step.stage !== keyed.step.stage;
    const isOther = isFirst && this.#firstInputs.get(before.stage) !== keyed.inputs[0];
    return isOther ? [this.#baseChange(keyed)] : [];
  }

  #baseChange({ step, below }: KeyedStep): Cause {
    const stages = lineage(this.#graph, this.#graph.stages[step.stage ?? -1] ?? null);
    const from = (below === null ? stages[0] : stages.at(-1))?.steps[0];
    return { code: "base-changed", line: from?.line ?? null, changed: "image" };
  }

  /** Neither it nor anything below it rebuilds by itself, and yet its result is not there. */
  #elsewhere({ step, inputs, below }: KeyedStep, before: StepRecord | undefined): Cause {
    const { line } = step;
    const gone: Cause = { code: "record-gone", line };
    const build = this.#baseline.build;
    if (build === null || before === undefined || before.inputs[0] === inputs[0]) return gone;
    const stood = build.steps.find(({ key }) => key !== null && key === before.inputs[0]);
    const pairs = [...this.#before].filter(([, record]) => record === stood);
    const now = pairs.map(([index]) => index);
    if (stood === undefined || now.includes(below?.step.index ?? -1)) return gone;
    if (now.length > 0) return { code: "instruction-moved", line };
    const removed = { keyword: stood.keyword, line: stood.line };
    return { code: "instruction-removed", line, removed };
  }

  /** What it turns on, of a step that nobody can be sure of before the build. */
  #open(keyed: KeyedStep): Cause {
    const { line } = keyed.step;
    const [open] = keyed.open;
    switch (open?.kind) {
      case "pending":
        return { code: "files-pending", line };
      case "remote":
        return { code: "remote-unknown", line, url: open.url };
      case "stage":
        return {
          code: "stage-output-unknown",
          line: this.#rootOfStage(open.stage)?.step.line ?? null,
          from: { kind: "stage", stage: this.#stageName(open.stage) },
        };
      case "image":
        return {
          code: "stage-output-unknown",
          line,
          from: { kind: "image", reference: open.reference },
        };
      case undefined: {
        const below = keyed.below?.step.line ?? null;
        if (keyed.below?.prediction !== "unknown") {
          return { code: "stage-output-unknown", line, from: { kind: "build" } };
        }
        return {
          code: "stage-output-unknown",
          line: this.#rootOf(keyed.below)?.step.line ?? below,
          from: { kind: "step", line: below },
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
    return keyed === null ? null : (this.#roots.get(keyed.step.index) ?? null);
  }

  #rootOfStage(stage: number): KeyedStep | null {
    return this.#rootOf(this.#keys.stages[stage]?.last ?? null);
  }

  #stageName(index: number): StageName {
    return { name: this.#graph.stages[index]?.name ?? null, index };
  }
}
