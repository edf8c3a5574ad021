/**
 * From the syntax tree to the build graph: cuts the file into stages, walks one after the other, and
 * lays over them what depends on the whole: what the target needs, numbers, labels, problems.
 */

import type { PlatformBuild } from "../build/definition.js";
import { instructionKind } from "../instructions/index.js";
import { inert } from "../instructions/kind.js";
import { configured, withPath } from "../instructions/scope.js";
import type { Dockerfile, Instruction } from "../syntax/syntax.js";
import { movedPlaces, stretchOf } from "../text/stretch.js";
import { appendedLabel } from "./addedInstructions.js";
import { areAlike, type FileFacts, fileFacts, type GraphHost } from "./fileFacts.js";
import type { BuildGraph, Stage, Step } from "./graph.js";
import { placesOf, stepsInOrder } from "./places.js";
import {
  buildProblems,
  fileProblems,
  inOrder,
  isRejected,
  stepProblems,
  templateAlone,
} from "./problems.js";
import { type Numbering, numberSteps, reachableStages } from "./reach.js";
import { targetStage } from "./stageNames.js";
import { globalScope } from "./startScope.js";
import { type StageLines, type WalkedStage, walkLines } from "./walkedStage.js";
import { type StageWalk, stepOf, walkGlobals } from "./walkStage.js";

export type { GraphHost } from "./fileFacts.js";

/** A graph, and what one of the same text after an edit is made of. */
export interface WalkedGraph {
  readonly graph: BuildGraph;
  readonly numbering: Numbering;
  readonly dockerfile: Dockerfile;
  readonly file: FileFacts;
  readonly globals: StageWalk;
  readonly cut: CutFile;
  readonly stages: readonly WalkedStage[];
}

/**
 * Builds the graph. Never throws; a broken file gives the stages that can be read.
 * @param before of the text before an edit: what that did not change stays the same objects
 */
export function buildGraph(
  dockerfile: Dockerfile,
  build: PlatformBuild,
  host: GraphHost,
  before: WalkedGraph | null = null,
): WalkedGraph {
  const { definition } = build;
  const cut = cutIntoStages(dockerfile, before);
  const froms = cut.stages.map(({ from }) => from);
  const facts = fileFacts({ dockerfile, froms }, build, host, before?.file);
  const old = before !== null && areAlike(before.file, facts) ? before : null;
  const isNamedAlike = old?.file.names === facts.names;
  const globals = walkGlobals(
    facts,
    cut.globals,
    globalScope(facts),
    old && {
      walk: old.globals,
      isNamedAlike,
    },
  );
  const { environment } = globals.scope;
  const file: FileFacts = { ...facts, globals: environment };
  const walked: WalkedStage[] = [];
  const oldStages = old && { ...old, globals: old.globals.scope };
  for (const lines of cut.stages)
    walked.push(walkLines(lines, file, globals.scope, walked, oldStages));
  const target =
    definition.target === null
      ? walked.length - 1
      : (targetStage(file.names, definition.target) ?? -1);
  const stages = walked.map((stage) =>
    stage.index === target && definition.flags.labels.size > 0
      ? withLabels(stage, file, definition.flags.labels)
      : stage,
  );
  const { graph, numbering } = putTogether(
    { dockerfile, build, file, globals: globals.steps, stages, target },
    before,
  );
  return { graph, numbering, dockerfile, file, globals, cut, stages: walked };
}

interface CutFile {
  /** The places of the FROMs among the instructions. */
  readonly froms: readonly number[];
  /** Those before the first FROM. */
  readonly globals: readonly Instruction[];
  readonly stages: readonly StageLines[];
}

/** @param before of the text before an edit: the lines of a stage that it left are the same object */
function cutIntoStages(
  { instructions }: Dockerfile,
  before: Pick<WalkedGraph, "dockerfile" | "cut"> | null,
): CutFile {
  const old = before?.dockerfile.instructions ?? [];
  const oldCut = before?.cut ?? noCut;
  const stretch = stretchOf(instructions, old);
  const froms = movedPlaces(instructions, stretch, oldCut.froms, opensStage);
  const isAsMany = froms.length === oldCut.froms.length;
  const stages = froms.flatMap((at, index): readonly StageLines[] => {
    const end = froms[index + 1] ?? instructions.length;
    const isAbove =
      end <= stretch.start &&
      at === oldCut.froms[index] &&
      end === (oldCut.froms[index + 1] ?? old.length);
    const isBelow = at >= stretch.end && at - stretch.end + stretch.oldEnd === oldCut.froms[index];
    const lines = isAsMany && (isAbove || isBelow) ? oldCut.stages[index] : undefined;
    const from = instructions[at];
    if (lines !== undefined) return [lines];
    return from === undefined ? [] : [{ from, instructions: instructions.slice(at + 1, end) }];
  });
  return { froms, globals: instructions.slice(0, froms[0] ?? instructions.length), stages };
}

const noCut: CutFile = { froms: [], globals: [], stages: [] };

function opensStage({ keyword }: Instruction): boolean {
  return instructionKind(keyword)?.opensStage === true;
}

/** `--label` is a last LABEL of the target, and a step where each instruction is one. */
function withLabels(
  stage: WalkedStage,
  { rules }: FileFacts,
  labels: ReadonlyMap<string, string>,
): WalkedStage {
  const last = stage.steps.at(-1)?.instruction ?? stage.instruction;
  const steps = [...stage.steps];
  let { scope } = stage;
  for (const [name, value] of [...labels].sort(([a], [b]) => (a < b ? -1 : 1))) {
    scope = configured(scope, { labels: scope.config.labels.with(name, value) });
    if (!rules.commitsEveryInstruction) continue;
    scope = withPath(scope);
    const label = appendedLabel(name, value, last);
    steps.push({ ...stepOf(label, inert([name, value], scope)), isOption: true });
  }
  return { ...stage, steps, scope, options: steps.length - stage.steps.length };
}

interface WalkedFile {
  readonly dockerfile: Dockerfile;
  readonly build: PlatformBuild;
  readonly file: FileFacts;
  readonly globals: readonly Step[];
  readonly stages: readonly WalkedStage[];
  /** The stage that the build ends at; negative: there is none. */
  readonly target: number;
}

/** @param before of the text before an edit: a stage or place that is the same stays the same object */
function putTogether(
  walked: WalkedFile,
  before: WalkedGraph | null,
): Pick<WalkedGraph, "graph" | "numbering"> {
  const { dockerfile, build, file, globals, target } = walked;
  const { rules, frontend } = file;
  const needs = walked.stages.map((stage) => stage.needs);
  const built = reachableStages(rules, target, needs);
  const numbering = numberSteps(rules, globals, walked.stages, built, before?.stages ?? []);
  const steps = stepsInOrder(globals, walked.stages);
  const { places, starts } = placesOf(
    { dockerfile, globals, stages: walked.stages, numbering },
    before && {
      ...{ dockerfile: before.dockerfile, stages: before.stages },
      ...{ numbering: before.numbering, places: before.graph.places },
    },
  );
  let first = globals.length;
  const stages = walked.stages.map((stage, at): Stage => {
    const own = first;
    first += stage.steps.length - stage.options;
    const label = numbering.labels[at] ?? "";
    const total = numbering.stageTotals[at] ?? 0;
    const isBuilt = built.has(at);
    const old = before?.graph.stages[at];
    const isSame =
      stage === before?.stages[at] &&
      old !== undefined &&
      old.steps === stage.steps &&
      old.first === own &&
      old.label === label &&
      old.total === total &&
      old.isBuilt === isBuilt;
    if (isSame) return old;
    const { index, name, base, platform, instruction, isReplaced, isForWindows } = stage;
    return {
      ...{ first: own, index, name, label, base, platform, instruction, steps: stage.steps },
      ...{ isBuilt, isReplaced, isForWindows, needs: stage.needs, total },
      config: stage.scope.config,
      unknowns: stage.scope.unknowns,
    };
  });
  const found = templateAlone(
    inOrder([
      ...fileProblems(dockerfile),
      ...buildProblems(build.definition, dockerfile, walked.stages, target),
      ...stepProblems({ globals, stages: walked.stages, starts }, built, rules),
    ]),
  );
  const graph = {
    definition: build.definition,
    platform: build.platform,
    rules,
    frontend,
    stages,
    steps,
    globals,
    places,
    starts,
    target: stages[target] ?? null,
    isRejected: isRejected(rules, found),
    problems: found.map(({ problem }) => problem),
  };
  return { graph, numbering };
}
