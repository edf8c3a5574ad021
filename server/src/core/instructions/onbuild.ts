import { say } from "../text/say.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, inert } from "./kind.js";

/** `ONBUILD`: an instruction for the builds that start from this image. */
export const onbuild: InstructionKind = {
  evaluate(instruction, scope) {
    readFlags(instruction, {}, scope);
    const trigger = instruction.trigger;
    if (trigger === null) {
      scope.report(
        "read",
        "missing-argument",
        say`ONBUILD needs an instruction.`,
        instruction.keywordRange,
      );
      return inert([]);
    }
    if (trigger.keyword === "ONBUILD") {
      scope.report(
        "read",
        "bad-trigger",
        say`ONBUILD cannot hold another ONBUILD.`,
        trigger.keywordRange,
      );
    } else if (trigger.keyword === "FROM" || trigger.keyword === "MAINTAINER") {
      scope.report(
        "read",
        "bad-trigger",
        say`${trigger.keyword} cannot be an ONBUILD trigger.`,
        trigger.keywordRange,
      );
    }
    const text = instruction.original.replace(/^\s*ONBUILD\s*/i, "");
    const bodies = instruction.heredocs.map((doc) => `\n${doc.content}${doc.name}`).join("");
    scope.config.onBuild = [...scope.config.onBuild, text + bodies];
    return inert([text + bodies]);
  },
  explain: () => ({
    inside: [
      say`Keeps the instruction in the image config. It runs right after the FROM of each build that starts from this image.`,
      say`Here it runs nothing and adds no layer.`,
    ],
    traps: [],
  }),
  terms: () => ["base-image", "metadata"],
};
