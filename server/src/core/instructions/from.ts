import type { Instruction, Word } from "../syntax/syntax.js";
import { say } from "../text/say.js";
import { type FlagKind, readFlags } from "./flags.js";
import { type InstructionKind, operates } from "./kind.js";
import type { Reading } from "./reading.js";

const flags: Readonly<Record<string, FlagKind>> = {
  platform: {
    type: "string",
    meaning: () => say`takes the image for this platform instead of the platform of the build.`,
  },
};

/** `FROM`: starts a stage. What it starts from is found while the graph is built. */
export const from: InstructionKind = {
  opensStage: true,
  expandedBy: "builder",
  setting: "platform",
  flags,
  evaluate: (_instruction, { scope }) => operates("base", null, scope),
  explain(evaluation, rules, { parent }) {
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
        rules.resolvesTags
          ? say`The tag's name is not in the key: another name for the same image rebuilds nothing.`
          : say`A tag that has moved in the registry is not noticed without --pull.`,
      ],
    };
  },
  terms({ operation }, _rules, { parent }) {
    if (parent !== null) return ["stage", "layer"];
    return operation === null ? ["base-image"] : ["base-image", "registry", "tag-and-digest"];
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

/** The names of the stages that these lines open, in lower case; null: the stage has none. */
export function stageNamesIn(froms: readonly Instruction[]): readonly (string | null)[] {
  return froms.map((instruction) => nameWordOf(instruction)?.value.toLowerCase() ?? null);
}

/** The word behind AS. */
function nameWordOf({ args: [, asWord, nameWord] }: Instruction): Word | undefined {
  return asWord?.value.toLowerCase() === "as" ? nameWord : undefined;
}

/** Reads a FROM. Source: BuildKit, instructions/parse.go `parseFrom`. */
export function readFrom(instruction: Instruction, reading: Reading): FromLine {
  const given = readFlags(instruction, flags, reading);
  const [baseWord, asWord, , extra] = instruction.args;
  const nameWord = nameWordOf(instruction);
  if (
    baseWord === undefined ||
    extra !== undefined ||
    (asWord !== undefined && nameWord === undefined)
  ) {
    reading.report("read", { code: "bad-from" }, instruction.range);
  }
  const name = nameWord?.value.toLowerCase() ?? null;
  if (name !== null && !/^[a-z][a-z0-9-_.]*$/.test(name)) {
    const { value: written, range } = nameWord ?? { value: "", range: instruction.range };
    reading.report("read", { code: "bad-stage-name", name: written }, range);
  }
  const base = baseWord === undefined ? "" : reading.expand(baseWord);
  if (baseWord !== undefined && base === "") {
    const { value: written, range } = baseWord;
    const variable = reading.variableIn(written);
    reading.report(reading.inTranslation, { code: "blank-base", written, variable }, range);
  }
  const platformFlag = given.get("platform");
  let platform: string | null = null;
  if (platformFlag?.value) {
    platform = reading.expand({ value: platformFlag.value, range: platformFlag.valueRange });
    if (platform === "") {
      reading.report(reading.inTranslation, { code: "blank-platform" }, platformFlag.valueRange);
      platform = null;
    }
  }
  return { base, baseWord: baseWord ?? null, name, platform };
}
