import { cleanPath } from "../text/paths.js";
import { say } from "../text/say.js";
import { oneArgument } from "./arguments.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, noEffect, operates, shaping } from "./kind.js";
import { joinPaths, resolveDirectory } from "./paths.js";

/** `WORKDIR`: the directory of everything that follows. */
export const workdir: InstructionKind = {
  isNumbered: true,
  expandedBy: "builder",
  setting: "directory",
  reaches: ({ operation }) => operation?.kind === "run",
  evaluate(instruction, scope) {
    readFlags(instruction, {}, scope);
    const word = oneArgument(instruction, scope);
    if (word === null) return noEffect;
    const typed = scope.expand(word);
    const directory = resolveDirectory(scope.directory, typed);
    scope.directory = scope.rules.keepsTypedDirectories ? directory : cleanPath(directory);
    scope.config.workingDirectory = scope.directory;
    if (directory === "/") return shaping(["/"]);
    return operates("layer", {
      kind: "makeDirectory",
      path: joinPaths("/", directory),
      owner: scope.rules.makesDirectoriesAsUser ? scope.config.user : "",
    });
  },
  explain(evaluation, rules) {
    const path = evaluation.operation?.kind === "makeDirectory" ? evaluation.operation.path : "/";
    const sets = say`Sets ${path} as the directory of every RUN, CMD, ENTRYPOINT, COPY and ADD that follows.`;
    if (evaluation.operation === null) {
      return { inside: [sets, say`The root always exists: no layer.`], traps: [] };
    }
    return {
      inside: rules.commitsEveryInstruction
        ? [
            sets,
            say`Starts a temporary container, creates the directory (owned by root) and commits the result.`,
            say`The image gets a layer only if the directory was missing.`,
          ]
        : [
            sets,
            say`Creates the directory, with its parents, where it is missing, owned by the current user.`,
            say`Always adds a layer: an empty one if the directory was there already.`,
          ],
      traps: [],
    };
  },
  terms: ({ effect }) => (effect === "layer" ? ["layer", "cache-key"] : ["metadata", "cache-key"]),
};
