/** What the cache will do with every instruction, and why: a claim under each. */
import type { StepAnalysis } from "../../../server/src/core/analysis/analyse.js";
import { type Cause, changedPaths } from "../../../server/src/core/cache/prediction.js";
import { type BuildGraph, lineOf, startOf } from "../../../server/src/core/graph/graph.js";
import { rangeAt } from "../../../server/src/core/text/range.js";
import { causeWords } from "../../../server/src/core/words/causeWords.js";
import { type Claim, checkFixtures } from "../../support/fixtures.js";

checkFixtures("prediction", ({ view: { analysis } }) => ({
  claims: analysis.steps.map((analysed): Claim => {
    const { isTrigger, text } = analysed.step;
    // An ONBUILD that runs in a stage is claimed at the stage's FROM.
    const from = analysis.steps.find(({ place }) => place.stage === analysed.place.stage);
    const { step, place } = (isTrigger ? from : undefined) ?? analysed;
    const { instruction } = step;
    const { start, end } = rangeAt(
      startOf(analysis.graph, place),
      instruction.flags[0]?.range ?? instruction.args[0]?.range ?? instruction.keywordRange,
    );
    const said = words(analysed, analysis.graph);
    return { start, end, text: `${isTrigger ? `ONBUILD ${text}: ` : ""}${said}` };
  }),
}));

function words(
  { isBuilt, effect, layer, stageLayer, step, place, prediction }: StepAnalysis,
  graph: BuildGraph,
): string {
  if (!isBuilt) return "not built";
  const parts: string[] = [];
  if (effect === "layer")
    parts.push(layer === null ? `layer ${stageLayer} of its stage` : `layer ${layer}`);
  else if (effect === "base") parts.push(stageLayer === null ? "no image" : "base");
  else if (effect === "metadata")
    parts.push(step.shaping ? "metadata, shaping" : "metadata, inert");
  else parts.push("no effect");
  const causes = prediction.causes.map((cause) => claimed(cause, place.line, graph)).join(" + ");
  if (prediction.kind !== null) parts.push(prediction.kind);
  return parts.join(", ") + (causes === "" ? "" : `: ${causes}`);
}

function claimed(cause: Cause, own: number, graph: BuildGraph): string {
  const { code } = cause;
  const line = lineOf(graph, cause.at);
  const name = code === "value-changed" ? [causeWords(cause, graph).replace(/ changed$/, "")] : [];
  const place = line === null ? ["nowhere"] : line === own ? [] : [`line ${line}`];
  return [code, ...name, ...changedPaths(cause), ...place].join(" ");
}
