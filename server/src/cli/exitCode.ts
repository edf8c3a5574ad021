import type { Analysis } from "../core/analysis/analyse.js";
import { severityOf } from "../core/words/problems.js";
import type { BuildArguments } from "./buildArguments.js";

/** 1 when a finding reaches the level, else 0. */
export function exitCode(analysis: Analysis, failOn: BuildArguments["failOn"]): 0 | 1 {
  if (failOn === "never") return 0;
  const levels = ["information", "warning", "error"];
  const bound = levels.indexOf(failOn);
  return analysis.problems.some((problem) => levels.indexOf(severityOf(problem)) >= bound) ? 1 : 0;
}
