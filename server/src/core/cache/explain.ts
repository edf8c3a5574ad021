/** Why the steps of a build will not be cached, kept from one answer to the next. */
import { flattened } from "../graph/flattened.js";
import { type BuildGraph, isSameOrNone } from "../graph/graph.js";
import { RememberedByObjects } from "../graph/remembered.js";
import { TouchedStages } from "../graph/touched.js";
import type { Digest } from "../host.js";
import { isSameList } from "../text/sameList.js";
import { movedPlaces, type Stretch, spliced, stretchOf } from "../text/stretch.js";
import { type Aligned, alignSteps } from "./align.js";
import { type ChangedValues, changedValues } from "./changedValues.js";
import { type Explaining, explained, notReached, openStage } from "./explainStep.js";
import type { InputName } from "./inputName.js";
import { KeptCauses, type ToldBuild, type ToldRow } from "./keptCauses.js";
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
  };
  const { globals, rows, all } = explainedBuild(explaining);
  // What the command line adds comes last.
  if (graph.steps.at(-1)?.isOption !== true) return all;
  return keys.steps.map(
    ({ stage, nth }) => (stage === null ? globals : rows[stage])?.[nth] ?? notReached,
  );
}

/** The predictions of all stages: anew of those of which something may be otherwise. */
function explainedBuild(explaining: Explaining): ToldBuild {
  const { graph, keys, baseline, aligned, kept } = explaining;
  const { knownStages } = aligned;
  const old = kept.last;
  const isAlike =
    old !== null &&
    old.baseline === baseline &&
    old.keys.rows.length === keys.rows.length &&
    isSameList(old.knownStages, knownStages);
  const touched = new TouchedStages(graph, !isAlike);
  if (isAlike) {
    touched.touchDiffering(keys.rows, old.keys.rows);
    touched.touchDiffering(aligned.stages, old.paired);
    const isQuiet = areSeenAlike(explaining, old);
    for (const stage of isQuiet ? old.restless : old.outer) touched.touch(stage);
  }
  const told: ToldRow[] = isAlike ? old.told.slice() : [];
  const rows: (readonly Prediction[])[] = isAlike ? old.rows.slice() : [];
  touched.each(({ index }) => {
    const row = explainedRow(explaining, keys.rows[index] ?? [], index, old?.told[index]);
    told[index] = row;
    rows[index] = row.predictions;
    return false;
  });
  const stretch = stretchOf(told, old?.told ?? []);
  const outer = movedPlaces(told, stretch, old?.outer ?? [], (row) => row.outer.length > 0);
  const restless = movedPlaces(told, stretch, old?.restless ?? [], (row) => row.isRestless);
  const globals = keys.globals.map((keyed) => explained(explaining, keyed));
  const all = flattened(graph, globals, rows, isAlike ? old : null);
  const paired = aligned.stages;
  kept.last = {
    graph,
    keys,
    paired,
    baseline,
    knownStages,
    told,
    outer,
    restless,
    globals,
    rows,
    all,
  };
  return kept.last;
}

/** True where the steps of other stages see nothing that is otherwise: see `Around`. */
function areSeenAlike({ graph, keys }: Explaining, old: ToldBuild): boolean {
  for (let at = 0; at < graph.stages.length; at++) {
    const [stage, oldStage] = [graph.stages[at], old.graph.stages[at]];
    if (stage !== oldStage && stage?.name !== oldStage?.name) return false;
    const [row, oldRow] = [keys.rows[at], old.keys.rows[at]];
    if (row === oldRow) continue;
    const [last, oldLast] = [keys.stages[at]?.last ?? null, old.keys.stages[at]?.last ?? null];
    const isEndAlike =
      isSameOrNone(last, oldLast) && isSameOrNone(last?.root ?? null, oldLast?.root ?? null);
    if (!isEndAlike || row?.length !== oldRow?.length) return false;
    if (row?.every((keyed, nth) => isSeenAlike(keyed, oldRow?.[nth])) === false) return false;
  }
  return true;
}

function isSeenAlike(keyed: KeyedStep, old: KeyedStep | undefined): boolean {
  if (keyed === old) return true;
  return (
    keyed.prediction === old?.prediction &&
    keyed.step.keyword === old.step.keyword &&
    isSameOrNone(keyed.root, old.root)
  );
}

/** The predictions of a stage. Those that are the same are taken over, but for those that look out of it. */
function explainedRow(
  explaining: Explaining,
  row: readonly KeyedStep[],
  stage: number,
  old: ToldRow | undefined,
): ToldRow {
  const { kept, baseline, aligned } = explaining;
  const paired = aligned.stages[stage] ?? null;
  const isKnown = aligned.knownStages[stage] === true;
  const stretch =
    old?.baseline === baseline && old.isKnown === isKnown ? quietStretch(old, row, paired) : null;
  const between = row
    .slice(stretch?.start ?? 0, stretch?.end)
    .map((keyed) => explained(explaining, keyed));
  const isOuter = (keyed: KeyedStep): boolean => looksOut(keyed, kept);
  const common = { row, paired, baseline, isKnown };
  const isRestless = (outer: readonly number[]): boolean =>
    outer.some((nth) => isUntold(row[nth], kept));
  if (old === undefined || stretch === null) {
    const outer = row.flatMap((keyed, nth) => (isOuter(keyed) ? [nth] : []));
    return { outer, predictions: between, isRestless: isRestless(outer), ...common };
  }
  const outer = movedPlaces(row, stretch, old.outer, isOuter);
  const predictions = [...spliced(old.predictions, stretch, between)];
  for (const nth of outer) {
    const keyed = row[nth];
    if (keyed !== undefined) predictions[nth] = explained(explaining, keyed);
  }
  const isSame = isSameList(predictions, old.predictions);
  return {
    outer,
    isRestless: isRestless(outer),
    predictions: isSame ? old.predictions : predictions,
    ...common,
  };
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
  if (isUntold(keyed, kept) || openStage(keyed) !== null) return true;
  return (root ?? keyed).stage !== stage || (below ?? keyed).stage !== stage;
}

/** True where what is said of a step turns on more than `Around` tells. */
function isUntold(keyed: KeyedStep | undefined, kept: KeptCauses): boolean {
  return keyed === undefined || kept.told(keyed) === undefined;
}

const nothing: Aligned = { globals: [], stages: [], knownStages: [] };

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
