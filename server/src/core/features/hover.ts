/**
 * The hover of an instruction: the verdict; what happens inside; what invalidates it, concretely;
 * what does not; what rebuilds after it. Of a flag or a variable: what it means here.
 */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { instructionKind } from "../instructions/index.js";
import type { TextRange } from "../text/range.js";
import { lensTitle } from "./codeLens.js";
import { consequences, lineList } from "./consequences.js";
import { flagMeaning } from "./flagMeanings.js";
import { invalidators } from "./invalidators.js";
import { codeSpan, escapeMarkdown } from "./markdown.js";
import { variableAt } from "./variableAt.js";
import { valueBefore } from "./variables.js";
import type { View } from "./view.js";

export interface Hover {
  readonly range: TextRange;
  /** Markdown without HTML and without command links. */
  readonly markdown: string;
}

/** null: there is nothing to say at this place. */
export function hover(view: View, offset: number): Hover | null {
  const { analysis } = view;
  const analysed = analysis.steps.find(
    ({ step }) =>
      !step.isTrigger &&
      offset >= step.instruction.range.start &&
      offset <= step.instruction.range.end,
  );
  if (analysed === undefined) return null;
  const { instruction } = analysed.step;
  const flag = instruction.flags.find(({ range }) => offset >= range.start && offset < range.end);
  const variable = variableAt(analysis, analysed.step, offset);
  if (variable !== null) {
    return { range: variable.range, markdown: variableMarkdown(analysis, analysed, variable.name) };
  }
  if (flag !== undefined) {
    const meaning = flagMeaning(analysed.step.keyword, flag, analysis.graph.options.builder);
    if (meaning !== null) {
      return {
        range: flag.range,
        markdown: `**${codeSpan(flag.text)}** ${escapeMarkdown(meaning)}`,
      };
    }
  }
  if (offset > instruction.keywordRange.end) {
    // On the arguments the hover is the instruction's, as on the keyword: one place to look.
    return { range: instruction.range, markdown: instructionMarkdown(view, analysed) };
  }
  return { range: instruction.keywordRange, markdown: instructionMarkdown(view, analysed) };
}

function instructionMarkdown(view: View, analysed: StepAnalysis): string {
  const { analysis } = view;
  const { step, prediction } = analysed;
  const sections = [`**${escapeMarkdown(lensTitle(view, analysed))}**`];
  const causes = prediction.causes.slice(0, 3).map(({ message }) => escapeMarkdown(message));
  if (causes.length > 0) sections.push(causes.join(" "));
  if (prediction.kind !== null) {
    const { label } = analysis.input.baseline;
    sections.push(`*Compared with ${escapeMarkdown(label)}.*`);
  }
  const kind = instructionKind(step.keyword);
  if (kind === undefined) return sections.join("\n\n");
  const builder = analysis.graph.options.builder;
  const { inside, traps } = kind.explain(step, builder);
  sections.push(list("What happens", inside));
  if (analysed.isBuilt) {
    sections.push(list("Rebuilds when", invalidators(analysis, analysed)));
    sections.push(list("Does not rebuild it", traps));
    const after = afterwards(analysis, analysed);
    if (after !== null) sections.push(after);
  }
  return sections.filter((section) => section !== "").join("\n\n");
}

function afterwards(analysis: Analysis, analysed: StepAnalysis): string | null {
  if (analysed.effect === "none" && analysed.step.stage === null) return null;
  const { certain, possible } = consequences(analysis, analysed);
  if (certain.length === 0 && possible.length === 0) return "If it changes, nothing else rebuilds.";
  const parts = [
    ...(certain.length > 0
      ? [`${lineList(certain)} ${certain.length === 1 ? "rebuilds" : "rebuild"}`]
      : []),
    ...(possible.length > 0 ? [`${lineList(possible)} may rebuild`] : []),
  ];
  return `If it changes, ${parts.join("; ")}.`;
}

function list(title: string, sentences: readonly string[]): string {
  if (sentences.length === 0) return "";
  return [`**${title}**`, "", ...sentences.map((sentence) => `- ${escapeMarkdown(sentence)}`)].join(
    "\n",
  );
}

/** A value longer than this says nothing more in a hover. */
const shownValue = 200;

function variableMarkdown(analysis: Analysis, { step }: StepAnalysis, name: string): string {
  const found = valueBefore(analysis, step, name);
  if (found === null) {
    return `${codeSpan(name)} is not set here: it expands to nothing.`;
  }
  const shown =
    found.value.length > shownValue ? `${found.value.slice(0, shownValue)}…` : found.value;
  const where =
    found.line === null
      ? "by the builder or the base image"
      : `by ${found.keyword ?? "ARG"} in line ${found.line}`;
  const value = shown === "" ? "an empty text" : codeSpan(shown);
  const given = analysis.graph.options.buildArgs.has(name) && found.keyword === "ARG";
  return `${codeSpan(name)} is ${value}, set ${where}${given ? ", with the value of a build argument" : ""}.`;
}
