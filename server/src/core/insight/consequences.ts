/** What rebuilds after a step, if the step does. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { standingOf } from "../analysis/view.js";
import { placeOf, type Step } from "../graph/graph.js";
import { instructionKind } from "../instructions/index.js";
import { variableReferences } from "../syntax/expand.js";
import { listedAll, listedClauses, listedSome } from "../text/lists.js";
import { say } from "../text/say.js";

export interface Consequences {
  /** Lines that rebuild for certain, in order. */
  readonly certain: readonly number[];
  /** Lines that rebuild unless the files that they take come out equal. */
  readonly possible: readonly number[];
}

/**
 * Everything stacked on the step rebuilds; a stage that takes files from it may. Metadata counts
 * as its later keys see it: ENV and ARG reach the RUNs and the instructions that use their value,
 * USER also the WORKDIRs, SHELL the RUNs in shell form; under the classic builder every change
 * reaches every later step of the stage. An ARG before the first FROM reaches the FROMs that use it
 * and the stages that declare it again.
 */
export function consequences(analysis: Analysis, from: StepAnalysis): Consequences {
  const certain = new Set<number>();
  const possible = new Set<number>();
  const state = new Map<number, "certain" | "possible">();
  const standing = standingOf(analysis);
  // Asked for each of thousands of steps: no list of those below it is made.
  for (let at = from.place.index + 1; at < analysis.steps.length; at++) {
    const [analysed, on] = [analysis.steps[at], standing[at]];
    if (analysed === undefined || on === undefined) continue;
    const { place, keyed, isBuilt } = analysed;
    if (place.stage === null || !isBuilt || keyed.definition === null) continue;
    const below = on.below === null ? undefined : state.get(on.below);
    const isStacked = keyed.below === from.keyed || below === "certain";
    const isHit = (isStacked && !keyed.isByContent) || reachesKey(analysis, from, analysed);
    const isOpen =
      isStacked ||
      below === "possible" ||
      on.sources.some((index) => index === from.place.index || state.has(index));
    if (isHit) {
      state.set(place.index, "certain");
      certain.add(place.line);
    } else if (isOpen) {
      state.set(place.index, "possible");
      possible.add(place.line);
    }
  }
  for (const line of certain) possible.delete(line);
  return { certain: [...certain], possible: [...possible] };
}

/** The same in a clause: `lines 4 and 5 rebuild; line 9 may rebuild`. */
export function consequencesText({ certain, possible }: Consequences): string {
  const surely =
    certain.length === 1
      ? say`line ${numbers(certain)} rebuilds`
      : say`lines ${numbers(certain)} rebuild`;
  const maybe =
    possible.length === 1
      ? say`line ${numbers(possible)} may rebuild`
      : say`lines ${numbers(possible)} may rebuild`;
  const clauses = [
    ...(certain.length > 0 ? [surely] : []),
    ...(possible.length > 0 ? [maybe] : []),
  ];
  return clauses.length === 0 ? say`nothing else rebuilds` : listedClauses(clauses);
}

/** True when a changed `from` is part of the key of a later step of its stage. */
function reachesKey(analysis: Analysis, from: StepAnalysis, later: StepAnalysis): boolean {
  if (from.place.stage === null) return reachesStage(analysis, from.step, later);
  if (!isInLine(analysis, from.place.stage, later.place.stage)) return false;
  if (from.effect === "base") return true;
  if (from.effect === "layer") return later.keyed.below === null;
  const kind = instructionKind(from.step.keyword);
  const { operation } = later.step;
  if (analysis.graph.rules.commitsEveryInstruction)
    return kind?.isForRunsAlone !== true || operation?.kind === "run";
  const usesVariables = () => usesOf(analysis, from.step, later.step);
  return kind?.reaches?.({ operation, usesVariables }) ?? false;
}

/** The same for an ARG before the first FROM. */
function reachesStage(analysis: Analysis, from: Step, later: StepAnalysis): boolean {
  const stage = later.place.stage === null ? undefined : analysis.graph.stages[later.place.stage];
  const [opening] = stage?.steps ?? [];
  if (stage === undefined || opening === undefined) return false;
  if (later.keyed.below === null && usesOf(analysis, from, opening)) return true;
  const names = new Set(from.assignments.map(({ name }) => name));
  return stage.steps.some(
    (step) =>
      instructionKind(step.keyword)?.declares !== undefined &&
      placeOf(analysis.graph, step).index < later.place.index &&
      step.assignments.some(({ name }) => names.has(name)) &&
      (later.step.operation?.kind === "run" || usesOf(analysis, step, later.step)),
  );
}

/** True when a later instruction names a variable that `from` sets. What a shell expands is its own matter. */
function usesOf(analysis: Analysis, from: Step, later: Step): boolean {
  if (instructionKind(later.keyword)?.expandedBy === "shell") return false;
  const names = new Set(from.assignments.map(({ name }) => name));
  const { dockerfile } = analysis.input;
  return variableReferences(later.instruction.original, dockerfile.escape).some(({ name }) =>
    names.has(name),
  );
}

/** True when `stage` is `first` or continues it. */
function isInLine(analysis: Analysis, first: number, stage: number | null): boolean {
  for (let at = stage; at !== null; ) {
    if (at === first) return true;
    const base = analysis.graph.stages[at]?.base;
    at = base?.kind === "stage" ? base.index : null;
  }
  return false;
}

/** `lines 4, 5 and 9`; consecutive lines become `4–7`. */
export function lineList(lines: readonly number[]): string {
  return lines.length === 1 ? say`line ${numbers(lines)}` : say`lines ${numbers(lines)}`;
}

/** Nobody reads on; and of thousands of lines each may name all that follow. */
const mostRuns = 40;

/** At most so many stretches; how many lines they leave out is counted. */
function numbers(lines: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const line of [...lines].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && line === last[1] + 1) last[1] = line;
    else runs.push([line, line]);
  }
  const named = runs.slice(0, mostRuns);
  const words = named.flatMap(([start, end]) =>
    end - start > 1 ? [`${start}–${end}`] : start === end ? [`${start}`] : [`${start}`, `${end}`],
  );
  const said = named.reduce((sum, [start, end]) => sum + end - start + 1, 0);
  return said < lines.length ? listedSome(words, lines.length - said) : listedAll(words);
}
