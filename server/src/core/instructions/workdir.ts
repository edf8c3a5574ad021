import { deepestDirectory, longestPath } from "../syntax/limits.js";
import { cleanPath } from "../text/paths.js";
import { say } from "../text/say.js";
import { utf8Size } from "../text/utf8.js";
import { oneArgument } from "./arguments.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, noEffect, operates, shaping } from "./kind.js";
import type { MakeDirectoryOperation } from "./operation.js";
import { absolutePath, leadsTooDeep, resolveDirectory } from "./paths.js";
import { changed, configured, type Scope } from "./scope.js";
import { openPath, openPathWords, withDirectory } from "./unknowns.js";

/** `WORKDIR`: the directory of everything that follows. */
export const workdir: InstructionKind = {
  isNumbered: true,
  expandedBy: "builder",
  setting: "directory",
  reaches: ["shell form", "exec form"],
  evaluate(instruction, reading) {
    readFlags(instruction, {}, reading);
    const word = oneArgument(instruction, reading);
    const { scope, rules } = reading;
    if (word === null) return noEffect(scope);
    const path = reading.expand(word);
    if (path === "" && rules.refusesBlanks)
      reading.report("build", { code: "blank-name", keyword: "WORKDIR", of: "path" }, word.range);
    const directory = resolveDirectory(scope.directory, path);
    if (utf8Size(directory) > longestPath) {
      reading.report("build", { code: "path-too-long", limit: longestPath }, word.range);
      return noEffect(scope);
    }
    const written = reading.written(word, path);
    const { isKnown } = written;
    const open = openPath(scope.unknowns, scope.directory, written);
    const kept = rules.keepsTypedDirectories ? directory : cleanPath(directory);
    const unknowns = withDirectory(scope.unknowns, open);
    const moved = changed(scope, { directory: kept, unknowns });
    const next = configured(moved, { workingDirectory: kept });
    // A variable that is used is hardly ever the root.
    if (directory === "/" && isKnown) return shaping(["/"], next);
    const owner = rules.makesDirectoriesAsUser ? ownerIn(scope) : { owner: "" };
    const made = { kind: "makeDirectory", path: absolutePath(directory), ...owner } as const;
    if (leadsTooDeep(scope.directory, made.path))
      reading.report("build", { code: "directory-too-deep", limit: deepestDirectory }, word.range);
    return { ...operates("layer", made, next), openPath: open };
  },
  explain(evaluation, rules) {
    const { operation, openPath: open = null } = evaluation;
    const known = operation?.kind === "makeDirectory" ? operation.path : "/";
    const path = open === null ? known : openPathWords(open);
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

function ownerIn({ config, unknowns }: Scope): Pick<MakeDirectoryOperation, "owner" | "openOwner"> {
  const open = unknowns?.user ?? null;
  return { owner: config.user, ...(open === null ? {} : { openOwner: open }) };
}
