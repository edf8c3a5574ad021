/** What can be chosen before a build: the target stage and the build arguments. */
import type { Analysis } from "../analysis/analyse.js";
import { placeOf, stageLine } from "../graph/graph.js";
import { instructionKind } from "../instructions/index.js";

export interface Choices {
  /** The name of the stage that the build ends at as it is meant now; null: that has none. */
  readonly target: string | null;
  readonly targets: readonly {
    readonly name: string;
    readonly line: number;
    readonly isLast: boolean;
  }[];
  readonly buildArgs: readonly {
    readonly name: string;
    /** As typed; null: it has none. */
    readonly defaultValue: string | null;
    readonly line: number;
  }[];
}

/** Each argument once, at its first declaration; automatic platform arguments are not choices. */
export function buildChoices({ graph }: Analysis): Choices {
  const last = graph.stages.length - 1;
  const buildArgs = new Map<string, Choices["buildArgs"][number]>();
  for (const step of graph.steps) {
    const { keyword, instruction, isTrigger } = step;
    if (isTrigger) continue;
    const { line } = placeOf(graph, step);
    for (const { name, value } of instructionKind(keyword)?.declares?.(instruction) ?? []) {
      if (name.value === "" || /\$/.test(name.value) || automatic.test(name.value)) continue;
      const known = buildArgs.get(name.value);
      if (known !== undefined && known.defaultValue !== null) continue;
      const defaultValue = value?.value ?? null;
      buildArgs.set(name.value, { name: name.value, defaultValue, line: known?.line ?? line });
    }
  }
  return {
    target: graph.target?.name ?? null,
    targets: graph.stages.flatMap((stage) =>
      stage.name === null
        ? []
        : [{ name: stage.name, line: stageLine(graph, stage), isLast: stage.index === last }],
    ),
    buildArgs: [...buildArgs.values()],
  };
}

const automatic = /^(?:TARGET|BUILD)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT|STAGE)$/;
