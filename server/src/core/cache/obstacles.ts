/** What stands in the way of a step in its stage. */
import type { BuilderRules } from "../build/builderRules.js";
import type { ObstacleProblem, Selection } from "../context/selection.js";
import { areTooFar, filesOf, mayMeetFiles } from "../files/filesAt.js";
import { obstacleTo } from "../files/obstacles.js";
import { missingProgram } from "../files/programs.js";
import type { Step } from "../graph/graph.js";
import type { CopyOperation } from "../instructions/operation.js";
import { mostHanded } from "../syntax/limits.js";
import type { Position } from "./outcome.js";
import type { StepInput } from "./stepInput.js";

/** Why the stage, as it is by now, cannot take what the step puts there, or has no program to run. */
export function inTheWay(
  step: Step,
  { vertex, files }: Position,
  others: readonly StepInput[],
  rules: BuilderRules,
): readonly ObstacleProblem[] {
  const { operation, openPath } = step;
  if (operation?.kind === "run") {
    const program = step.openVariables.length === 0 ? missingProgram(operation, files) : null;
    return program === null ? [] : [{ code: "program-missing", program }];
  }
  const owner =
    operation?.kind === "copy" || operation?.kind === "makeDirectory" ? operation.owner : "";
  const isNamed = owner !== "" && !/^(?:\d+|root)(?::(?:\d+|root))?$/.test(owner);
  if (isNamed && vertex.kind === "base" && vertex.name === "scratch")
    return [{ code: "owner-without-file", owner }];
  // Where it puts something, only the base image can tell.
  if (openPath !== null) return [];
  const { taken = null, handed = 0 } = others[0] ?? {};
  if (operation?.kind === "copy" && areTooFar(handed, files))
    return [{ code: "files-not-followed", limit: mostHanded }];
  if (rules.needsSlashForSeveral && operation?.kind === "copy" && isSeveral(operation, taken))
    return [{ code: "destination-not-folder" }];
  if (!mayMeetFiles(step, files)) return [];
  const problem = obstacleTo(step, filesOf(files), taken, rules);
  return problem === null ? [] : [problem];
}

/** True where wildcards match so many files that what does not end with a slash cannot take them. */
function isSeveral({ items, destinationText }: CopyOperation, taken: Selection | null): boolean {
  if (destinationText.endsWith("/") || taken === null) return false;
  if (taken.sources.every(({ isWildcard }) => !isWildcard)) return false;
  const others = items.filter(({ kind }) => kind !== "paths").length;
  return taken.sources.reduce((sum, { matches }) => sum + matches, others) > 1;
}
