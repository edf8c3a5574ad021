import { say } from "../text/say.js";
import { oneArgument } from "./arguments.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, noEffect, shaping } from "./kind.js";

/** `USER`: who runs the later RUNs and the container. */
export const user: InstructionKind = {
  expandedBy: "builder",
  setting: "user",
  reaches: ({ operation }) => operation?.kind === "run" || operation?.kind === "makeDirectory",
  evaluate(instruction, scope) {
    readFlags(instruction, {}, scope);
    const word = oneArgument(instruction, scope);
    if (word === null) return noEffect;
    scope.config.user = scope.expand(word);
    return shaping([scope.config.user]);
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
