/** Why one step will not be cached: the causes, first cause first. */

import { nodeAt } from "../context/folder.js";
import { failsStep } from "../context/selection.js";
import { isRewritten } from "../files/rewrittenFile.js";
import { type BuildGraph, isSameOrNone, type StepRef, stageAt } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import { failsBuild } from "../graph/problem.js";
import { sourcesOf } from "../graph/sources.js";
import { type Aligned, recordOfStep } from "./align.js";
import { baseChange, isMadeAnew, isOfBuild, rebuiltImage } from "./imageCauses.js";
import { type InputName, isSameName } from "./inputName.js";
import type { Around, KeptCauses } from "./keptCauses.js";
import { type Comparison, isUnchanged, ownChanges } from "./ownChanges.js";
import { inputNames, type KeyedStep, type Keys, keyedAt } from "./predict.js";
import type { Cause, PathChange, Prediction, StageName, StepProblem } from "./prediction.js";
import type { Baseline, StepRecord } from "./records.js";
import type { OpenInput } from "./stepInput.js";
import { amongTaken } from "./takenChanges.js";

/** What the causes of a build's steps are found with. */
export interface Explaining {
  readonly graph: BuildGraph;
  readonly keys: Keys;
  readonly baseline: Baseline;
  readonly aligned: Aligned;
  readonly comparison: Comparison;
  readonly kept: KeptCauses;
  /** What the lowest step of each recorded stage stood on. */
  readonly firstInputs: ReadonlyMap<number | null, InputName>;
}

export const notReached: Prediction = { kind: null, causes: [] };
const cached: Prediction = { kind: "hit", causes: [] };

/** What becomes of a step, and why. */
export function explained(explaining: Explaining, keyed: KeyedStep): Prediction {
  const { prediction, outcome } = keyed;
  if (!keyed.fails && prediction === null) return notReached;
  if (!keyed.fails && prediction === "hit") return cached;
  const { kept, baseline } = explaining;
  const before = recordOfStep(explaining.aligned, keyed);
  const told = kept.told(keyed);
  const isSame =
    told !== undefined &&
    told.before === before &&
    told.baseline === baseline &&
    isAround(told.around, explaining, keyed);
  if (isSame) return told.prediction;
  const { causes, isLocal } = explainStep(explaining, keyed, before);
  const found = kept.prediction(outcome, prediction, causes);
  const around = isLocal ? aroundOf(explaining, keyed) : null;
  kept.tell(keyed, around && { before, baseline, around, prediction: found });
  return found;
}

function aroundOf(explaining: Explaining, keyed: KeyedStep): Around {
  const open = openStage(keyed);
  return {
    isKnownStage: isKnownStage(explaining, keyed),
    below: keyedAt(explaining.keys, keyed.below)?.prediction ?? null,
    rootKeyword: keyedAt(explaining.keys, keyed.root)?.step.keyword ?? null,
    openRoot: open === null ? null : rootOfStage(explaining, open),
    openName: open === null ? null : stageName(explaining, open).name,
  };
}

/** The same, compared without being made: asked for every step at every key. */
function isAround(around: Around, explaining: Explaining, keyed: KeyedStep): boolean {
  const { keys, graph } = explaining;
  const open = openStage(keyed);
  return (
    around.isKnownStage === isKnownStage(explaining, keyed) &&
    around.below === (keyedAt(keys, keyed.below)?.prediction ?? null) &&
    around.rootKeyword === (keyedAt(keys, keyed.root)?.step.keyword ?? null) &&
    (open === null ||
      (isSameOrNone(around.openRoot, rootOfStage(explaining, open)) &&
        around.openName === (graph.stages[open]?.name ?? null)))
  );
}

/** The stage whose files decide about the step; null: something else does. */
export function openStage({ open }: KeyedStep): number | null {
  const [first] = open;
  return first?.kind === "stage" ? first.stage : null;
}

interface Explained {
  readonly causes: readonly Cause[];
  /** True where they follow from the step, its records and what `Around` tells. */
  readonly isLocal: boolean;
}

function local(cause: Cause): Explained {
  return { causes: [cause], isLocal: true };
}

function explainStep(
  explaining: Explaining,
  keyed: KeyedStep,
  before: StepRecord | undefined,
): Explained {
  const { step, prediction } = keyed;
  const at = refOf(keyed);
  if (keyed.fails) return local({ code: "build-fails", at, problem: problemOf(keyed) });
  if (prediction === "unknown") {
    const [open] = keyed.open;
    return open?.kind === "failed-build"
      ? { causes: [cutShort(explaining, keyed)], isLocal: false }
      : local(openCause(explaining, keyed, open));
  }
  const { build, exported } = explaining.baseline;
  const isCompared = build !== null || exported === undefined;
  if (before === undefined && isCompared && !isKnownStage(explaining, keyed))
    return local({ code: "never-built", at, isFirstBuild: build === null });
  if (step.neverFound) return local({ code: "never-found", at, why: "healthcheck" });
  if (keyed.context.some((input) => isRewritten(input, explaining.graph)))
    return local({ code: "never-found", at, why: "ignore-file" });
  if (keyed.isForced) {
    const { noCache } = explaining.graph.definition.flags;
    return local({ code: "no-cache", at, option: noCache ? "no-cache" : "no-cache-filter" });
  }
  if (!isCompared) return exportCauses(explaining, keyed);
  const parts = [
    ownCauses(explaining, keyed, before),
    sourceChanges(explaining, keyed, before),
    builtChanges(explaining, keyed, before),
    belowCauses(explaining, keyed, before),
  ];
  const found = parts.flatMap((part) => part.causes);
  // What sets other variables then is said better by whose build does.
  const isRebuilt = found.some(({ code }) => code === "base-rebuilds");
  const causes = isRebuilt ? found.filter(({ code }) => code !== "base-changed") : found;
  if (causes.length === 0)
    return { causes: [elsewhere(explaining, keyed, before)], isLocal: false };
  return { causes, isLocal: parts.every(({ isLocal }) => isLocal) };
}

/** Of a cache that was exported nothing is known but its digests. */
function exportCauses(explaining: Explaining, keyed: KeyedStep): Explained {
  const at = refOf(keyed);
  const { lacks } = keyed.outcome;
  if (lacks !== "below") return local({ code: "not-exported", at, lacks: lacks ?? "step" });
  const below = belowCauses(explaining, keyed, undefined);
  if (below.causes.length > 0) return below;
  const causes = keyed.sources.flatMap((source): readonly Cause[] => {
    const root = rootOfStage(explaining, source);
    if (root === null) return [];
    const stage = stageName(explaining, source);
    return [{ code: "stage-files-changed", at: root, stage, changes: [] }];
  });
  if (causes.length === 0) return local({ code: "not-exported", at, lacks: "files" });
  return { causes, isLocal: false };
}

/** False when the build before had nothing of the stage. */
function isKnownStage({ aligned }: Explaining, { stage }: KeyedStep): boolean {
  return stage !== null && aligned.knownStages[stage] === true;
}

function ownCauses(
  { kept, comparison, baseline }: Explaining,
  keyed: KeyedStep,
  before: StepRecord | undefined,
): Explained {
  if (before === undefined) return local({ code: "instruction-added", at: refOf(keyed) });
  if (isUnchanged(keyed, before, comparison.digest)) return noCause;
  const find = () => ownChanges(comparison, keyed, before);
  const { causes, isOfStep } = kept.own({ keyed, before, baseline }, find);
  return { causes, isLocal: isOfStep };
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
): Explained {
  if (before === undefined || keyed.sources.length === 0) return noCause;
  // Files that only a build can tell may come out equal.
  const open = keyed.open.flatMap((input) => (input.kind === "stage" ? [input.stage] : []));
  const certain = keyed.sources.filter((source) => !open.includes(source));
  if (certain.length === 0) return noCause;
  const isOther = (): boolean =>
    inputNames(explaining.keys, keyed)
      .slice(1)
      .some((input, i) => !isSameName(before.inputs[i + 1], input));
  if (!explaining.kept.takesOther(keyed, before, isOther)) return { causes: [], isLocal: false };
  const causes = certain.flatMap((source): readonly Cause[] => {
    const at = rootOfStage(explaining, source);
    if (at === null) return [];
    const changes = changesBehind(explaining, keyed, at);
    return [{ code: "stage-files-changed", at, stage: stageName(explaining, source), changes }];
  });
  return { causes, isLocal: false };
}

/** Files of another build of the workspace that are known, and others than before. */
function builtChanges(
  { keys, kept }: Explaining,
  keyed: KeyedStep,
  before: StepRecord | undefined,
): Explained {
  const image = sourcesOf(keyed.step).find(isOfBuild);
  if (before === undefined || image?.kind !== "image" || image.image?.built === undefined)
    return noCause;
  const isOther = (): boolean =>
    inputNames(keys, keyed)
      .slice(1)
      .some((input, i) => !isSameName(before.inputs[i + 1], input));
  if (!kept.takesOther(keyed, before, isOther)) return noCause;
  const { built } = image.image;
  const cause = rebuiltImage(refOf(keyed), { image: built, reference: image.reference });
  return { causes: [cause], isLocal: false };
}

/** More stages than these are not followed to the file that changed. */
const followedStages = 20;

/** What became of the files of the build context that a step takes through other stages. */
function changesBehind(
  explaining: Explaining,
  taker: KeyedStep,
  at: StepRef | null,
  left = followedStages,
): readonly PathChange[] {
  const { keys, aligned, comparison } = explaining;
  const keyed = keyedAt(keys, at);
  const before = keyed === null ? undefined : recordOfStep(aligned, keyed);
  if (keyed === null || before === undefined || left === 0) return [];
  const { causes } = ownCauses(explaining, keyed, before);
  const own = causes.flatMap((cause) =>
    cause.code === "context-content-changed" ? cause.changes : [],
  );
  // Where nothing else changed it is that one, there or not.
  if (causes.length === 1 && own.length === 1) return own;
  const tree = comparison.treeOf(keyed.context[0]?.folder ?? null);
  if (own.length > 0) return tree === null ? [] : amongTaken(own, taker.taken, tree);
  return keyed.sources.flatMap((source) =>
    changesBehind(explaining, taker, rootOfStage(explaining, source), left - 1),
  );
}

const noCause: Explained = { causes: [], isLocal: true };

/** The step below rebuilds, so everything stacked on it does; or the base is another one. */
function belowCauses(
  explaining: Explaining,
  keyed: KeyedStep,
  before: StepRecord | undefined,
): Explained {
  const { keys } = explaining;
  const below = keyedAt(keys, keyed.below);
  const root = below?.prediction === "miss" ? keyedAt(keys, below.root) : null;
  if (root !== null)
    return local({ code: "earlier-step", at: refOf(root), keyword: root.step.keyword });
  const isFirst = keyed.below === null || keyed.below.stage !== keyed.stage;
  if (before === undefined || !isFirst) return noCause;
  const [input] = inputNames(keys, keyed);
  const isOther =
    isMadeAnew(explaining.graph, keyed) ||
    (!isSameName(before.inputs[0], input) &&
      !isSameName(explaining.firstInputs.get(before.stage), input));
  return {
    causes: isOther ? [baseChange(explaining.graph, explaining.baseline, keyed)] : [],
    isLocal: false,
  };
}

/** Neither it nor anything below it rebuilds by itself, and yet its result is not there. */
function elsewhere(
  { baseline, aligned, keys }: Explaining,
  keyed: KeyedStep,
  before: StepRecord | undefined,
): Cause {
  const at = refOf(keyed);
  const { below } = keyed;
  const inputs = inputNames(keys, keyed);
  const gone: Cause = { code: "record-gone", at };
  const { build } = baseline;
  if (build === null || before === undefined || isSameName(before.inputs[0], inputs[0]))
    return gone;
  const [root] = before.inputs;
  const stood = root?.kind === "step" ? build.steps.find(({ key }) => key === root.key) : undefined;
  const isBelow = below !== null && recordOfStep(aligned, below) === stood;
  if (stood === undefined || isBelow) return gone;
  const isThere = [aligned.globals, ...aligned.stages].some((steps) => steps?.includes(stood));
  if (isThere) return { code: "instruction-moved", at };
  const removed = { keyword: stood.keyword, line: stood.line };
  return { code: "instruction-removed", at, removed };
}

/** What it turns on, of a step that nobody can be sure of before the build. */
function openCause(
  explaining: Explaining,
  keyed: KeyedStep,
  open: Exclude<OpenInput, { kind: "failed-build" }> | undefined,
): Cause {
  const at = refOf(keyed);
  switch (open?.kind) {
    case "pending":
      return { code: "files-pending", at };
    case "absent":
      return { code: "files-made-before", at };
    case "perhaps-sent":
      return { code: "files-perhaps-sent", at };
    case "names":
      return { code: "name-unknown", at };
    case "size":
      return { code: "file-too-large", at };
    case "remote":
      return { code: "remote-unknown", at, url: open.url };
    case "variables":
      return { code: "base-variable-unknown", at, names: open.names };
    case "base":
      return { code: "base-perhaps-changed", at, reference: open.reference };
    case "stage":
      return {
        code: "stage-output-unknown",
        at: rootOfStage(explaining, open.stage),
        from: { kind: "stage", stage: stageName(explaining, open.stage) },
      };
    case "build": {
      const isBase = keyed.sources.length === 0 && !sourcesOf(keyed.step).some(isOfBuild);
      const from = isBase ? lineage(explaining.graph, stageAt(explaining.graph, keyed))[0] : null;
      return rebuiltImage(from == null ? at : { stage: from.index, nth: 0 }, open);
    }
    case "image":
      return {
        code: "stage-output-unknown",
        at,
        from: { kind: "image", reference: open.reference },
      };
    case undefined: {
      const { below } = keyed;
      const found = keyedAt(explaining.keys, below);
      if (found?.prediction !== "unknown") {
        return { code: "stage-output-unknown", at, from: { kind: "build" } };
      }
      return {
        code: "stage-output-unknown",
        at: found.root ?? below,
        from: { kind: "step", below },
      };
    }
  }
}

/** A step that the last build, or one before it, may have cancelled. What it lacked may be there now. */
function cutShort({ baseline, comparison }: Explaining, keyed: KeyedStep): Cause {
  const failure = baseline.build?.failure ?? null;
  const added = (failure?.missing ?? []).flatMap(({ folder, path }) => {
    const tree = comparison.treeOf(folder);
    return tree !== null && !tree.isIgnored(path) && nodeAt(tree.root, path) ? [path] : [];
  });
  return {
    code: "cut-short",
    at: refOf(keyed),
    failure: failure && { line: failure.line, keyword: failure.keyword },
    added,
  };
}

function rootOfStage({ keys }: Explaining, stage: number): StepRef | null {
  return keys.stages[stage]?.last?.root ?? null;
}

function refOf({ stage, nth }: StepRef): StepRef {
  return { stage, nth };
}

function stageName(explaining: Explaining, index: number): StageName {
  return { name: explaining.graph.stages[index]?.name ?? null, index };
}
