/** What rebuilds a step, concretely: files with count and size, variables, lines. Each a clause. */

import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { stageOf } from "../analysis/view.js";
import { keyedAt } from "../cache/predict.js";
import { entriesOf, type Selection } from "../context/selection.js";
import { hasOpenSources } from "../files/requests.js";
import { placeOf, type Step } from "../graph/graph.js";
import { instructionKind } from "../instructions/index.js";
import { variableReferences } from "../syntax/expand.js";
import { listedAll, listedSome } from "../text/lists.js";
import { say } from "../text/say.js";
import { formatBytes } from "../text/sizes.js";
import { stageWords } from "../words/stageWords.js";
import { type AssignedNames, assignedAbove, mostNamed } from "./assignedNames.js";

/** How many files or names a sentence lists before it counts. */
const shown = mostNamed;

export function invalidators(analysis: Analysis, analysed: StepAnalysis): readonly string[] {
  const { step, keyed } = analysed;
  if (step.operation?.kind === "pull") {
    return [say`${step.operation.reference} becomes another image, or this line names another one`];
  }
  if (keyed.definition === null) return [];
  return [
    say`this line changes`,
    ...variables(analysis, step),
    ...files(analysed),
    ...openFiles(step),
    ...sources(analysis, analysed),
    ...below(analysis, analysed),
  ];
}

function variables(analysis: Analysis, step: Step): readonly string[] {
  const isRun = step.operation?.kind === "run";
  if (instructionKind(step.keyword)?.expandedBy === undefined) return [];
  const { first, count } = isRun ? assignedAbove(analysis.graph, step) : namedIn(analysis, step);
  if (count === 0) return [];
  const text = enumerate(first, count);
  return [
    isRun
      ? say`the value of ${text} changes (every ENV and ARG above counts, used or not)`
      : say`the value of ${text} changes`,
  ];
}

function namedIn({ input }: Analysis, { instruction }: Step): AssignedNames {
  const references = variableReferences(instruction.original, input.dockerfile.escape);
  const names = new Set(references.map(({ name }) => name));
  return { first: [...names], count: names.size };
}

function files({ keyed }: StepAnalysis): readonly string[] {
  return keyed.context.flatMap(({ selection }) => {
    if (selection.fileCount === 0) return [];
    const listed = enumerate(firstFiles(selection), selection.fileCount);
    const size = formatBytes(selection.bytes);
    return selection.fileCount === 1
      ? [say`${listed} (${size}) changes in content or mode`]
      : [
          say`one of ${selection.fileCount} files (${size}) changes in content or mode, comes or goes: ${listed}`,
        ];
  });
}

function openFiles(step: Step): readonly string[] {
  return hasOpenSources(step)
    ? [say`a file changes that it takes (only the base image can tell which)`]
    : [];
}

function sources(analysis: Analysis, { keyed }: StepAnalysis): readonly string[] {
  const { operation } = keyed.step;
  const images =
    operation?.kind === "copy" && operation.from.kind === "image"
      ? [say`the image ${operation.from.reference} changes`]
      : [];
  return [
    ...keyed.sources.flatMap((index) => {
      const stage = analysis.graph.stages[index];
      return stage === undefined
        ? []
        : [say`the files that it takes from ${stageWords(stage)} come out differently`];
    }),
    ...images,
  ];
}

function below(analysis: Analysis, analysed: StepAnalysis): readonly string[] {
  const { keyed } = analysed;
  const below = keyedAt(analysis.keys, keyed.below);
  if (below !== null) {
    const { line } = placeOf(analysis.graph, below.step);
    return [say`line ${line} (${below.step.keyword}) or anything below it rebuilds`];
  }
  const stage = stageOf(analysis, analysed);
  return stage?.base.kind === "image" ? [say`the base image ${stage.base.reference} changes`] : [];
}

/** As many as are shown by name, and one more. */
function firstFiles({ sources }: Selection): readonly string[] {
  const paths: string[] = [];
  for (const source of sources) {
    for (const { path, node } of entriesOf(source)) {
      if (node.kind !== "directory") paths.push(path);
      if (paths.length > shown) return paths;
    }
  }
  return paths;
}

/** The first of `whole` names, and how many more there are. */
function enumerate(names: readonly string[], whole: number): string {
  return whole > shown ? listedSome(names.slice(0, shown), whole - shown) : listedAll(names);
}
