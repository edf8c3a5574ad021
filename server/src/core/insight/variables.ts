/** The variables that an instruction sees, with their values and where they were set. */
import type { Analysis } from "../analysis/analyse.js";
import { automaticArgs } from "../build/platform.js";
import { placeOf, type Step, stageOfStep } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";

export interface VariableValue {
  /** As it is typed where only the base image can tell a variable in it. */
  readonly value: string;
  /** Where it was set, from 1; null: by the builder or the base image. */
  readonly line: number | null;
  /** Of the instruction that sets it. */
  readonly keyword: string | null;
  /** True where only the base image can tell the value. */
  readonly isOpen: boolean;
}

/** The value that `name` has before `step`; null: it is not set. */
export function valueBefore(analysis: Analysis, step: Step, name: string): VariableValue | null {
  let found: VariableValue | null = null;
  const { graph } = analysis;
  const stage = stageOfStep(graph, step);
  const isGlobal = stage === null || step.effect === "base";
  const steps = isGlobal ? graph.globals : lineage(graph, stage).flatMap(({ steps }) => steps);
  const { index: end } = placeOf(graph, step);
  for (const other of steps) {
    const { keyword, assignments } = other;
    const { index, line } = placeOf(graph, other);
    if (index >= end) break;
    const own = assignments.findLast((assignment) => assignment.name === name);
    if (own !== undefined) {
      found = { value: own.written ?? own.value, line, keyword, isOpen: own.written !== undefined };
    }
  }
  const { definition, platform, rules, frontend } = analysis.graph;
  if (found === null && isGlobal && rules.setsAutomaticArgs) {
    const value = automaticArgs(definition.buildPlatform, platform, "", frontend.minor).get(name);
    if (value !== undefined) return { value, line: null, keyword: null, isOpen: false };
  }
  if (found !== null || isGlobal || stage === null) return found;
  const base = stage.unknowns === null ? stage.config.environment.get(name) : undefined;
  return base === undefined ? null : { value: base, line: null, keyword: null, isOpen: false };
}
