import { say } from "../text/say.js";
import { oneArgument } from "./arguments.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, noEffect, shaping } from "./kind.js";
import { changed, configured } from "./scope.js";
import { withUser } from "./unknowns.js";

/** `USER`: who runs the later RUNs and the container. */
export const user: InstructionKind = {
  expandedBy: "builder",
  setting: "user",
  reaches: ["shell form", "exec form", "directory"],
  evaluate(instruction, reading) {
    readFlags(instruction, {}, reading);
    const word = oneArgument(instruction, reading);
    if (word === null) return noEffect(reading.scope);
    const name = reading.expand(word);
    const { written, isKnown } = reading.written(word, name);
    const unknowns = withUser(reading.scope.unknowns, isKnown ? null : written);
    return shaping([name], configured(changed(reading.scope, { unknowns }), { user: name }));
  },
  explain: (_evaluation, rules) => ({
    inside: [
      say`Sets the user in the image config: the container and every RUN below run as that user.`,
      rules.makesDirectoriesAsUser
        ? say`A WORKDIR below creates its directory with this owner. COPY still writes as root unless it has --chown.`
        : say`The classic builder still creates directories and copied files as root.`,
    ],
    traps: rules.commitsEveryInstruction
      ? []
      : [say`COPY and ADD below do not have the user in their keys.`],
  }),
  terms: () => ["metadata", "cache-key"],
};
