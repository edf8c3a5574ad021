import type { Instruction, Word } from "../syntax/syntax.js";
import { say } from "../text/say.js";
import { hasArguments } from "./arguments.js";
import { readFlags } from "./flags.js";
import { type Assignment, type InstructionKind, shaping } from "./kind.js";
import type { Reading } from "./reading.js";
import { assigned, configured, type Scope } from "./scope.js";

/** `ENV`: a variable for every later RUN and for the running container. */
export const env: InstructionKind = {
  expandedBy: "builder",
  reaches: ["shell form", "exec form"],
  evaluate(instruction, reading) {
    readFlags(instruction, {}, reading);
    // All values of one instruction see the variables before it: `ENV a=2 b=$a` gives the old a.
    const pairs = readPairs(instruction, reading);
    const { scope, rules } = reading;
    if (rules.refusesBlanks && pairs.some(({ name }) => name === ""))
      reading.report(
        "build",
        { code: "blank-name", keyword: "ENV", of: "pair" },
        instruction.range,
      );
    const own = pairs.reduce(
      (all, { name, value }) => all.with(name, value),
      scope.config.environment,
    );
    const next = configured(pairs.reduce<Scope>(assigned, scope), { environment: own });
    const words = pairs.flatMap(({ name, value }) => [name, value]);
    return { ...shaping(words, next), assignments: pairs };
  },
  explain: (_evaluation, rules) => ({
    inside: [
      say`Sets the variables in the image config; every container of the image gets them.`,
      rules.commitsEveryInstruction
        ? say`The classic builder commits an image that differs only in its config: no files, no layer.`
        : say`Runs nothing and adds no layer. Every RUN below has the variables in its cache key, used or not.`,
    ],
    traps: rules.commitsEveryInstruction
      ? []
      : [
          say`COPY, ADD and WORKDIR below do not have variables in their keys: they stay cached when a value changes that they do not use.`,
        ],
  }),
  terms: () => ["metadata", "cache-key"],
};

/**
 * The expanded name and value pairs of an ENV or LABEL. Their arguments come as triples of name,
 * value and separator: BuildKit, instructions/parse.go `parseKvps`.
 */
export function readPairs(instruction: Instruction, reading: Reading): readonly Assignment[] {
  hasArguments(instruction, reading);
  const pairs: Assignment[] = [];
  for (let i = 0; i + 1 < instruction.args.length; i += 3) {
    const [name, value] = instruction.args.slice(i, i + 2) as [Word, Word]; // i + 1 is in range
    if (name.value === "") {
      const { keyword } = instruction;
      reading.report("read", { code: "blank-name", keyword, of: "pair" }, name.range);
      return [];
    }
    pairs.push({ name: reading.expand(name), ...expandedValue(value, reading) });
  }
  return pairs;
}

/** A value, expanded; and as it is typed where only the base image can tell a variable in it. */
export function expandedValue(word: Word, reading: Reading): Omit<Assignment, "name"> {
  const value = reading.expand(word);
  const { written, isKnown } = reading.written(word, value);
  return isKnown ? { value } : { value, written };
}
