/** Instructions that run in a stage and stand in none of its lines: triggers, and labels of the command line. */
import { labelAt } from "../instructions/label.js";
import { parseDockerfile } from "../syntax/parse.js";
import type { Instruction } from "../syntax/syntax.js";
import type { TextRange } from "../text/range.js";
import type { StageBase, Step } from "./graph.js";

export interface Trigger {
  readonly instruction: Instruction;
  /** The step whose instruction its ranges count from; null: the FROM that runs it. */
  readonly holder: Step | null;
}

/** The ONBUILD triggers that run in a stage: its parent stage's own, or its base image's. */
export function triggersOf(
  base: StageBase,
  parent: { readonly steps: readonly Step[] } | undefined,
  from: Instruction,
): readonly Trigger[] {
  if (parent !== undefined) {
    return parent.steps.flatMap((holder): readonly Trigger[] => {
      const { trigger } = holder.instruction;
      return !holder.isTrigger && trigger !== null ? [{ instruction: trigger, holder }] : [];
    });
  }
  if (base.kind !== "image" || base.image === null) return [];
  return base.image.onBuild.flatMap((text) =>
    parseDockerfile(text)
      .instructions.slice(0, 1)
      .map((trigger) => ({ instruction: standingAt(trigger, from.range), holder: null })),
  );
}

/** Stands at the end of the stage's last instruction. Source: moby, builder.go `buildLabelOptions`. */
export function appendedLabel(name: string, value: string, after: Instruction): Instruction {
  return labelAt(standingAt(after, after.range), name, value);
}

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
