/**
 * The build graph: stages, the steps in them, and what each needs. Plain data. Steps and stages hold
 * no place in the text; `BuildGraph.places` says where each stands today.
 */

import type { BuilderRules } from "../build/builderRules.js";
import type { BuildDefinition, ContextSource, DefinitionId } from "../build/definition.js";
import type { Frontend } from "../build/frontend.js";
import type { Platform } from "../build/platform.js";
import type { BaseImage } from "../image/baseImage.js";
import type { ImageConfig } from "../image/config.js";
import type { Assignment, Effect } from "../instructions/kind.js";
import type { Operation } from "../instructions/operation.js";
import type { Found } from "../instructions/reading.js";
import { knownEnvironment, type Unknowns } from "../instructions/unknowns.js";
import type { Instruction } from "../syntax/syntax.js";
import type { Placed } from "../text/range.js";
import type { GraphProblem } from "./problem.js";

export type StageBase =
  | {
      readonly kind: "image";
      readonly reference: string;
      readonly image: BaseImage | null;
      /** There when a `--build-context` names it. */
      readonly isNamed?: true;
      /** There when a named context says that another build makes it. */
      readonly linked?: DefinitionId;
    }
  | { readonly kind: "stage"; readonly index: number }
  | { readonly kind: "scratch" }
  /** The files of a `--build-context`. */
  | { readonly kind: "folder"; readonly name: string }
  /** A named context that only the builder gets: the files of a repository, what another build leaves. */
  | {
      readonly kind: "elsewhere";
      readonly name: string;
      readonly source: Extract<ContextSource, { kind: "git" | "build" }>;
    }
  /** The FROM cannot be read. */
  | { readonly kind: "broken" };

/** True when what an image of this base is set to by default is known. */
export function isBaseKnown(base: StageBase): boolean {
  if (base.kind === "elsewhere") return base.source.kind === "git";
  if (base.kind === "broken") return false;
  return base.kind !== "image" || (base.image !== null && openOf(base.image) === null);
}

/** What of an image only its own base can tell; null: nothing. */
export function openOf(image: BaseImage): Unknowns | null {
  return image.built?.unknowns ?? null;
}

export interface Step {
  readonly instruction: Instruction;
  readonly keyword: string;
  /** The instruction on one line, as typed. */
  readonly text: string;
  readonly effect: Effect;
  readonly shaping: boolean;
  readonly operation: Operation | null;
  /** See `Evaluation.words`. */
  readonly words: readonly string[];
  /** True when an ONBUILD of the parent stage runs here, right after the FROM. */
  readonly isTrigger: boolean;
  /** See `Evaluation.neverFound`. */
  readonly neverFound: boolean;
  /** True for what the classic builder appends for `--label`: no such line is in the file. */
  readonly isOption: boolean;
  /** What is wrong with it. */
  readonly found: readonly Found[];
  /** True when evaluating it found something: the build fails here at the latest. */
  readonly fails: boolean;
  /** What an ENV or ARG sets here, variables expanded. */
  readonly assignments: readonly Assignment[];
  /** See `Evaluation.openPath`; null: it is known, or there is none. */
  readonly openPath: string | null;
  /** The variables in it whose values only the base image can tell. */
  readonly openVariables: readonly string[];
}

/** Names a step by its stage and its place in it. `stage` null: before the first FROM. */
export interface StepRef {
  readonly stage: number | null;
  readonly nth: number;
}

export function isSameRef(one: StepRef, other: StepRef): boolean {
  return one.stage === other.stage && one.nth === other.nth;
}

/** The same where there may be none. */
export function isSameOrNone(one: StepRef | null, other: StepRef | null): boolean {
  return one === null || other === null ? one === other : isSameRef(one, other);
}

/**
 * Where a step stands today. Its offset is not here (see `startOf`): it is another one for every step
 * below a letter that is typed, and all else of a place is not.
 */
export interface StepPlace extends StepRef {
  /** In `BuildGraph.steps`. */
  readonly index: number;
  /** First and last line, from 1, as the builder counts them; a trigger has those of its FROM. */
  readonly line: number;
  readonly endLine: number;
  /** The number that the builder prints; null: it prints none. */
  readonly number: number | null;
}

export interface Stage {
  readonly index: number;
  /** Lower case; null: it has none. */
  readonly name: string | null;
  /** What the builder prints in front of the numbers; empty: nothing. */
  readonly label: string;
  readonly base: StageBase;
  readonly platform: Platform;
  /** By its platform, or by what its base image is called. */
  readonly isForWindows: boolean;
  readonly instruction: Instruction;
  /** The FROM first. */
  readonly steps: readonly Step[];
  /** The place of its FROM in `BuildGraph.steps`. */
  readonly first: number;
  /** True when the target needs it (or, for the classic builder, stands at or below it). */
  readonly isBuilt: boolean;
  /** True when a `--build-context` takes its place: nothing but its FROM counts. */
  readonly isReplaced: boolean;
  /** Stages that this one needs: base, COPY --from, mounts. */
  readonly needs: readonly number[];
  /** How many steps the builder announces for the stage. */
  readonly total: number;
  readonly config: ImageConfig;
  /** What of it only the base image can tell; null: nothing. */
  readonly unknowns: Unknowns | null;
}

export interface BuildGraph {
  readonly definition: BuildDefinition;
  /** The one of the definition's platforms that is built. */
  readonly platform: Platform;
  readonly rules: BuilderRules;
  readonly frontend: Frontend;
  readonly stages: readonly Stage[];
  /** Of each stage the later ones that need it: see `Stage.needs`. */
  readonly neededBy: readonly (readonly number[])[];
  /** In the file's order, ARGs before the first FROM included. */
  readonly steps: readonly Step[];
  /** Those of them that stand before the first FROM. */
  readonly globals: readonly Step[];
  /** In the order of `steps`. */
  readonly places: readonly StepPlace[];
  /** In the same order: the offset that the ranges of its instruction count from. */
  readonly starts: readonly number[];
  /** The stage that the build ends at; null: there is none. */
  readonly target: Stage | null;
  /** True when the builder runs nothing, because of what is wrong with the file. */
  readonly isRejected: boolean;
  /** At offsets into the text; those of stages that are not built are left out. */
  readonly problems: readonly Placed<GraphProblem>[];
}

/** The image config of a stage without what a builder would put in the place of an unknown base's. */
export function knownConfig({ config, unknowns }: Stage): ImageConfig {
  if (unknowns === null) return config;
  return {
    ...config,
    environment: knownEnvironment(unknowns, config.environment),
    workingDirectory: unknowns.directory ?? config.workingDirectory,
    user: unknowns.user ?? config.user,
  };
}

const indexes = new WeakMap<BuildGraph, ReadonlyMap<Step, number>>();

/** Where a step of this graph stands. Whoever goes through all steps has it in `places`. */
export function placeOf(graph: BuildGraph, step: Step): StepPlace {
  let index = indexes.get(graph);
  if (index === undefined) {
    index = new Map(graph.steps.map((one, at) => [one, at]));
    indexes.set(graph, index);
  }
  return graph.places[index.get(step) ?? -1] ?? nowhere;
}

/** The offset in the text that the ranges of the instruction at this place count from. */
export function startOf({ starts }: BuildGraph, { index }: Pick<StepPlace, "index">): number {
  return starts[index] ?? 0;
}

/** The stage that a reference leads into; null: before the first FROM. */
export function stageAt({ stages }: BuildGraph, { stage }: Pick<StepRef, "stage">): Stage | null {
  return stage === null ? null : (stages[stage] ?? null);
}

/** The stage that a step stands in; null: before the first FROM. */
export function stageOfStep(graph: BuildGraph, step: Step): Stage | null {
  return stageAt(graph, placeOf(graph, step));
}

/** The line of a stage's FROM, from 1. */
export function stageLine(graph: BuildGraph, { first }: Stage): number {
  return graph.places[first]?.line ?? 0;
}

/** The place of the step that a reference names; null: there is none. */
export function placeAt(graph: BuildGraph, { stage, nth }: StepRef): StepPlace | null {
  if (stage === null) return graph.globals[nth] === undefined ? null : (graph.places[nth] ?? null);
  const of = graph.stages[stage];
  const step = of?.steps[nth];
  if (of === undefined || step === undefined) return null;
  return step.isOption ? placeOf(graph, step) : (graph.places[of.first + nth] ?? null);
}

/** The line of the step that a reference names, from 1; null: it names none. */
export function lineOf(graph: BuildGraph, ref: StepRef | null): number | null {
  return ref === null ? null : (placeAt(graph, ref)?.line ?? null);
}

const nowhere: StepPlace = {
  stage: null,
  nth: -1,
  index: -1,
  line: 0,
  endLine: 0,
  number: null,
};
