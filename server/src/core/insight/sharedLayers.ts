/**
 * Which layers the images of several Dockerfiles have in common: the same base image and the same
 * leading steps, by the keys that BuildKit gives them. Steps with equal keys run once, and their
 * layers are stored, pushed and pulled once.
 */

import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { stageSteps } from "../analysis/view.js";
import { formatPlatform } from "../build/platform.js";
import { keyOf } from "../cache/predict.js";
import { type Stage, stageLine } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import { type BuildNumbers, buildNumbers } from "./buildNumbers.js";
import { type Chain, type SharingHint, sharingHints } from "./sharingHints.js";

export interface ComparedFile {
  /** As it is called in the answer. */
  readonly name: string;
  readonly analysis: Analysis;
}

export interface SharedBase {
  readonly reference: string;
  /** Each once, in the order given. */
  readonly files: readonly string[];
}

export interface SharedStep {
  readonly base: string;
  /** From 1: the step's place above the base. */
  readonly depth: number;
  readonly text: string;
  /** Of files that it copies from the build context; null: it copies none, or they are not known. */
  readonly bytes: number | null;
  readonly places: readonly { readonly file: string; readonly line: number }[];
}

export interface FileNumbers extends BuildNumbers {
  readonly file: string;
  /** Steps that another file has, too. */
  readonly shared: number;
}

export interface SharedLayers {
  readonly files: readonly string[];
  readonly numbers: readonly FileNumbers[];
  readonly bases: readonly SharedBase[];
  /** Steps that two files or more share; lower ones before those on top of them. */
  readonly steps: readonly SharedStep[];
  /** The largest gain first. */
  readonly hints: readonly SharingHint[];
}

export function sharedLayers(files: readonly ComparedFile[]): SharedLayers {
  const chains = files.flatMap(chainsOf);
  const steps = sharedSteps(chains);
  return {
    files: files.map(({ name }) => name),
    numbers: files.map(({ name, analysis }) => ({
      file: name,
      ...buildNumbers(analysis),
      shared: steps.filter(({ places }) => places.some(({ file }) => file === name)).length,
    })),
    bases: sharedBases(chains),
    steps,
    hints: sharingHints(chains),
  };
}

/** One for every stage that is built and that no other stage continues. */
function chainsOf({ name, analysis }: ComparedFile): readonly Chain[] {
  const { stages } = analysis.graph;
  const continued = new Set(
    stages.flatMap(({ base, isBuilt }) => (base.kind === "stage" && isBuilt ? [base.index] : [])),
  );
  return stages
    .filter(({ index, isBuilt }) => isBuilt && !continued.has(index))
    .flatMap((stage) => {
      const whole = lineage(analysis.graph, stage);
      const [root] = whole;
      if (root === undefined || root.base.kind !== "image") return [];
      return [
        {
          file: name,
          base: root.base.reference,
          platform: formatPlatform(root.platform),
          fromLine: stageLine(analysis.graph, root),
          steps: whole.flatMap((part) => runSteps(analysis, part)),
          keys: analysis.keys,
        },
      ];
    });
}

function runSteps(analysis: Analysis, stage: Stage): readonly StepAnalysis[] {
  return stageSteps(analysis, stage).filter(
    ({ keyed, step }) => keyed.definition !== null && step.effect !== "base",
  );
}

function sharedBases(chains: readonly Chain[]): readonly SharedBase[] {
  const bases = new Map<string, Set<string>>();
  for (const { base, file } of chains) bases.set(base, (bases.get(base) ?? new Set()).add(file));
  return [...bases]
    .filter(([, files]) => files.size > 1)
    .map(([reference, files]) => ({ reference, files: [...files] }))
    .sort((a, b) => b.files.length - a.files.length);
}

interface OpenStep {
  readonly base: string;
  readonly depth: number;
  readonly text: string;
  readonly bytes: number | null;
  readonly places: Map<string, { readonly file: string; readonly line: number }>;
}

function sharedSteps(chains: readonly Chain[]): readonly SharedStep[] {
  const steps = new Map<string, OpenStep>();
  for (const { file, base, platform, steps: own, keys } of chains) {
    for (const [at, { step, place, keyed, files }] of own.entries()) {
      // A key says the base by its name: two platforms of one name have no layer in common.
      if (!isComparable(own[at])) break;
      const name = `${platform} ${keyOf(keys, keyed)}`;
      const bytes = step.operation?.kind === "copy" && files !== null ? files.bytes : null;
      const open = { base, depth: at + 1, text: step.text, bytes, places: new Map() };
      const known = steps.get(name) ?? open;
      steps.set(name, known);
      if (!known.places.has(file)) known.places.set(file, { file, line: place.line });
    }
  }
  return [...steps.values()]
    .filter(({ places }) => places.size > 1)
    .map((step) => ({ ...step, places: [...step.places.values()] }));
}

/** False where the content of the files that it copies is not known: equal text is then not enough. */
export function isComparable(analysed: StepAnalysis | undefined): boolean {
  if (analysed === undefined) return false;
  const { keyed, step } = analysed;
  if (keyed.context.some(({ content }) => content.kind !== "known")) return false;
  const { operation } = step;
  const takesFiles =
    operation?.kind === "copy" &&
    operation.from.kind === "context" &&
    operation.items.some(({ kind }) => kind === "paths");
  return !takesFiles || keyed.context.length > 0;
}
