/** Packages that are looked up in an index which another line updates: the cache keeps that line for long. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { placeOf, type Step } from "../graph/graph.js";
import { shellCommands, shellScript } from "./shellText.js";

/** A line that installs with an index of another one. */
export interface StaleIndex {
  readonly step: StepAnalysis;
  /** The line above that updates it. */
  readonly updated: StepAnalysis;
}

/** Of all stages that are built, in the order of their lines. */
export function staleIndexes({ graph, steps }: Analysis): readonly StaleIndex[] {
  const analysed = (step: Step): StepAnalysis | undefined => steps[placeOf(graph, step).index];
  return graph.stages.flatMap((stage) =>
    (stage.isBuilt ? staleIn(stage.steps) : []).flatMap(([one, other]): readonly StaleIndex[] => {
      const [step, updated] = [analysed(one), analysed(other)];
      return step === undefined || updated === undefined ? [] : [{ step, updated }];
    }),
  );
}

type StaleSteps = readonly (readonly [step: Step, updated: Step])[];

const found = new WeakMap<readonly Step[], StaleSteps>();

/** Remembered by the steps of a stage, which an edit of another one leaves. */
function staleIn(steps: readonly Step[]): StaleSteps {
  let stale = found.get(steps);
  if (stale === undefined) {
    const updates = new Map<string, Step>();
    const all: (readonly [Step, Step])[] = [];
    for (const step of steps) {
      const { updated, installs } = packageUse(step);
      for (const manager of installs) {
        const above = updates.get(manager);
        if (above !== undefined && all.at(-1)?.[0] !== step) all.push([step, above]);
      }
      for (const manager of updated) updates.set(manager, step);
    }
    stale = all;
    found.set(steps, stale);
  }
  return stale;
}

interface PackageUse {
  /** Managers whose index it updates. */
  readonly updated: readonly string[];
  /** Those that install from an index that it does not update itself. */
  readonly installs: readonly string[];
}

const none: PackageUse = { updated: [], installs: [] };
const uses = new WeakMap<Step, PackageUse>();

function packageUse(step: Step): PackageUse {
  const { operation } = step;
  if (operation?.kind !== "run" || step.isTrigger) return none;
  let use = uses.get(step);
  if (use === undefined) {
    use = useOf(shellScript(operation.argv)?.script ?? "");
    uses.set(step, use);
  }
  return use;
}

/** `apt-get -y install`, with what a shell takes before a command. */
const call =
  /^(?:\w+=\S*\s+)*(?:sudo\s+)?(apt-get|apt|apk)\s+((?:-\S+\s+)*)(update|install|add)\b(.*)$/s;

function useOf(script: string): PackageUse {
  if (!/\bap[tk]\b/.test(script)) return none;
  const updated = new Set<string>();
  const installs = new Set<string>();
  for (const command of shellCommands(script)) {
    const found = call.exec(command);
    if (found === null) continue;
    const [, tool = "", before = "", verb, after = ""] = found;
    const manager = tool === "apk" ? "apk" : "apt";
    if (verb === "update") updated.add(manager);
    // These take the newest index by themselves.
    else if (!updated.has(manager) && !/(?:^|\s)(?:--no-cache|--update|-U)\b/.test(before + after))
      installs.add(manager);
  }
  return { updated: [...updated], installs: [...installs] };
}
