/** Where the steps of a file stand today. */
import type { Dockerfile } from "../syntax/syntax.js";
import type { Step, StepPlace } from "./graph.js";
import type { Numbering } from "./reach.js";
import type { WalkedStage } from "./walkedStage.js";

/** All steps of a file in its order; those that the command line adds come last. */
export function stepsInOrder(
  globals: readonly Step[],
  stages: readonly WalkedStage[],
): readonly Step[] {
  const steps = [...globals];
  const options: Step[] = [];
  for (const stage of stages)
    for (const step of stage.steps) (step.isOption ? options : steps).push(step);
  return [...steps, ...options];
}

/** Both in the order of the steps. */
export interface Places {
  readonly places: readonly StepPlace[];
  readonly starts: readonly number[];
}

/** @param before of the text before an edit: a place that is the same stays the same object */
export function placesOf(
  dockerfile: Dockerfile,
  globals: readonly Step[],
  stages: readonly WalkedStage[],
  numbers: Pick<Numbering, "globals" | "stages">,
  before: readonly StepPlace[],
): Places {
  const { lines, instructions } = dockerfile;
  const places: StepPlace[] = [];
  const starts: number[] = [];
  const options: { readonly stage: number; readonly nth: number; readonly position: number }[] = [];
  const add = (stage: number | null, nth: number, position: number, start: number | undefined) => {
    const index = places.length;
    const line = lines[position] ?? 0;
    const endLine = line + (instructions[position]?.lineCount ?? 1) - 1;
    const row = stage === null ? numbers.globals : numbers.stages[stage];
    const number = row?.[nth] ?? null;
    const old = before[index];
    const isSame =
      old?.line === line &&
      old.endLine === endLine &&
      old.stage === stage &&
      old.nth === nth &&
      old.number === number;
    places.push(isSame ? old : { stage, nth, index, line, endLine, number });
    starts.push(start ?? dockerfile.starts[position] ?? 0);
  };
  for (const nth of globals.keys()) add(null, nth, nth, undefined);
  // Each instruction of the file is a step, in its order; some steps are no instruction of it.
  let position = globals.length - 1;
  const firsts: number[] = [];
  for (const { index: stage, base, steps, holders } of stages) {
    firsts.push(places.length);
    // The parent stage stands above.
    const parent = base.kind === "stage" ? (firsts[base.index] ?? 0) : 0;
    for (const [nth, step] of steps.entries()) {
      if (step.isTrigger) {
        const holder = holders[nth - 1];
        add(stage, nth, position, holder === undefined ? undefined : starts[parent + holder]);
      } else if (step.isOption) options.push({ stage, nth, position });
      else add(stage, nth, ++position, undefined);
    }
  }
  // An option stands where the last line of its stage does.
  for (const { stage, nth, position: last } of options) add(stage, nth, last, undefined);
  return { places, starts };
}
