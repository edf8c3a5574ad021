import type { Instruction } from "../syntax/syntax.js";
import { say } from "../text/say.js";
import { readPairs } from "./env.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, inert } from "./kind.js";

/** `LABEL`: names and values beside the image. */
export const label: InstructionKind = {
  expandedBy: "builder",
  evaluate(instruction, scope) {
    readFlags(instruction, {}, scope);
    const pairs = readPairs(instruction, scope);
    for (const [name, value] of pairs) scope.config.labels.set(name, value);
    return inert(pairs.flat());
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
