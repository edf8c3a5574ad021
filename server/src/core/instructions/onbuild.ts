import { mostTriggers } from "../syntax/limits.js";
import { say } from "../text/say.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, inert } from "./kind.js";
import { configured } from "./scope.js";

/** `ONBUILD`: an instruction for the builds that start from this image. */
export const onbuild: InstructionKind = {
  evaluate(instruction, reading) {
    readFlags(instruction, {}, reading);
    const { scope } = reading;
    const trigger = instruction.trigger;
    if (trigger === null) {
      const { keyword, keywordRange } = instruction;
      const problem = { code: "missing-argument", keyword, needs: "instruction" } as const;
      reading.report("read", problem, keywordRange);
      return inert([], scope);
    }
    const { keyword, keywordRange } = trigger;
    const isNested = keyword === "ONBUILD";
    if (isNested || ["FROM", "MAINTAINER"].includes(keyword))
      reading.report("read", { code: "bad-trigger", keyword, isNested }, keywordRange);
    const text = instruction.original.replace(/^\s*ONBUILD\s*/i, "");
    const bodies = instruction.heredocs.map((doc) => `\n${doc.content}${doc.name}`).join("");
    if (scope.config.onBuild.length >= mostTriggers) {
      const problem = { code: "too-many-triggers", in: "stage", limit: mostTriggers } as const;
      reading.report("read", problem, keywordRange);
      return inert([text + bodies], scope);
    }
    const onBuild = [...scope.config.onBuild, text + bodies];
    return inert([text + bodies], configured(scope, { onBuild }));
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
