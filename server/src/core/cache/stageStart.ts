/** What a stage starts with: an image, nothing, or a folder of this machine. */
import type { ContextInput } from "../files/contextInput.js";
import { rootAlone, usualDirectories } from "../files/knownDirectories.js";
import type { BuildGraph, Stage, StageBase, Step } from "../graph/graph.js";
import { RememberedByObjects } from "../graph/remembered.js";
import { keptList } from "../text/keptList.js";
import type { Position, StepOutcome } from "./outcome.js";
import { baseInput, baseVertex, known } from "./stepInput.js";
import type { FolderInput } from "./stepInputs.js";

interface Starting {
  readonly graph: BuildGraph;
  readonly stage: Stage;
  /** Those of `--build-context`, by name. */
  readonly folders: ReadonlyMap<string, FolderInput>;
}

/** What a stage takes that starts with a named folder; null: it starts with something else, or that cannot be read. */
export function baseFolder({ stage: { base }, folders, graph }: Starting): ContextInput | null {
  if (base.kind !== "folder") return null;
  const { builder } = graph.definition;
  return folders.get(base.name)?.view.input({ builder, sources: ["/"] }) ?? null;
}

const idleOutcomes = new RememberedByObjects<StepOutcome>();

/** Of a step that the builder runs nothing for; a FROM may take a folder all the same. */
export function idle(step: Step, base: ContextInput | null): StepOutcome {
  if (base === null || step.effect !== "base") return keyless(step);
  return idleOutcomes.get([step, base], () => ({ ...keyless(step), context: keptList([base]) }));
}

const starts = new WeakMap<StageBase, Position>();
const folderStarts = new RememberedByObjects<Position>();

/** One object for one base, which is that of one stage of one platform, and the files that it then has. */
export function startOf(input: Starting, folder: ContextInput | null): Position {
  const start = startOn(input.stage, input.graph);
  const [taken] = folder?.selection.sources[0]?.taken ?? [];
  if (folder?.content.kind !== "known" || taken?.isWhole !== true) return start;
  const { node } = taken;
  return folderStarts.get([start, node], () => {
    return { ...start, files: { kind: "folder", root: node } };
  });
}

function startOn({ base, platform }: Stage, graph: BuildGraph): Position {
  let start = starts.get(base);
  if (start === undefined) {
    const open = base.kind === "stage" || base.kind === "scratch" ? null : base;
    const origin = open === null ? null : ({ kind: "base", base: open, platform } as const);
    start = {
      root: open === null ? scratch : baseInput(open, platform, graph.rules),
      record: null,
      vertex: { kind: "base", name: baseVertex(base, platform) },
      found: null,
      missed: false,
      directories: base.kind === "scratch" ? rootAlone : usualDirectories,
      files: { kind: "start", origin },
    };
    starts.set(base, start);
  }
  return start;
}

const scratch = known({ kind: "scratch" });

const none: readonly never[] = [];

const keylessOutcomes = new WeakMap<Step, StepOutcome>();

/** Of a step that the builder runs nothing for, or that is not built. One object for one step. */
export function keyless(step: Step): StepOutcome {
  let outcome = keylessOutcomes.get(step);
  if (outcome === undefined) {
    outcome = {
      step,
      definition: null,
      names: none,
      found: null,
      isForced: false,
      context: none,
      stageProblems: none,
      open: none,
      lacks: null,
      taken: null,
      sources: none,
      isByContent: false,
      fails: false,
      addsLayer: step.effect === "layer",
    };
    keylessOutcomes.set(step, outcome);
  }
  return outcome;
}
