import { say } from "../text/say.js";
import { oneArgument } from "./arguments.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, inert } from "./kind.js";
import { configured } from "./scope.js";

/** `MAINTAINER`: the author field; LABEL is what people use today. */
export const maintainer: InstructionKind = {
  evaluate(instruction, reading) {
    readFlags(instruction, {}, reading);
    const word = oneArgument(instruction, reading);
    if (word === null) return inert([], reading.scope);
    return inert([word.value], configured(reading.scope, { author: word.value }));
  },
  explain: () => ({
    inside: [say`Writes the author into the image. Deprecated: a LABEL does the same. No layer.`],
    traps: [],
  }),
};
