/** Where the steps of a file stand today. */
import type { Dockerfile } from "../syntax/syntax.js";
import type { Step, StepPlace } from "./graph.js";
import type { Numbering } from "./reach.js";
import type { WalkedStage } from "./walkedStage.js";

type TextPlace = Pick<StepPlace, "line" | "endLine" | "start">;

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

/** In the order of the steps. */
export function placesOf(
  dockerfile: Dockerfile,
  globals: readonly Step[],
  stages: readonly WalkedStage[],
  numbers: Pick<Numbering, "globals" | "stages">,
): readonly StepPlace[] {
  const places: StepPlace[] = [];
  const options: Omit<StepPlace, "index">[] = [];
  for (const nth of globals.keys()) {
    const number = numbers.globals[nth] ?? null;
    places.push({ stage: null, nth, index: nth, number, ...textPlace(dockerfile, nth) });
  }
  // Each instruction of the file is a step, in its order; some steps are no instruction of it.
  let position = globals.length;
  const firsts: number[] = [];
  for (const { index: stage, base, steps, holders } of stages) {
    const from = textPlace(dockerfile, position);
    const first = places.length;
    firsts.push(first);
    // The parent stage stands above.
    const parent = base.kind === "stage" ? (firsts[base.index] ?? 0) : 0;
    let place = from;
    for (const [nth, step] of steps.entries()) {
      const number = numbers.stages[stage]?.[nth] ?? null;
      if (step.isTrigger) {
        const holder = holders[nth - 1];
        const start = holder === undefined ? undefined : places[parent + holder]?.start;
        place = { ...from, start: start ?? from.start };
      } else if (!step.isOption) place = textPlace(dockerfile, position++);
      // An option stands where the last line does.
      const { line, endLine, start } = place;
      if (step.isOption) options.push({ stage, nth, line, endLine, start, number });
      else places.push({ stage, nth, index: first + nth, line, endLine, start, number });
    }
  }
  for (const option of options) places.push({ ...option, index: places.length });
  return places;
}

/** Where an instruction of the file stands; a step that it runs for another may say so. */
function textPlace({ lines, starts, instructions }: Dockerfile, position: number): TextPlace {
  const line = lines[position] ?? 0;
  const lineCount = instructions[position]?.lineCount ?? 1;
  return { line, endLine: line + lineCount - 1, start: starts[position] ?? 0 };
}
