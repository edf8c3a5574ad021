/**
 * From the syntax tree to the build graph: cuts the file into stages, walks one after the other, and
 * lays over them what depends on the whole: what the target needs, numbers, labels, problems.
 */

import type { PlatformBuild } from "../build/definition.js";
import { instructionKind } from "../instructions/index.js";
import { inert } from "../instructions/kind.js";
import { configured, withPath } from "../instructions/scope.js";
import type { Dockerfile, Instruction } from "../syntax/syntax.js";
import { appendedLabel } from "./addedInstructions.js";
import { areAlike, type FileFacts, fileFacts, type GraphHost } from "./fileFacts.js";
import type { BuildGraph, Stage, Step, StepPlace } from "./graph.js";
import { placesOf, stepsInOrder } from "./places.js";
import { buildProblems, fileProblems, inOrder, isRejected, stepProblems } from "./problems.js";
import { numberSteps, reachableStages } from "./reach.js";
import { targetStage } from "./stageNames.js";
import { globalScope } from "./startScope.js";
import { type StageLines, type WalkedStage, walkLines } from "./walkedStage.js";
import { type StageWalk, stepOf, walkGlobals } from "./walkStage.js";

export type { GraphHost } from "./fileFacts.js";

/** A graph, and what one of the same text after an edit is made of. */
export interface WalkedGraph {
  readonly graph: BuildGraph;
  readonly file: FileFacts;
  readonly globals: StageWalk;
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
  const facts = fileFacts(dockerfile, build, host, before?.file);
  const old = before !== null && areAlike(before.file, facts) ? before : null;
  const cut = cutIntoStages(dockerfile.instructions);
  const globals = walkGlobals(facts, cut.globals, globalScope(facts), old?.globals);
  const file: FileFacts = { ...facts, globals: globals.scope.environment };
  const walked: WalkedStage[] = [];
  for (const lines of cut.stages)
    walked.push(
      walkLines(lines, file, globals.scope, walked, old && { ...old, globals: old.globals.scope }),
    );
  const target =
    definition.target === null
      ? walked.length - 1
      : (targetStage(file.names, definition.target) ?? -1);
  const stages = walked.map((stage) =>
    stage.index === target && definition.flags.labels.size > 0
      ? withLabels(stage, file, definition.flags.labels)
      : stage,
  );
  const graph = putTogether(
    { dockerfile, build, file, globals: globals.steps, stages, target },
    before?.graph.places ?? [],
  );
  return { graph, file, globals, stages: walked };
}

interface CutFile {
  /** Those before the first FROM. */
  readonly globals: readonly Instruction[];
  readonly stages: readonly StageLines[];
}

function cutIntoStages(instructions: readonly Instruction[]): CutFile {
  const globals: Instruction[] = [];
  const stages: { from: Instruction; instructions: Instruction[] }[] = [];
  for (const instruction of instructions) {
    if (instructionKind(instruction.keyword)?.opensStage === true)
      stages.push({ from: instruction, instructions: [] });
    else (stages.at(-1)?.instructions ?? globals).push(instruction);
  }
  return { globals, stages };
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
  return { ...stage, steps, scope };
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

/** @param before where the steps of the text before an edit stood */
function putTogether(walked: WalkedFile, before: readonly StepPlace[]): BuildGraph {
  const { dockerfile, build, file, globals, target } = walked;
  const { rules, frontend } = file;
  const needs = walked.stages.map((stage) => stage.needs);
  const built = reachableStages(rules, target, needs);
  const numbering = numberSteps(rules, globals, walked.stages, built);
  const steps = stepsInOrder(globals, walked.stages);
  const { places, starts } = placesOf(dockerfile, globals, walked.stages, numbering, before);
  let first = globals.length;
  const stages = walked.stages.map((stage): Stage => {
    const own = first;
    first += stage.steps.findLastIndex(({ isOption }) => !isOption) + 1;
    return {
      first: own,
      index: stage.index,
      name: stage.name,
      label: numbering.labels[stage.index] ?? "",
      base: stage.base,
      platform: stage.platform,
      instruction: stage.instruction,
      steps: stage.steps,
      isBuilt: built.has(stage.index),
      isReplaced: stage.isReplaced,
      needs: needs[stage.index] ?? [],
      total: numbering.stageTotals[stage.index] ?? 0,
      config: stage.scope.config,
      unknowns: stage.scope.unknowns,
    };
  });
  const found = inOrder([
    ...fileProblems(dockerfile),
    ...buildProblems(build.definition, dockerfile, walked.stages, target),
    ...stepProblems(steps, { places, starts }, built, rules),
  ]);
  return {
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
}
