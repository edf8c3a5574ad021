/** What a build leaves, as the base of another one. */
import type { BuildDefinition } from "../build/definition.js";
import { type BuiltOutcome, type MadeLayer, noteOutcome } from "../cache/builtOutcome.js";
import { nameText } from "../cache/inputName.js";
import { keyedAt, keyOf } from "../cache/predict.js";
import type { Cause } from "../cache/prediction.js";
import { baseInput } from "../cache/stepInput.js";
import { type Stage, stageAt } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import type { BaseImage, BuiltFate, BuiltImage } from "../image/baseImage.js";
import { configToJson, emptyConfig } from "../image/config.js";
import type { Analysis, StepAnalysis } from "./analyse.js";
import { isRejected } from "./rejection.js";

/** @param by how the other one names it */
export function builtImage(
  analysis: Analysis,
  definition: BuildDefinition,
  by: BuiltImage["by"],
): BaseImage {
  const { graph, keys } = analysis;
  const { target } = graph;
  const end = target === null ? null : (keys.stages[target.index] ?? null);
  const key = keyOfEnd(analysis);
  const built: BuiltImage = {
    build: definition.id,
    name: definition.name ?? definition.id,
    by,
    key,
    fate: fateOf(analysis),
    unknowns: target?.unknowns ?? null,
  };
  const layers = analysis.steps.filter(({ layer, effect }) => layer !== null && effect === "layer");
  noteOutcome(built, {
    graph,
    causes: causesOf(analysis),
    files: end?.files ?? null,
    layers: layers.map((step) => madeLayer(step, built.fate)),
    base: below(lowest(analysis)),
  });
  const config = target?.config ?? emptyConfig;
  const json = configToJson(config);
  return {
    id: `built:${key}`,
    layersId: `built:${key}`,
    layers: layers.length + layersBelow(lowest(analysis)),
    environment: json.Env,
    cmd: config.cmd,
    entrypoint: config.entrypoint,
    workingDirectory: config.workingDirectory,
    user: config.user,
    exposedPorts: [...config.exposedPorts],
    volumes: [...config.volumes],
    labels: json.Labels,
    healthcheck: config.healthcheck,
    stopSignal: config.stopSignal,
    shell: config.shell,
    onBuild: config.onBuild,
    built,
  };
}

function madeLayer({ step, layer, files, prediction }: StepAnalysis, fate: BuiltFate): MadeLayer {
  return {
    number: layer ?? 0,
    text: step.text,
    bytes: files?.bytes ?? null,
    // Without an earlier build of it nothing is forecast.
    prediction: fate === "none" || fate === "fails" ? null : prediction.kind,
  };
}

function below(stage: Stage | null): BuiltOutcome["base"] {
  if (stage?.base.kind !== "image") return null;
  const { reference, image } = stage.base;
  return { name: image?.built?.name ?? reference, image };
}

/** The stage that all others of the image stand on; null: nothing is built. */
function lowest({ graph }: Analysis): Stage | null {
  return lineage(graph, graph.target)[0] ?? null;
}

function layersBelow(stage: Stage | null): number {
  return stage?.base.kind === "image" ? (stage.base.image?.layers ?? 1) : 0;
}

/** What its last step is known by, or, where it runs none, what it starts with. */
function keyOfEnd(analysis: Analysis): string {
  const { keys, graph } = analysis;
  const last = keys.stages[graph.target?.index ?? -1]?.last ?? null;
  const key = last === null ? null : keyOf(keys, last);
  const base = lowest(analysis);
  if (key !== null || base === null) return key ?? "scratch";
  if (base.base.kind === "scratch" || base.base.kind === "stage") return "scratch";
  return nameText(keys.names.resolved(baseInput(base.base, base.platform, graph.rules).name));
}

function fateOf(analysis: Analysis): BuiltFate {
  const { keys, graph, input } = analysis;
  if (graph.target === null || isRejected(analysis) || keys.steps.some(({ fails }) => fails))
    return "fails";
  const last = keys.stages[graph.target.index]?.last ?? null;
  // Nothing is known of an earlier build of it: who stands on it goes by its key.
  if (input.baseline.build === null) return "none";
  if (last === null) {
    const base = lowest(analysis)?.base;
    return base?.kind === "image" ? (base.image?.built?.fate ?? "cached") : "cached";
  }
  switch (last.prediction) {
    case "hit":
      return "cached";
    case "miss":
      return "rebuilds";
    case "unknown":
      return "may-rebuild";
    case null:
      return "none";
  }
}

/** Why the chain of rebuilds begins that its last step is in. */
function causesOf({ keys, graph, steps, input }: Analysis): readonly Cause[] {
  if (input.baseline.build === null) return [];
  const last = keys.stages[graph.target?.index ?? -1]?.last ?? null;
  const keyed = keyedAt(keys, last?.root ?? last);
  if (keyed === null) return [];
  const stage = stageAt(graph, keyed);
  const at = (stage?.first ?? 0) + keyed.nth;
  return steps[at]?.prediction.causes ?? [];
}
