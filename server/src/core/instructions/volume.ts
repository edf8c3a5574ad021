import { say } from "../text/say.js";
import { hasArguments } from "./arguments.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, inert } from "./kind.js";

/** `VOLUME`: paths whose files live outside the container's writable layer. */
export const volume: InstructionKind = {
  expandedBy: "builder",
  evaluate(instruction, scope) {
    readFlags(instruction, {}, scope);
    if (!hasArguments(instruction, scope)) return inert([]);
    const paths: string[] = [];
    for (const word of instruction.args) {
      if (word.value.trim() === "") {
        scope.report("read", "blank-name", say`VOLUME has an empty path.`, word.range);
        continue;
      }
      paths.push(scope.expand({ ...word, value: word.value.trim() }));
    }
    for (const path of paths) scope.config.volumes.add(path);
    return inert(paths);
  },
  explain: (_evaluation, rules) => ({
    inside: [
      say`Notes the paths in the image config: each container gets a volume there. No files, no layer.`,
      rules.dropsFilesOfVolumes
        ? say`What a later RUN writes to the path is thrown away.`
        : say`A later RUN still writes to the path in its layer.`,
    ],
    traps: [],
  }),
  terms: () => ["volume", "metadata"],
};
