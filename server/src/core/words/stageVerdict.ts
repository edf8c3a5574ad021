/** What becomes of a whole stage, for where its lines are not shown one by one. */
import { isFirstBuild, stageSteps, type View } from "../analysis/view.js";
import type { Stage } from "../graph/graph.js";
import { say } from "../text/say.js";
import { openWords, rebuildWords } from "./summary.js";

/** What the lines of a stage say together: `2 of 4 rebuild`. */
export function stageVerdict(view: View, stage: Stage): readonly string[] {
  if (view.isResult || isFirstBuild(view)) return [];
  const counts = { hit: 0, miss: 0, unknown: 0 };
  for (const { prediction } of stageSteps(view.analysis, stage))
    if (prediction.kind !== null) counts[prediction.kind]++;
  const { hit, miss, unknown } = counts;
  const all = hit + miss + unknown;
  if (all === 0) return [];
  if (miss + unknown === 0) return [say`${hit} cached`];
  if (miss === 0)
    return [unknown === all ? openWords(unknown) : say`${unknown} of ${all} may rebuild`];
  return [
    miss === all ? rebuildWords(miss) : say`${miss} of ${all} rebuild`,
    ...(unknown === 0 ? [] : [openWords(unknown)]),
  ];
}
