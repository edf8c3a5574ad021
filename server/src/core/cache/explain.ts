/** Why the steps of a build will not be cached, kept from one answer to the next. */
import type { BuildGraph } from "../graph/graph.js";
import { RememberedByObjects } from "../graph/remembered.js";
import type { Digest } from "../host.js";
import { movedPlaces, type Stretch, spliced, stretchOf } from "../text/stretch.js";
import { type Aligned, alignSteps } from "./align.js";
import { type ChangedValues, changedValues } from "./changedValues.js";
import { type Explaining, explained, notReached, openStage } from "./explainStep.js";
import type { InputName } from "./inputName.js";
import { KeptCauses, type ToldRow } from "./keptCauses.js";
import type { Comparison } from "./ownChanges.js";
import type { KeyedStep, Keys } from "./predict.js";
import type { Prediction } from "./prediction.js";
import type { Baseline, BuildRecord, StepRecord } from "./records.js";

/**
 * The prediction of every step, in the order of `Keys.steps`.
 * @param kept of earlier texts of the same build: it makes this one faster, never another one
 */
export function explainPredictions(
  graph: BuildGraph,
  keys: Keys,
  baseline: Baseline,
  digest: Digest,
  treeOf: Comparison["treeOf"],
  kept = new KeptCauses(),
): readonly Prediction[] {
  const { build } = baseline;
  kept.aligned = build === null ? null : alignSteps(graph, build, digest, kept.aligned);
  const aligned = kept.aligned?.aligned ?? nothing;
  let values: ChangedValues | null = null;
  const explaining: Explaining = {
    graph,
    keys,
    baseline,
    aligned,
    comparison: {
      graph,
      keys,
      baseline,
      // Hardly ever is it a value that changed.
      get values() {
        values ??= build === null ? null : changedValues(graph, build, aligned, digest);
        return values;
      },
      digest,
      treeOf,
    },
    kept,
    firstInputs: build === null ? new Map() : firstInputsOf(build),
    knownStages: aligned.stages.map(
      (steps) => steps?.some((record) => record !== undefined) === true,
    ),
  };
  const rows = keys.rows.map((row, stage) => explainedRow(explaining, row, stage));
  const globals = keys.globals.map((keyed) => explained(explaining, keyed));
  const all = globals.concat(...rows);
  // What the command line adds comes last.
  if (graph.steps.at(-1)?.isOption !== true) return all;
  return keys.steps.map(({ stage, nth }, at) => rows[stage ?? -1]?.[nth] ?? all[at] ?? notReached);
}

/** The predictions of a stage. Those that are the same are taken over, but for those that look out of it. */
function explainedRow(
  explaining: Explaining,
  row: readonly KeyedStep[],
  stage: number,
): readonly Prediction[] {
  const { kept, baseline, aligned, knownStages } = explaining;
  const paired = aligned.stages[stage] ?? null;
  const isKnown = knownStages[stage] === true;
  const old = kept.rows[stage];
  const stretch =
    old?.baseline === baseline && old.isKnown === isKnown ? quietStretch(old, row, paired) : null;
  const between = row
    .slice(stretch?.start ?? 0, stretch?.end)
    .map((keyed) => explained(explaining, keyed));
  const isOuter = (keyed: KeyedStep): boolean => looksOut(keyed, kept);
  if (old === undefined || stretch === null) {
    const outer = row.flatMap((keyed, nth) => (isOuter(keyed) ? [nth] : []));
    kept.rows[stage] = { row, paired, baseline, isKnown, outer, predictions: between };
    return between;
  }
  const outer = movedPlaces(row, stretch, old.outer, isOuter);
  const isWhole = stretch.start === stretch.end && outer.length === 0;
  const predictions = isWhole ? old.predictions : [...spliced(old.predictions, stretch, between)];
  for (const nth of outer) {
    const keyed = row[nth];
    if (keyed !== undefined) predictions[nth] = explained(explaining, keyed);
  }
  kept.rows[stage] = { row, paired, baseline, isKnown, outer, predictions };
  return predictions;
}

/**
 * The steps of a stage that are other ones than before; null: the others may turn on what they have
 * become.
 */
function quietStretch(
  old: ToldRow,
  row: readonly KeyedStep[],
  paired: readonly (StepRecord | undefined)[] | null,
): Stretch | null {
  if (row.length !== old.row.length || (paired === null) !== (old.paired === null)) return null;
  const own = stretchOf(row, old.row);
  const records = stretchOf(paired ?? [], old.paired ?? []);
  if (paired?.length !== old.paired?.length) return null;
  const isSame = records.start === records.end;
  const start = isSame ? own.start : Math.min(own.start, records.start);
  const end = isSame ? own.end : Math.max(own.end, records.end);
  for (let nth = own.start; nth < own.end; nth++) {
    const [now, then] = [row[nth], old.row[nth]];
    if (now?.prediction !== then?.prediction || now?.step.keyword !== then?.step.keyword)
      return null;
  }
  return { start, end, oldEnd: end };
}

/** True where what is said of a step turns on steps of other stages, or on more than `Around` tells. */
function looksOut(keyed: KeyedStep, kept: KeptCauses): boolean {
  const { prediction, stage, root, below } = keyed;
  if (!keyed.fails && (prediction === null || prediction === "hit")) return false;
  if (kept.told(keyed)?.keyed !== keyed || openStage(keyed) !== null) return true;
  return (root ?? keyed).stage !== stage || (below ?? keyed).stage !== stage;
}

const nothing: Aligned = { globals: [], stages: [] };

const firstInputs = new RememberedByObjects<ReadonlyMap<number | null, InputName>>();

function firstInputsOf(build: BuildRecord): ReadonlyMap<number | null, InputName> {
  return firstInputs.get([build], () => {
    const first = new Map<number | null, InputName>();
    for (const { stage, inputs } of build.steps) {
      const [root] = inputs;
      if (root !== undefined && !first.has(stage)) first.set(stage, root);
    }
    return first;
  });
}
