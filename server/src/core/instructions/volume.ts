import { say } from "../text/say.js";
import { hasArguments } from "./arguments.js";
import { checkForm } from "./command.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, inert } from "./kind.js";
import { configured } from "./scope.js";

/** `VOLUME`: paths whose files live outside the container's writable layer. */
export const volume: InstructionKind = {
  expandedBy: "builder",
  evaluate(instruction, reading) {
    readFlags(instruction, {}, reading);
    const { scope } = reading;
    if (!hasArguments(instruction, reading)) return inert([], scope);
    checkForm("paths", instruction.args, instruction, reading);
    const paths: string[] = [];
    let { volumes } = scope.config;
    for (const word of instruction.args) {
      if (word.value.trim() === "") {
        reading.report("read", { code: "blank-name", keyword: "VOLUME", of: "path" }, word.range);
        continue;
      }
      const trimmed = { ...word, value: word.value.trim() };
      const path = reading.expand(trimmed);
      // What only the base image can tell stands as it is typed.
      const { written } = reading.written(trimmed, path);
      if (path === "")
        reading.report("build", { code: "blank-name", keyword: "VOLUME", of: "path" }, word.range);
      else paths.push(path);
      if (written !== "") volumes = volumes.with(written);
    }
    return inert(paths, configured(scope, { volumes }));
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
