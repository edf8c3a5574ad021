import type { Instruction } from "../syntax/syntax.js";
import { say } from "../text/say.js";
import { readPairs } from "./env.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, inert } from "./kind.js";
import { configured } from "./scope.js";

/** `LABEL`: names and values beside the image. */
export const label: InstructionKind = {
  expandedBy: "builder",
  evaluate(instruction, reading) {
    readFlags(instruction, {}, reading);
    const pairs = readPairs(instruction, reading);
    const { scope } = reading;
    const labels = pairs.reduce((all, pair) => all.with(...pair), scope.config.labels);
    return inert(pairs.flat(), configured(scope, { labels }));
  },
  explain: () => ({
    inside: [say`Writes the labels into the image config. No files, no layer.`],
    traps: [],
  }),
};

/** A LABEL that no line has, at the place of another instruction. */
export function labelAt(place: Instruction, name: string, value: string): Instruction {
  return {
    ...place,
    keyword: "LABEL",
    keywordText: "LABEL",
    original: `LABEL ${name}=${value}`,
    flags: [],
    args: [],
    heredocs: [],
    json: false,
    trigger: null,
    broken: false,
  };
}
