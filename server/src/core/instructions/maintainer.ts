import { say } from "../text/say.js";
import { oneArgument } from "./arguments.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, inert } from "./kind.js";

/** `MAINTAINER`: the author field; LABEL is what people use today. */
export const maintainer: InstructionKind = {
  evaluate(instruction, scope) {
    readFlags(instruction, {}, scope);
    const word = oneArgument(instruction, scope);
    if (word !== null) scope.config.author = word.value;
    return inert(word === null ? [] : [word.value]);
  },
  explain: () => ({
    inside: [say`Writes the author into the image. Deprecated: a LABEL does the same. No layer.`],
    traps: [],
  }),
};
