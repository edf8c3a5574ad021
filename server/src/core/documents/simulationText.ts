/** What `stratacast simulate` prints, in English: for a terminal, and as Markdown for a pull request. */

import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { stageOf } from "../analysis/view.js";
import type { Cause } from "../cache/prediction.js";
import { placeAt } from "../graph/graph.js";
import { builtBase } from "../graph/images.js";
import { lineList, lineSet } from "../insight/lineSet.js";
import { addTo } from "../text/grouped.js";
import { listedAll } from "../text/lists.js";
import { largest } from "../text/longLists.js";
import { type Paint, type Style, unpainted } from "../text/paint.js";
import { count, formatBytes } from "../text/sizes.js";
import { printable, tableCode, tableText } from "../text/surfaces.js";
import { builtWords } from "../words/builtWords.js";
import { causeSentence, isOfEveryStep } from "../words/causeWords.js";
import { platformVerdict, verdict } from "../words/predictionWords.js";
import { problemWords, severityOf } from "../words/problems.js";
import { stageWords } from "../words/stageWords.js";
import { baselineSentence, summarySentence } from "../words/summary.js";
import { findingLines } from "./findingLines.js";
import { markdownTable } from "./markdownTable.js";
import { findingsJson } from "./simulation.js";

/** Where a text is shown. */
export interface TextPlace {
  readonly paint: Paint;
  /** Characters of a line: where they leave little for instructions, these stand below. */
  readonly width: number;
  /** Milliseconds since the epoch; null: nothing is said of the age of a build. */
  readonly now: number | null;
}

const aFile: TextPlace = { paint: unpainted, width: Number.POSITIVE_INFINITY, now: null };

/**
 * Lines for a terminal: one a step, below the name of its stage where there are several, and each
 * cause once, below the first step that has it.
 * @param dockerfile as it is called there
 */
export function simulationText(
  analysis: Analysis,
  dockerfile: string,
  { paint, width: lineWidth, now }: TextPlace = aFile,
): string {
  const lines: string[] = [];
  const width = String(analysis.steps.at(-1)?.place.endLine ?? 1).length;
  const effectWidth = largest(
    analysis.steps.map((step) => effectWords(step).length),
    0,
  );
  const causes = sharedCauses(analysis);
  const indent = " ".repeat(width + 2);
  const isNarrow = lineWidth - width - effectWidth - 17 < leastInstruction;
  let stage: number | null = null;
  for (const analysed of analysis.steps) {
    const { step, place } = analysed;
    const title = place.stage === stage ? null : stageTitle(analysis, analysed);
    stage = place.stage;
    if (title !== null) lines.push("", paint("title", printable(title)));
    const line = String(place.line).padStart(width);
    const word = paint(styleOf(analysed), verdict(analysed).padEnd(11));
    const effect = paint("quiet", effectWords(analysed).padEnd(isNarrow ? 0 : effectWidth));
    const text = printable(step.text);
    if (isNarrow) lines.push(`${line}  ${word}  ${effect}`, `${indent}${text}`);
    else lines.push(`${line}  ${word}  ${effect}  ${text}`);
    const built = builtLine(analysis, analysed);
    if (built !== "") lines.push(`${indent}↳ ${printable(built)}`);
    const cause = causes.get(analysed);
    const told = platformLines(analysis, analysed);
    if (told.length > 0) lines.push(...told.map((line) => `${indent}↳ ${printable(line)}`));
    else if (cause !== undefined) lines.push(`${indent}↳ ${printable(cause)}`);
  }
  if (lines[0] === "") lines.shift();
  const findings = findingLines(findingsJson(analysis, dockerfile), paint);
  const against = comparison(analysis, now).map((sentence) => paint("quiet", printable(sentence)));
  const summary = paint("title", printable(summarySentence(analysis)));
  return [...lines, "", ...findings, ...against, summary, ""].join("\n");
}

/** Characters in which an instruction can be read. */
const leastInstruction = 30;

/** What becomes of a step on each of several platforms; none: the same on all. */
function platformLines({ graph }: Analysis, { byPlatform }: StepAnalysis): readonly string[] {
  const told = new Map<string, string[]>();
  for (const { platform, analysed } of byPlatform) {
    const [cause] = analysed.prediction.causes;
    const why = cause === undefined || isOfEveryStep(cause) ? "" : causeSentence(cause, graph);
    const words = [platformVerdict(analysed), why].filter((part) => part !== "");
    addTo(told, words.join(": "), platform);
  }
  return told.size < 2
    ? []
    : [...told].map(([words, platforms]) => `${listedAll(platforms)}: ${words}`);
}

/** What the forecast stands against; none: nothing was built before. */
function comparison({ input: { baseline } }: Analysis, now: number | null): readonly string[] {
  const { kind, label, build } = baseline;
  if (build === null && kind !== "export") return [];
  if (build === null || kind !== "last" || now === null) return [baselineSentence(baseline, label)];
  return [`Compared with the last simulated build, ${ageWords(now - build.at)}.`];
}

function ageWords(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  const hours = Math.floor(minutes / 60);
  if (minutes < 1) return "less than a minute old";
  if (hours < 1) return `${minutes} min old`;
  return hours < 48 ? `${hours} h old` : `${Math.floor(hours / 24)} days old`;
}

/** null: the file has one stage without a name, or the step stands before the first. */
function stageTitle({ graph }: Analysis, { place }: StepAnalysis): string | null {
  const stage = place.stage === null ? undefined : graph.stages[place.stage];
  if (stage === undefined || (graph.stages.length === 1 && stage.name === null)) return null;
  return stageWords(stage);
}

function styleOf({ prediction, isBuilt, fails }: StepAnalysis): Style {
  if (isBuilt && fails) return "fails";
  if (!isBuilt || prediction.kind === null) return "quiet";
  return ({ hit: "cached", miss: "rebuilds", unknown: "mayRebuild" } as const)[prediction.kind];
}

/** Marks the cause of steps of which each stays cached if the one below it does. */
const chain = "chain ";

type OutputOfStep = Extract<Cause, { code: "stage-output-unknown" }> & {
  readonly from: { readonly kind: "step" };
};

function isOutputOfStep(cause: Cause): cause is OutputOfStep {
  return cause.code === "stage-output-unknown" && cause.from.kind === "step";
}

/** True of what the findings below say, with its place. */
function isFinding(cause: Cause): boolean {
  return cause.code === "build-fails" && cause.problem !== null;
}

/** What is said below a step: its cause, and for which later steps of its stage it holds too. */
function sharedCauses(analysis: Analysis): ReadonlyMap<StepAnalysis, string> {
  const groups = new Map<string, { readonly first: StepAnalysis; readonly lines: number[] }>();
  const groupOf = new Map<number, string>();
  for (const analysed of analysis.steps) {
    const [cause] = analysed.prediction.causes;
    if (cause === undefined || isOfEveryStep(cause) || isFinding(cause)) continue;
    const { place } = analysed;
    // What stays cached if the step below does says no more than that one.
    const below =
      isOutputOfStep(cause) && cause.from.below !== null
        ? placeAt(analysis.graph, cause.from.below)
        : null;
    const inherited = below?.stage === place.stage ? groupOf.get(below.index) : undefined;
    const isChain = inherited?.startsWith(chain) === true;
    const own = `${isOutputOfStep(cause) ? chain : ""}${place.stage} ${causeSentence(cause, analysis.graph)}`;
    const key = isChain ? inherited : own;
    groupOf.set(place.index, key);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: analysed, lines: [] });
    else group.lines.push(place.line);
  }
  return new Map(
    [...groups.values()].map(({ first, lines }) => {
      const [cause] = first.prediction.causes;
      const sentence = cause === undefined ? "" : causeSentence(cause, analysis.graph);
      return [
        first,
        lines.length === 0
          ? sentence
          : `${sentence} The same holds for ${lineList(lineSet(lines))}.`,
      ];
    }),
  );
}
export function simulationMarkdown(analysis: Analysis): string {
  const rows = analysis.steps.map((analysed) => {
    const [cause] = analysed.prediction.causes;
    const own =
      cause === undefined || isOfEveryStep(cause)
        ? builtLine(analysis, analysed)
        : causeSentence(cause, analysis.graph);
    const why = platformLines(analysis, analysed).join(" · ") || own;
    return [
      String(analysed.place.line),
      effectWords(analysed),
      tableCode(analysed.step.text),
      verdict(analysed),
      tableText(why),
    ];
  });
  return [
    markdownTable(["Line", "Layer", "Instruction", "Cache", "Why"], rows, "rllll"),
    "",
    ...analysis.problems.map(
      (problem) => `- **${severityOf(problem)}**: ${tableText(problemWords(problem))}`,
    ),
    tableText([summarySentence(analysis), ...comparison(analysis, null)].join(" ")),
    "",
  ].join("\n");
}

/** Of a FROM: which other build makes its image, and what becomes of that; empty: none does. */
function builtLine(analysis: Analysis, analysed: StepAnalysis): string {
  const stage = analysed.effect === "base" ? stageOf(analysis, analysed) : null;
  const built = stage === null ? null : builtBase(stage);
  if (built === null) return "";
  const fate = builtWords(built);
  return `Built by ${built.build}${fate === "" ? "" : `: ${fate}`}.`;
}

function effectWords({ effect, layer, stageLayer, files }: StepAnalysis): string {
  const size = files === null ? "" : `, ${count(files.count, "file")}, ${formatBytes(files.bytes)}`;
  switch (effect) {
    case "base":
      return stageLayer === null ? "no layer of its own" : "base image";
    case "layer":
      return layer === null ? `layer of its stage${size}` : `layer ${layer}${size}`;
    case "metadata":
      return "metadata";
    case "none":
      return "build time only";
  }
}
