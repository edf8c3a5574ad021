/** What the cache will do with every instruction, and why: a claim under each. */
import type { StepAnalysis } from "../../../server/src/core/analysis/analyse.js";
import { type Cause, changedPaths } from "../../../server/src/core/cache/prediction.js";
import { causeWords } from "../../../server/src/core/words/causeWords.js";
import { type Claim, checkFixtures } from "../../support/fixtures.js";

checkFixtures("prediction", ({ view: { analysis } }) => ({
  claims: analysis.steps.map((analysed): Claim => {
    const { isTrigger, text, stage } = analysed.step;
    // An ONBUILD that runs in a stage is claimed at the stage's FROM.
    const from = analysis.graph.stages[stage ?? -1]?.instruction;
    const instruction = (isTrigger ? from : undefined) ?? analysed.step.instruction;
    const { start, end } =
      instruction.flags[0]?.range ?? instruction.args[0]?.range ?? instruction.keywordRange;
    return { start, end, text: `${isTrigger ? `ONBUILD ${text}: ` : ""}${words(analysed)}` };
  }),
}));

function words({ isBuilt, effect, layer, stageLayer, step, prediction }: StepAnalysis): string {
  if (!isBuilt) return "not built";
  const parts: string[] = [];
  if (effect === "layer")
    parts.push(layer === null ? `layer ${stageLayer} of its stage` : `layer ${layer}`);
  else if (effect === "base") parts.push(stageLayer === null ? "no image" : "base");
  else if (effect === "metadata")
    parts.push(step.shaping ? "metadata, shaping" : "metadata, inert");
  else parts.push("no effect");
  const causes = prediction.causes.map((cause) => claimed(cause, step.line)).join(" + ");
  if (prediction.kind !== null) parts.push(prediction.kind);
  return parts.join(", ") + (causes === "" ? "" : `: ${causes}`);
}

function claimed(cause: Cause, own: number): string {
  const { code, line } = cause;
  const name = code === "value-changed" ? [causeWords(cause).replace(/ changed$/, "")] : [];
  const place = line === null ? ["nowhere"] : line === own ? [] : [`line ${line}`];
  return [code, ...name, ...changedPaths(cause), ...place].join(" ");
}
