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
    // They are in no key but by the words: what only the base image can tell stands as it is typed.
    const labels = pairs.reduce(
      (all, { name, value, written }) => all.with(name, written ?? value),
      scope.config.labels,
    );
    const words = pairs.flatMap(({ name, value }) => [name, value]);
    return inert(words, configured(scope, { labels }));
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
