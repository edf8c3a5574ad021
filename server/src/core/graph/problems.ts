/** What is wrong with a file and with the way that it is built, and what that fails. */
import { type BuilderRules, rulesOf } from "../build/builderRules.js";
import type { BuildDefinition } from "../build/definition.js";
import { syntaxProblems } from "../syntax/placed.js";
import type { Dockerfile } from "../syntax/syntax.js";
import { nearest } from "../text/nearest.js";
import { type Placed, placedAt } from "../text/range.js";
import { flagProblems } from "./flagProblems.js";
import type { Step } from "./graph.js";
import { type Found, failsBuild, type GraphProblem } from "./problem.js";
import type { WalkedStage } from "./walkedStage.js";

/** What the parser found. */
export function fileProblems(dockerfile: Dockerfile): readonly Found[] {
  return syntaxProblems(dockerfile).map(read);
}

/** The stages of a file. */
interface FoundStages {
  readonly dockerfile: Dockerfile;
  readonly stages: readonly WalkedStage[];
  /** The stage that the build ends at; negative: there is none. */
  readonly target: number;
  /** True when one of them is. */
  readonly isForWindows: boolean;
}

/** What is wrong in no line of the file, with its stages or the way that it is built. */
export function buildProblems(
  definition: BuildDefinition,
  { dockerfile: { instructions }, stages, target, isForWindows }: FoundStages,
): readonly Found[] {
  const problems = [...flagProblems(definition)];
  // Of a file without any instruction the parser has said it.
  if (stages.length === 0 && instructions.length > 0)
    problems.push({ code: "no-stage", range: null });
  if (stages.length > 0 && target < 0) {
    const asked = definition.target ?? "";
    const near = nearest(
      asked.toLowerCase(),
      stages.flatMap(({ name }) => name ?? []),
    );
    problems.push({ code: "no-target", target: asked, near, range: null });
  }
  if (isForWindows) problems.push({ code: "windows-build", range: null });
  if (!rulesOf(definition.builder).makesEmptyImages && isEmptyImage(stages[target]))
    problems.push({ code: "no-image", range: null });
  return problems.map(read);
}

/** The steps of a file, and where they stand. */
interface FoundSteps {
  readonly globals: readonly Step[];
  readonly stages: readonly WalkedStage[];
  /** The same stages, with the places of their FROMs among the steps. */
  readonly places: readonly { readonly first: number }[];
  /** The places of those of which something is wrong with a step: see `isFaulty`. */
  readonly faulty: readonly number[];
  /** See `BuildGraph.starts`. */
  readonly starts: readonly number[];
}

/** True where something is wrong with a step of the stage. */
export function isFaulty({ steps: [from], marks }: WalkedStage): boolean {
  return marks.faulty.length > 0 || (from !== undefined && from.found.length > 0);
}

/** Those of stages that are not built fail nothing, unless the file cannot be read for them. */
export function stepProblems(
  { globals, stages, places, faulty, starts }: FoundSteps,
  built: ReadonlySet<number>,
  { translatesFirst }: BuilderRules,
): readonly Found[] {
  const all: Found[] = [];
  const add = ({ found }: Step, isBuilt: boolean, at: number): void => {
    for (const { phase, problem } of found)
      if (isBuilt || phase === "read")
        all.push({ phase, problem: placedAt(starts[at] ?? 0, problem) });
  };
  for (const [at, step] of globals.entries()) add(step, true, at);
  for (const index of faulty) {
    const stage = stages[index];
    if (stage === undefined) continue;
    const { steps, walked, marks } = stage;
    const { first } = places[index] ?? { first: 0 };
    const isBuilt = built.has(index);
    const [from] = steps;
    // A translation reads all FROM lines with what stands before them, whichever stages are built.
    if (from !== undefined) add(from, isBuilt || translatesFirst, first);
    for (const nth of marks.faulty) {
      const step = walked[nth]?.step;
      if (step !== undefined) add(step, isBuilt, first + 1 + nth);
    }
  }
  return all;
}

/** In the order of the text; what stands in no line comes first. */
export function inOrder(found: readonly Found[]): readonly Found[] {
  return [...found].sort((a, b) => (a.problem.range?.start ?? 0) - (b.problem.range?.start ?? 0));
}

/** Of a template that it is one, once, and nothing else; of any other file all. */
export function templateAlone(found: readonly Found[]): readonly Found[] {
  for (const { problem } of found) {
    const mark = templateMark(problem);
    if (mark !== null) return [read({ code: "template", mark, range: problem.range })];
  }
  return found;
}

/** A mark of Jinja's, Go's or ERB's kind in the place of an instruction or in the name of an image. */
function templateMark(problem: GraphProblem): string | null {
  switch (problem.code) {
    case "unknown-instruction":
      return /^(?:\{\{|\{%|<%)/.exec(problem.keyword)?.[0] ?? null;
    case "bad-reference":
      return /\{\{|\{%|<%/.exec(problem.reference)?.[0] ?? null;
    default:
      return null;
  }
}

/** True where the builder runs nothing at all; see `BuilderRules.translatesFirst`. */
export function isRejected({ translatesFirst }: BuilderRules, found: readonly Found[]): boolean {
  return found.some(
    ({ phase, problem }) => failsBuild(problem) && (translatesFirst || phase === "read"),
  );
}

function read(problem: Placed<GraphProblem>): Found {
  return { phase: "read", problem };
}

/** True for a stage of `FROM scratch` and nothing else. */
function isEmptyImage(stage: WalkedStage | undefined): boolean {
  return stage?.base.kind === "scratch" && stage.steps.length === 1;
}
