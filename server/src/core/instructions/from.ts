import type { Instruction, Word } from "../syntax/syntax.js";
import { say } from "../text/say.js";
import { readFlags } from "./flags.js";
import { type InstructionKind, operates } from "./kind.js";
import type { StageScope } from "./scope.js";

/** `FROM`: starts a stage. What it starts from is found while the graph is built. */
export const from: InstructionKind = {
  keyword: "FROM",
  evaluate: () => operates("base", null),
  explain(evaluation, builder, { parent }) {
    const pull = evaluation.operation?.kind === "pull" ? evaluation.operation : null;
    if (parent !== null) {
      return {
        inside: [
          say`Goes on where ${parent} ends: its layers lie below, its config is where this stage starts. Nothing is pulled.`,
        ],
        traps: [],
      };
    }
    if (pull === null) {
      return {
        inside: [
          say`Starts the stage with an empty file system: nothing is pulled and nothing runs.`,
        ],
        traps: [],
      };
    }
    return {
      inside: [
        say`Takes ${pull.reference} from the engine's images, or pulls it when it is not there.`,
        say`Its layers lie below everything that follows; its config (ENV, USER, WORKDIR, CMD …) is where this stage starts.`,
      ],
      traps: [
        builder === "buildkit"
          ? say`The tag's name is not in the key: another name for the same image rebuilds nothing.`
          : say`A tag that has moved in the registry is not noticed without --pull.`,
      ],
    };
  },
};

export interface FromLine {
  /** The image or stage, variables expanded; empty when it cannot be read. */
  readonly base: string;
  readonly baseWord: Word | null;
  /** Lower case; null: the stage has no name. */
  readonly name: string | null;
  readonly platform: string | null;
}

/** Reads a FROM. Source: BuildKit, instructions/parse.go `parseFrom`. */
export function readFrom(instruction: Instruction, scope: StageScope): FromLine {
  const flags = readFlags(instruction, { platform: "string" }, scope);
  const [baseWord, asWord, nameWord, extra] = instruction.args;
  const hasName = nameWord !== undefined && asWord?.value.toLowerCase() === "as";
  if (baseWord === undefined || extra !== undefined || (asWord !== undefined && !hasName)) {
    scope.report(
      "read",
      "bad-from",
      say`FROM takes an image, and AS with a name if the stage has one.`,
      instruction.range,
    );
  }
  const name = hasName ? nameWord.value.toLowerCase() : null;
  if (name !== null && !/^[a-z][a-z0-9-_.]*$/.test(name)) {
    scope.report(
      "read",
      "bad-stage-name",
      say`"${nameWord?.value ?? ""}" cannot name a stage: a letter first, then letters, digits, - _ and . only.`,
      nameWord?.range ?? instruction.range,
    );
  }
  const base = baseWord === undefined ? "" : scope.expand(baseWord);
  if (baseWord !== undefined && base === "") {
    scope.report(
      "read",
      "blank-base",
      say`The base "${baseWord.value}" has no value: give the ARG before the first FROM a default.`,
      baseWord.range,
    );
  }
  const platformFlag = flags.get("platform");
  let platform: string | null = null;
  if (platformFlag?.value) {
    platform = scope.expand({ value: platformFlag.value, range: platformFlag.valueRange });
    if (platform === "") {
      scope.report(
        "read",
        "blank-platform",
        say`--platform has no value.`,
        platformFlag.valueRange,
      );
      platform = null;
    }
  }
  return { base, baseWord: baseWord ?? null, name, platform };
}
