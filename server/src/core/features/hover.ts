/**
 * The hover of an instruction: the verdict; what rebuilds after it; what happens inside; what
 * invalidates it, concretely; what does not. Of a flag or a variable: what it means here.
 */

import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { imageOf } from "../analysis/imageAt.js";
import { whereBuilt } from "../analysis/platforms.js";
import { flagAt, stepAt } from "../analysis/stepAt.js";
import { variableAt } from "../analysis/variableAt.js";
import { stageOf, type View } from "../analysis/view.js";
import { isFirst } from "../cache/records.js";
import { isBaseKnown, type Step, stageOfStep, startOf } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import { consequences, consequencesText } from "../insight/consequences.js";
import { explanation } from "../insight/explanation.js";
import { invalidators } from "../insight/invalidators.js";
import { valueBefore } from "../insight/variables.js";
import { instructionKind } from "../instructions/index.js";
import { listedClauses } from "../text/lists.js";
import { rangeAt, type TextRange } from "../text/range.js";
import { say } from "../text/say.js";
import { codeSpan, markdownText } from "../text/surfaces.js";
import { sayMoment } from "../text/times.js";
import { causeSentence, saysAll } from "../words/causeWords.js";
import { flagMeaning } from "../words/flagMeanings.js";
import {
  baseOrigin,
  baseSets,
  type ImageFact,
  nobodyAsked,
  unknownImageWords,
} from "../words/imageWords.js";
import { stepTitle } from "../words/lensTitle.js";
import { baselineSentence } from "../words/summary.js";

export interface Hover {
  readonly range: TextRange;
  /** Markdown without HTML and without command links. */
  readonly markdown: string;
}

/**
 * null: there is nothing to say at this place.
 * @param image what is answered of images; left out: nobody is asked
 */
export function hover(view: View, offset: number, image: ImageFact = nobodyAsked): Hover | null {
  const { analysis } = view;
  const analysed = stepAt(analysis, offset);
  if (analysed === undefined) return null;
  const { instruction } = analysed.step;
  const start = startOf(analysis.graph, analysed.place);
  const inside = offset - start;
  const flag = flagAt(analysis, analysed, offset);
  const variable = variableAt(analysis, analysed.step, offset);
  if (variable !== null) {
    return { range: variable.range, markdown: variableMarkdown(analysis, analysed, variable.name) };
  }
  if (flag !== undefined) {
    const meaning = flagMeaning(analysed.step.keyword, flag, analysis.graph.rules);
    if (meaning !== null) {
      return {
        range: rangeAt(start, flag.range),
        markdown: `**${codeSpan(flag.text)}** ${markdownText(meaning)}`,
      };
    }
  }
  const { keywordRange } = instruction;
  const isOnKeyword = inside >= keywordRange.start && inside <= keywordRange.end;
  // On the arguments the hover is the instruction's, as on the keyword: one place to look.
  const range = isOnKeyword ? keywordRange : instruction.range;
  return { range: rangeAt(start, range), markdown: instructionMarkdown(view, analysed, image) };
}

/**
 * A hover shows about ten lines before it scrolls: one paragraph for the verdict, then one item for
 * each of the other parts.
 */
function instructionMarkdown(view: View, analysed: StepAnalysis, image: ImageFact): string {
  const own = whereBuilt(view.analysis, analysed);
  const { analysis } = own;
  const explained = explanation(analysis, own.analysed);
  if (explained === null) return verdict(view, analysed);
  const { inside, traps } = explained;
  const items = [
    // First, since a hover shows few lines before it scrolls.
    ...(analysed.isBuilt ? [item(say`If it changes`, afterwards(analysis, own.analysed))] : []),
    item(say`What happens`, inside.join(" ")),
    ...imageItems(analysis, own.analysed, image),
  ];
  if (analysed.isBuilt) {
    items.push(item(say`Rebuilds when`, sentence(invalidators(analysis, own.analysed))));
    items.push(item(say`Does not rebuild it`, traps.join(" ")));
  }
  return [verdict(view, analysed), items.filter((line) => line !== "").join("\n")].join("\n\n");
}

/** Of a FROM: what its image sets, which one it is; or why nothing is known of it. */
function imageItems(
  analysis: Analysis,
  analysed: StepAnalysis,
  image: ImageFact,
): readonly string[] {
  const named = imageOf(analysis, analysed);
  if (named === null) return builtItems(analysis, analysed);
  const fact = image(named.reference, named.platform);
  const base = fact.kind === "known" ? fact.value : null;
  if (base === null) return [item(say`Not looked up`, unknownImageWords(named.reference, fact))];
  return [
    markdownItem(say`The image sets`, baseSets(base)),
    markdownItem(say`Which image it is`, baseOrigin(base)),
  ];
}

/** Of a FROM whose image another build of the workspace makes. */
function builtItems(analysis: Analysis, analysed: StepAnalysis): readonly string[] {
  const stage = analysed.effect === "base" ? stageOf(analysis, analysed) : null;
  const image = stage?.base.kind === "image" ? stage.base.image : null;
  if (image?.built === undefined) return [];
  const { build, by } = image.built;
  const how =
    by === "linked"
      ? say`Both are one build: whenever that runs a step again, so does this.`
      : say`Its tag leads here: once that is built anew it is another image.`;
  return [
    markdownItem(say`Built by`, `${codeSpan(build)}. ${markdownText(how)}`),
    markdownItem(say`The image sets`, baseSets(image)),
  ];
}

function verdict(view: View, analysed: StepAnalysis): string {
  const { analysis } = view;
  const { kind, causes } = analysed.prediction;
  const title = `**${markdownText(stepTitle(view, analysed))}**`;
  // The title ends with the first cause in few words: the sentence has to say more than that.
  const reasons = causes
    .slice(0, 3)
    .filter((cause) => !saysAll(cause))
    .map((cause) => markdownText(causeSentence(cause, analysis.graph)));
  const isCompared = kind !== null && !isFirst(analysis.input.baseline);
  const against = isCompared ? [`*${comparison(view)}*`] : [];
  const rest = [...reasons, ...sinceWords(analysed), ...against].join(" ");
  return rest === "" ? title : `${title} — ${rest}`;
}

/** What is cached is as old as the build that ran it: who waits for a newer package should know. */
function sinceWords({ step, prediction, lastRun }: StepAnalysis): readonly string[] {
  if (prediction.kind !== "hit" || step.operation?.kind !== "run" || lastRun === null) return [];
  return [say`It last ran in the build of ${sayMoment(lastRun.at)}: what it fetched is of then.`];
}

/** What the prediction stands against, as Markdown. */
function comparison({ analysis, isResult }: View): string {
  const { baseline } = analysis.input;
  if (isResult && baseline.kind === "last") return say`Compared with the build before.`;
  return baselineSentence(baseline, markdownText(baseline.label));
}

function afterwards(analysis: Analysis, analysed: StepAnalysis): string {
  if (analysed.effect === "none" && analysed.place.stage === null) return "";
  return sentence([consequencesText(consequences(analysis, analysed))]);
}

function item(title: string, text: string): string {
  return markdownItem(title, markdownText(text));
}

function markdownItem(title: string, markdown: string): string {
  return markdown === "" ? "" : `- **${title}:** ${markdown}`;
}

function sentence(clauses: readonly string[]): string {
  return clauses.length === 0 ? "" : say`${listedClauses(clauses)}.`;
}

/** A value longer than this says nothing more in a hover. */
const shownValue = 200;

function variableMarkdown(analysis: Analysis, { step }: StepAnalysis, name: string): string {
  const found = valueBefore(analysis, step, name);
  const variable = codeSpan(name);
  if (found === null) return unsetWords(analysis, step, name);
  const shown =
    found.value.length > shownValue ? `${found.value.slice(0, shownValue)}…` : found.value;
  const value = shown === "" ? say`an empty text` : codeSpan(shown);
  const { line, keyword } = found;
  if (line === null || keyword === null)
    return say`${variable} is ${value}, set by the builder or the base image.`;
  if (found.isOpen)
    return say`${variable} is ${value}, set by ${keyword} in line ${line}; only the base image can tell the rest.`;
  const isBuildArg = instructionKind(keyword)?.declares !== undefined;
  return isBuildArg && analysis.graph.definition.args.has(name)
    ? say`${variable} is ${value}, set by ${keyword} in line ${line}, with the value of a build argument.`
    : say`${variable} is ${value}, set by ${keyword} in line ${line}.`;
}

/** Of a variable that no line sets: a shell may know it, and so may a base image that we do not. */
function unsetWords(analysis: Analysis, step: Step, name: string): string {
  const variable = codeSpan(name);
  const { keyword, effect } = step;
  const root = lineage(analysis.graph, stageOfStep(analysis.graph, step))[0];
  const isUnknown = root !== undefined && !isBaseKnown(root.base);
  // The builder sets it where the image does not: it is never empty.
  if (isUnknown && name === "PATH" && effect !== "base")
    return say`${variable} is set by no line above: only the base image can tell what it is.`;
  if (instructionKind(keyword)?.expandedBy === "shell") {
    return say`${variable} is set by no line above: what it is here is up to the shell.`;
  }
  return effect !== "base" && isUnknown
    ? say`${variable} is set by no line above: it is empty unless the base image sets it.`
    : say`${variable} is not set here: it expands to nothing.`;
}
