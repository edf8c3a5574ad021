import { say } from "../text/say.js";
import { readPairs } from "./env.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, inert } from "./kind.js";

/** `LABEL`: names and values beside the image. */
export const label: InstructionKind = {
  keyword: "LABEL",
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
