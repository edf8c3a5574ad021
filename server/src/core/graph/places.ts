/** Where the steps of a file stand today. */
import type { Dockerfile } from "../syntax/syntax.js";
import type { Step, StepPlace } from "./graph.js";
import type { WalkedStage } from "./walkedStage.js";

type TextPlace = Pick<StepPlace, "line" | "endLine" | "start">;

/** All steps of a file in its order; those that the command line adds come last. */
export function stepsInOrder(
  globals: readonly Step[],
  stages: readonly WalkedStage[],
): readonly Step[] {
  const steps = [...globals, ...stages.flatMap((stage) => stage.steps)];
  return [
    ...steps.filter(({ isOption }) => !isOption),
    ...steps.filter(({ isOption }) => isOption),
  ];
}

/** @param numbers of the steps that have one */
export function placesOf(
  dockerfile: Dockerfile,
  globals: readonly Step[],
  stages: readonly WalkedStage[],
  numbers: ReadonlyMap<Step, number>,
): ReadonlyMap<Step, StepPlace> {
  const places = new Map<Step, StepPlace>();
  const isOther = (step: Step): boolean => !step.isOption;
  let next = 0;
  let nextOption =
    globals.length + stages.reduce((sum, { steps }) => sum + steps.filter(isOther).length, 0);
  const add = (step: Step, stage: number | null, nth: number, place: TextPlace): void => {
    const number = numbers.get(step) ?? null;
    places.set(step, {
      stage,
      nth,
      ...place,
      index: step.isOption ? nextOption++ : next++,
      number,
    });
  };
  for (const [nth, step] of globals.entries()) add(step, null, nth, textPlace(dockerfile, nth));
  const startOf = (step: Step | undefined): number | undefined =>
    step === undefined ? undefined : places.get(step)?.start;
  // Each instruction of the file is a step, in its order; some steps are no instruction of it.
  let position = globals.length;
  for (const { index, steps, holders } of stages) {
    const from = textPlace(dockerfile, position);
    let place = from;
    for (const [nth, step] of steps.entries()) {
      const holder = holders[nth - 1];
      if (step.isTrigger) place = { ...from, start: startOf(holder) ?? from.start };
      else if (!step.isOption) place = textPlace(dockerfile, position++);
      // An option stands where the last line does.
      add(step, index, nth, place);
    }
  }
  return places;
}

/** Where an instruction of the file stands; a step that it runs for another may say so. */
function textPlace({ lines, starts, instructions }: Dockerfile, position: number): TextPlace {
  const line = lines[position] ?? 0;
  const lineCount = instructions[position]?.lineCount ?? 1;
  return { line, endLine: line + lineCount - 1, start: starts[position] ?? 0 };
}
