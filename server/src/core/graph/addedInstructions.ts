/** Instructions that run in a stage and stand in none of its lines: triggers, and labels of the command line. */
import { labelAt } from "../instructions/label.js";
import { mostTriggers } from "../syntax/limits.js";
import { parseDockerfile } from "../syntax/parse.js";
import type { Instruction } from "../syntax/syntax.js";
import type { TextRange } from "../text/range.js";
import type { StageBase, Step } from "./graph.js";
import { RememberedByObjects } from "./remembered.js";

const holders = new RememberedByObjects<readonly number[]>();

/**
 * The places of the first ONBUILDs of a parent stage that run in the stages that continue it. The ranges of
 * their triggers count from them.
 */
export function triggerHolders(steps: readonly Step[]): readonly number[] {
  return holders.get([steps], () =>
    steps
      .flatMap(({ isTrigger, instruction }, nth) =>
        !isTrigger && instruction.trigger !== null ? [nth] : [],
      )
      .slice(0, mostTriggers),
  );
}

const noTriggers: readonly Instruction[] = [];
const handedOn = new RememberedByObjects<readonly Instruction[]>();

/** What runs in the stages that continue a parent stage: see `triggerHolders`. */
export function handedTriggers(steps: readonly Step[]): readonly Instruction[] {
  const places = triggerHolders(steps);
  if (places.length === 0) return noTriggers;
  return handedOn.get([steps], () =>
    places.flatMap((nth) => steps[nth]?.instruction.trigger ?? []),
  );
}

/** What a base image runs in a stage that starts from it: each stands at the FROM. */
export function imageTriggers(base: StageBase, from: Instruction): readonly Instruction[] {
  if (base.kind !== "image" || base.image === null) return [];
  return base.image.onBuild
    .slice(0, mostTriggers)
    .flatMap((text) => imageTrigger(text, from.range) ?? []);
}

/** Stands at the end of the stage's last instruction. Source: moby, builder.go `buildLabelOptions`. */
export function appendedLabel(name: string, value: string, after: Instruction): Instruction {
  return labelAt(standingAt(after, after.range), name, value);
}

/** One object for one text at FROMs of one length, as long as it is among the last asked for. */
function imageTrigger(text: string, range: TextRange): Instruction | null {
  const key = `${range.start}-${range.end} ${text}`;
  const known = triggers.get(key);
  const trigger = known === undefined ? readTrigger(text, range) : known;
  triggers.delete(key);
  triggers.set(key, trigger);
  const oldest = triggers.keys().next();
  if (triggers.size > keptTriggers && oldest.done !== true) triggers.delete(oldest.value);
  return trigger;
}

function readTrigger(text: string, range: TextRange): Instruction | null {
  const [first] = parseDockerfile(text).instructions;
  return first === undefined ? null : standingAt(first, range);
}

/** More than all the base images of a workspace hold. */
const keptTriggers = 1000;

/** The one that was asked for last stands last. */
const triggers = new Map<string, Instruction | null>();

/** A trigger of an image has no text in this file: what is wrong with it stands at the FROM. */
function standingAt(trigger: Instruction, range: TextRange): Instruction {
  return {
    ...trigger,
    range,
    keywordRange: range,
    flags: trigger.flags.map((flag) => ({ ...flag, range, valueRange: range })),
    args: trigger.args.map((word) => ({ ...word, range })),
    heredocs: trigger.heredocs.map((doc) => ({ ...doc, range, bodyRange: range })),
  };
}
