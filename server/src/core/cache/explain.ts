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
import type { Baseline, BuildRecord, StepRecord } from "./records.js";

/** The prediction of every step, in the order of `Keys.steps`. */
export function explainPredictions(
  graph: BuildGraph,
  keys: Keys,
  baseline: Baseline,
  digest: Digest,
): readonly Prediction[] {
  const { build } = baseline;
  const before =
    build === null ? new Map() : alignSteps(graph, build, (step) => stepText(step, digest));
  const values = new ChangedValues(graph, build, before, digest);
  const stages = graph.stages.filter(({ steps }) => steps.some((step) => before.has(step)));
  const explaining: Explaining = {
    graph,
    keys,
    baseline,
    before,
    comparison: { graph, baseline, values, digest },
    firstInputs: firstInputsOf(build),
    knownStages: new Set(stages.map(({ index }) => index)),
    roots: rootsOf(keys),
  };
  return keys.steps.map((keyed) => ({
    kind: keyed.prediction,
    causes: explainStep(explaining, keyed),
  }));
}

/** What the causes of a build's steps are found with. */
interface Explaining {
  readonly graph: BuildGraph;
  readonly keys: Keys;
  readonly baseline: Baseline;
  /** The recorded step that each step was. */
  readonly before: ReadonlyMap<Step, StepRecord>;
  readonly comparison: Comparison;
  /** What the lowest step of each recorded stage stood on. */
  readonly firstInputs: ReadonlyMap<number | null, InputName>;
  /** Of which the build before had something. */
  readonly knownStages: ReadonlySet<number>;
  readonly roots: Roots;
}

/** For steps that are not cached: where it began. */
type Roots = ReadonlyMap<Step, KeyedStep>;

function firstInputsOf(build: BuildRecord | null): ReadonlyMap<number | null, InputName> {
  const first = new Map<number | null, InputName>();
  for (const { stage, inputs } of build?.steps ?? []) {
    const [root] = inputs;
    if (root !== undefined && !first.has(stage)) first.set(stage, root);
  }
  return first;
}

/** What a step stands on and takes files from comes before it. */
function rootsOf(keys: Keys): Roots {
  const roots = new Map<Step, KeyedStep>();
  for (const keyed of keys.steps) {
    const root = findRoot({ keys, roots }, keyed);
    if (root !== null) roots.set(keyed.step, root);
  }
  return roots;
}

function explainStep(explaining: Explaining, keyed: KeyedStep): readonly Cause[] {
  const { step, prediction } = keyed;
  const at = refOf(explaining.graph, step);
  if (keyed.fails) return [{ code: "build-fails", at, problem: problemOf(keyed) }];
  if (prediction === null || prediction === "hit") return [];
  if (prediction === "unknown") return [openCause(explaining, keyed)];
  const before = explaining.before.get(step);
  if (before === undefined && !isKnownStage(explaining, step)) {
    return [{ code: "never-built", at, isFirstBuild: explaining.baseline.build === null }];
  }
  if (step.neverFound) return [{ code: "never-found", at }];
  if (keyed.isForced) return [{ code: "no-cache", at }];
  const causes = [
    ...ownCauses(explaining, keyed, before),
    ...sourceChanges(explaining, keyed, before),
    ...belowCauses(explaining, keyed, before),
  ];
  return causes.length > 0 ? causes : [elsewhere(explaining, keyed, before)];
}

/** False when the build before had nothing of the stage. */
function isKnownStage(explaining: Explaining, step: Step): boolean {
  const { stage } = placeOf(explaining.graph, step);
  return stage !== null && explaining.knownStages.has(stage);
}

function ownCauses(
  explaining: Explaining,
  keyed: KeyedStep,
  before: StepRecord | undefined,
): readonly Cause[] {
  return before === undefined
    ? [{ code: "instruction-added", at: refOfKeyed(explaining, keyed) }]
    : ownChanges(explaining.comparison, keyed, before);
}

/** What is wrong with its files or its text; null: neither is. */
function problemOf({ step, context, stageProblems }: KeyedStep): StepProblem | null {
  const selected = [...context.flatMap(({ selection }) => selection.problems), ...stageProblems];
  const { instruction, found } = step;
  const written = [...instruction.problems, ...found.map(({ problem }) => problem)].sort(
    (a, b) => (a.range?.start ?? 0) - (b.range?.start ?? 0),
  );
  return selected.find(failsStep) ?? written.find(failsBuild) ?? null;
}

/** Other stages that it takes files from and that change for certain. */
function sourceChanges(
  explaining: Explaining,
  keyed: KeyedStep,
  before: StepRecord | undefined,
): readonly Cause[] {
  if (before === undefined) return [];
  const changed = keyed.inputs
    .slice(1)
    .some((input, i) => !isSameName(before.inputs[i + 1], input));
  if (!changed) return [];
  // Files that only a build can tell may come out equal.
  const open = keyed.open.flatMap((input) => (input.kind === "stage" ? [input.stage] : []));
  return keyed.sources.flatMap((source): readonly Cause[] => {
    if (open.includes(source)) return [];
    const root = rootOfStage(explaining, source);
    if (root === null) return [];
    return [
      {
        code: "stage-files-changed",
        at: refOfKeyed(explaining, root),
        stage: stageName(explaining, source),
      },
    ];
  });
}

/** The step below rebuilds, so everything stacked on it does; or the base is another one. */
function belowCauses(
  explaining: Explaining,
  keyed: KeyedStep,
  before: StepRecord | undefined,
): readonly Cause[] {
  const root = keyed.below?.prediction === "miss" ? rootOf(explaining, keyed.below) : null;
  if (root !== null) {
    return [{ code: "earlier-step", at: refOfKeyed(explaining, root), keyword: root.step.keyword }];
  }
  if (before === undefined || isSameName(before.inputs[0], keyed.inputs[0])) return [];
  const isFirst =
    keyed.below === null ||
    refOfKeyed(explaining, keyed.below).stage !== refOfKeyed(explaining, keyed).stage;
  const isOther = isFirst && !isSameName(explaining.firstInputs.get(before.stage), keyed.inputs[0]);
  return isOther ? [baseChange(explaining, keyed)] : [];
}

function baseChange(explaining: Explaining, { step, below }: KeyedStep): Cause {
  const stages = lineage(explaining.graph, stageOfStep(explaining.graph, step));
  const from = (below === null ? stages[0] : stages.at(-1))?.steps[0];
  const at = from === undefined ? null : refOf(explaining.graph, from);
  return { code: "base-changed", at, changed: "image" };
}

/** Neither it nor anything below it rebuilds by itself, and yet its result is not there. */
function elsewhere(
  explaining: Explaining,
  { step, inputs, below }: KeyedStep,
  before: StepRecord | undefined,
): Cause {
  const at = refOf(explaining.graph, step);
  const gone: Cause = { code: "record-gone", at };
  const build = explaining.baseline.build;
  if (build === null || before === undefined || isSameName(before.inputs[0], inputs[0]))
    return gone;
  const [root] = before.inputs;
  const stood = root?.kind === "step" ? build.steps.find(({ key }) => key === root.key) : undefined;
  const pairs = [...explaining.before].filter(([, record]) => record === stood);
  const isBelow = pairs.some(([other]) => other === below?.step);
  if (stood === undefined || isBelow) return gone;
  if (pairs.length > 0) return { code: "instruction-moved", at };
  const removed = { keyword: stood.keyword, line: stood.line };
  return { code: "instruction-removed", at, removed };
}

/** What it turns on, of a step that nobody can be sure of before the build. */
function openCause(explaining: Explaining, keyed: KeyedStep): Cause {
  const at = refOfKeyed(explaining, keyed);
  const [open] = keyed.open;
  switch (open?.kind) {
    case "pending":
      return { code: "files-pending", at };
    case "remote":
      return { code: "remote-unknown", at, url: open.url };
    case "stage":
      return {
        code: "stage-output-unknown",
        at: refOrNull(explaining, rootOfStage(explaining, open.stage)),
        from: { kind: "stage", stage: stageName(explaining, open.stage) },
      };
    case "image":
      return {
        code: "stage-output-unknown",
        at,
        from: { kind: "image", reference: open.reference },
      };
    case undefined: {
      const below = refOrNull(explaining, keyed.below);
      if (keyed.below?.prediction !== "unknown") {
        return { code: "stage-output-unknown", at, from: { kind: "build" } };
      }
      return {
        code: "stage-output-unknown",
        at: refOrNull(explaining, rootOf(explaining, keyed.below)) ?? below,
        from: { kind: "step", below },
      };
    }
  }
}

/** The step that a chain of rebuilds began at, at or below `keyed`; null: it is cached. */
function findRoot(
  explaining: Pick<Explaining, "keys" | "roots">,
  keyed: KeyedStep,
): KeyedStep | null {
  if (keyed.prediction === null || keyed.prediction === "hit") return null;
  const stage = keyed.open.find((open) => open.kind === "stage");
  if (keyed.prediction === "unknown" && stage !== undefined) {
    return rootOfStage(explaining, stage.stage) ?? keyed;
  }
  const below = rootOf(explaining, keyed.below);
  if (keyed.prediction === "unknown") return below ?? keyed;
  return keyed.below?.prediction === "miss" ? (below ?? keyed) : keyed;
}

function rootOf(
  explaining: Pick<Explaining, "keys" | "roots">,
  keyed: KeyedStep | null,
): KeyedStep | null {
  return keyed === null ? null : (explaining.roots.get(keyed.step) ?? null);
}

function rootOfStage(
  explaining: Pick<Explaining, "keys" | "roots">,
  stage: number,
): KeyedStep | null {
  return rootOf(explaining, explaining.keys.stages[stage]?.last ?? null);
}

function refOfKeyed(explaining: Explaining, { step }: KeyedStep): StepRef {
  return refOf(explaining.graph, step);
}

function refOrNull(explaining: Explaining, keyed: KeyedStep | null): StepRef | null {
  return keyed === null ? null : refOfKeyed(explaining, keyed);
}

function stageName(explaining: Explaining, index: number): StageName {
  return { name: explaining.graph.stages[index]?.name ?? null, index };
}
