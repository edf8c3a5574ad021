/**
 * From the syntax tree to the build graph: cuts the file into stages, walks one after the other, and
 * lays over them what depends on the whole: what the target needs, numbers, labels, problems.
 */

import type { PlatformBuild } from "../build/definition.js";
import { instructionKind } from "../instructions/index.js";
import { inert } from "../instructions/kind.js";
import { configured, withPath } from "../instructions/scope.js";
import type { Dockerfile, Instruction } from "../syntax/syntax.js";
import { isSameList } from "../text/sameList.js";
import { movedPlaces, type Stretch, spliced, stretchOf } from "../text/stretch.js";
import { appendedLabel } from "./addedInstructions.js";
import { areAlike, type FileFacts, fileFacts, type GraphHost } from "./fileFacts.js";
import type { BuildGraph, Stage, Step } from "./graph.js";
import { placesOf, stepsInOrder } from "./places.js";
import {
  buildProblems,
  fileProblems,
  inOrder,
  isFaulty,
  isRejected,
  stepProblems,
  templateAlone,
} from "./problems.js";
import { type Numbering, numberSteps, type Reach, reachOf } from "./reach.js";
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
  readonly reach: Reach;
  readonly marks: StageMarks;
}

/** The places of stages that are asked for at every key. */
interface StageMarks {
  /** Those with something wrong with a step. */
  readonly faulty: readonly number[];
  readonly forWindows: readonly number[];
  /** Those with steps that are no instruction of their own lines. */
  readonly withOthers: readonly number[];
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
  const oldStages = old && { ...old, globals: old.globals.scope, lines: old.cut.stages };
  for (const lines of cut.stages)
    walked.push(walkLines(lines, file, globals.scope, walked, oldStages));
  const target =
    definition.target === null
      ? walked.length - 1
      : (targetStage(file.names, definition.target) ?? -1);
  const { labels } = definition.flags;
  const stages =
    labels.size === 0
      ? walked
      : walked.map((stage) => (stage.index === target ? withLabels(stage, file, labels) : stage));
  const laid = putTogether(
    { dockerfile, build, file, globals: globals.steps, stages, target },
    before,
  );
  return { dockerfile, file, globals, cut, stages: walked, ...laid };
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
  const stages: StageLines[] = [];
  for (let index = 0; index < froms.length; index++) {
    const at = froms[index] ?? 0;
    const end = froms[index + 1] ?? instructions.length;
    const isAbove =
      end <= stretch.start &&
      at === oldCut.froms[index] &&
      end === (oldCut.froms[index + 1] ?? old.length);
    const isBelow = at >= stretch.end && at - stretch.end + stretch.oldEnd === oldCut.froms[index];
    const lines = isAsMany && (isAbove || isBelow) ? oldCut.stages[index] : undefined;
    const from = instructions[at];
    if (lines !== undefined) stages.push(lines);
    else if (from !== undefined)
      stages.push({ from, instructions: instructions.slice(at + 1, end) });
  }
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

type LaidGraph = Pick<WalkedGraph, "graph" | "numbering" | "reach" | "marks">;

/** @param before of the text before an edit: a stage or place that is the same stays the same object */
function putTogether(walked: WalkedFile, before: WalkedGraph | null): LaidGraph {
  const { dockerfile, build, file, globals, target } = walked;
  const { rules, frontend } = file;
  const moved = stretchOf(walked.stages, before?.stages ?? []);
  const reach = reachWith(walked, before, moved);
  const { built } = reach;
  const marked = (mark: keyof StageMarks, isMeant: (stage: WalkedStage) => boolean) =>
    movedPlaces(walked.stages, moved, before?.marks[mark] ?? [], isMeant);
  const marks: StageMarks = {
    faulty: marked("faulty", isFaulty),
    forWindows: marked("forWindows", ({ isForWindows }) => isForWindows),
    withOthers: marked("withOthers", ({ triggers, options }) => triggers + options > 0),
  };
  const numbering = numberSteps(
    { rules, globals, stages: walked.stages, built },
    before && {
      rules: before.file.rules,
      stages: before.stages,
      built: before.reach.built,
      numbering: before.numbering,
    },
  );
  const { places, starts } = placesOf(
    { dockerfile, globals, stages: walked.stages, numbering },
    before && {
      dockerfile: before.dockerfile,
      stages: before.stages,
      numbering: before.numbering,
      places: before.graph.places,
    },
    marks.withOthers.length === 0,
  );
  const laid = { built, numbering, ...walked };
  const isAlike = before !== null && areLaidAlike(laid, before, moved);
  const stages = laidStages(laid, before, isAlike ? moved : null);
  const found = templateAlone(
    inOrder([
      ...fileProblems(dockerfile),
      ...buildProblems(build.definition, { isForWindows: marks.forWindows.length > 0, ...walked }),
      ...stepProblems(
        { globals, stages: walked.stages, places: stages, faulty: marks.faulty, starts },
        built,
        rules,
      ),
    ]),
  );
  const graph = {
    definition: build.definition,
    platform: build.platform,
    rules,
    frontend,
    stages,
    neededBy: reach.neededBy,
    steps: isAlike
      ? splicedSteps(before, globals, stages, moved)
      : stepsInOrder(globals, walked.stages),
    globals,
    places,
    starts,
    target: stages[target] ?? null,
    isRejected: isRejected(rules, found),
    problems: found.map(({ problem }) => problem),
  };
  return { graph, numbering, reach, marks };
}

/** The same object where each stage needs what it needed. */
function reachWith(
  { file: { rules }, stages, target }: WalkedFile,
  before: WalkedGraph | null,
  { start, end, oldEnd }: Stretch,
): Reach {
  const isSame =
    before !== null &&
    end === oldEnd &&
    before.file.rules === rules &&
    (before.graph.target?.index ?? -1) === target &&
    stages
      .slice(start, end)
      .every(({ needs, index }) => isSameList(needs, before.stages[index]?.needs ?? noNeeds));
  return isSame
    ? before.reach
    : reachOf(
        rules,
        target,
        stages.map(({ needs }) => needs),
      );
}

const noNeeds: readonly number[] = [];

interface LaidFile extends WalkedFile {
  readonly built: ReadonlySet<number>;
  readonly numbering: Numbering;
}

/**
 * What depends on the whole file is laid over the stages.
 * @param moved outside of this stretch nothing is otherwise than before; null: something may be
 */
function laidStages(
  { globals, stages, built, numbering }: LaidFile,
  before: WalkedGraph | null,
  moved: Stretch | null,
): readonly Stage[] {
  let first = before?.graph.stages[moved?.start ?? 0]?.first ?? globals.length;
  if (moved === null) first = globals.length;
  const laid = (stage: WalkedStage): Stage => {
    const { index, name, base, platform, instruction, isReplaced, isForWindows, steps } = stage;
    const own = first;
    first += steps.length - stage.options;
    const label = numbering.labels[index] ?? "";
    const total = numbering.stageTotals[index] ?? 0;
    const isBuilt = built.has(index);
    const old = before?.graph.stages[index];
    const isSame =
      stage === before?.stages[index] &&
      old !== undefined &&
      old.steps === steps &&
      old.first === own &&
      old.label === label &&
      old.total === total &&
      old.isBuilt === isBuilt;
    if (isSame) return old;
    return {
      first: own,
      index,
      name,
      label,
      base,
      platform,
      instruction,
      steps,
      isBuilt,
      isReplaced,
      isForWindows,
      needs: stage.needs,
      total,
      config: stage.scope.config,
      unknowns: stage.scope.unknowns,
    };
  };
  if (before === null || moved === null) return stages.map(laid);
  const between = stages.slice(moved.start, moved.end);
  return between.length === 0
    ? before.graph.stages
    : spliced(before.graph.stages, moved, between.map(laid));
}

/** True where nothing that is laid over the stages outside of the stretch is otherwise. */
function areLaidAlike(
  { globals, stages, built, numbering }: LaidFile,
  before: WalkedGraph,
  { start, end, oldEnd }: Stretch,
): boolean {
  return (
    end === oldEnd &&
    globals.length === before.graph.globals.length &&
    built === before.reach.built &&
    numbering === before.numbering &&
    before.graph.steps.at(-1)?.isOption !== true &&
    stages
      .slice(start, end)
      .every(
        ({ index, steps, options }) =>
          options === 0 && before.graph.stages[index]?.steps.length === steps.length,
      )
  );
}

/** All steps in their order, where but those of some stages are other ones. */
function splicedSteps(
  { graph }: WalkedGraph,
  globals: readonly Step[],
  stages: readonly Stage[],
  { start, end }: Stretch,
): readonly Step[] {
  const isSame = start === end && isSameList(globals, graph.globals);
  if (isSame) return graph.steps;
  const from = stages[start]?.first ?? graph.steps.length;
  const to = stages[end]?.first ?? graph.steps.length;
  const between = stages.slice(start, end).map(({ steps }) => steps);
  return globals.concat(graph.steps.slice(globals.length, from), ...between, graph.steps.slice(to));
}
