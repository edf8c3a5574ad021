/** Where the steps of a file stand today. */
import type { Dockerfile } from "../syntax/syntax.js";
import { isSameList } from "../text/sameList.js";
import { stretchOf } from "../text/stretch.js";
import type { Step, StepPlace } from "./graph.js";
import type { Numbering } from "./reach.js";
import type { WalkedStage } from "./walkedStage.js";

/** All steps of a file in its order; those that the command line adds come last. */
export function stepsInOrder(
  globals: readonly Step[],
  stages: readonly WalkedStage[],
): readonly Step[] {
  const options = stages.flatMap(({ steps, options: count }) =>
    count === 0 ? [] : steps.slice(-count),
  );
  const rows = stages.map(({ steps, options: count }) =>
    count === 0 ? steps : steps.slice(0, -count),
  );
  return globals.concat(...rows, options);
}

/** Both in the order of the steps. */
export interface Places {
  readonly places: readonly StepPlace[];
  readonly starts: readonly number[];
}

/** What says where the steps of a file stand. */
export interface PlacedSteps {
  readonly dockerfile: Dockerfile;
  readonly globals: readonly Step[];
  readonly stages: readonly WalkedStage[];
  readonly numbering: Pick<Numbering, "globals" | "stages">;
}

/** Those of the text before an edit. */
export interface OldPlaces extends Omit<PlacedSteps, "globals"> {
  readonly places: readonly StepPlace[];
}

/**
 * @param before a place that is the same stays the same object, and so does the list of them
 * @param isOneToOne true where each step is one of the file's instructions
 */
export function placesOf(file: PlacedSteps, before: OldPlaces | null, isOneToOne: boolean): Places {
  const { dockerfile, globals, stages, numbering } = file;
  if (isOneToOne && before !== null && arePlacedAlike(file, before))
    return { places: before.places, starts: dockerfile.starts };
  const found = foundPlaces(dockerfile, globals, stages, numbering, before?.places ?? []);
  return isOneToOne ? { ...found, starts: dockerfile.starts } : found;
}

/** True where each step stands on the lines that it stood on, under the same number. */
function arePlacedAlike(
  { dockerfile, stages, numbering }: PlacedSteps,
  before: OldPlaces,
): boolean {
  const { lines, instructions } = dockerfile;
  const old = before.dockerfile;
  if (!isSameList(lines, old.lines) || stages.length !== before.stages.length) return false;
  if (!areNumberedAlike(numbering, before.numbering)) return false;
  const moved = stretchOf(stages, before.stages);
  for (let at = moved.start; at < moved.end; at++)
    if (stages[at]?.steps.length !== before.stages[at]?.steps.length) return false;
  const { start, end } = stretchOf(instructions, old.instructions);
  for (let at = start; at < end; at++)
    if (instructions[at]?.lineCount !== old.instructions[at]?.lineCount) return false;
  return true;
}

type Numbers = PlacedSteps["numbering"];

function areNumberedAlike(one: Numbers, other: Numbers): boolean {
  if (one === other) return true;
  return (
    isSameList(one.globals, other.globals) &&
    one.stages.length === other.stages.length &&
    one.stages.every((numbers, at) => isSameList(numbers, other.stages[at] ?? none))
  );
}

const none: readonly never[] = [];

function foundPlaces(
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
