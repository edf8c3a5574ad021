/** What mends a problem for sure: an edit of the Dockerfile or of its ignore file, or a command for a terminal. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import type { Problem } from "../analysis/problem.js";
import { stepAt } from "../analysis/stepAt.js";
import type { OtherMode } from "../context/checkout.js";
import { startOf } from "../graph/graph.js";
import { advice } from "../insight/advice.js";
import { takesUrls } from "../instructions/copy.js";
import { instructionKind } from "../instructions/index.js";
import { nearJsonWords } from "../syntax/nearJsonArray.js";
import { nearest } from "../text/nearest.js";
import { type Placed, rangeAt, type TextRange } from "../text/range.js";
import { say } from "../text/say.js";
import { interfaceText, printable } from "../text/surfaces.js";
import { ignoreComment } from "../words/ignoredProblems.js";
import { failsBuild } from "../words/problems.js";

export interface Replacement {
  readonly range: TextRange;
  readonly text: string;
}

/** What a fix does. */
export type Change =
  /** Of the Dockerfile. */
  | { readonly kind: "edit"; readonly edits: readonly Replacement[] }
  /** A further line at the end of the ignore file. */
  | { readonly kind: "ignore"; readonly line: string }
  /** A line for a shell in the build context. */
  | { readonly kind: "command"; readonly line: string };

export interface QuickFix {
  readonly title: string;
  readonly code: Problem["code"];
  /** Where its problem is told of. */
  readonly range: TextRange;
  readonly change: Change;
  /** False: it hides the problem. */
  readonly mends: boolean;
}

/** The fixes of the problems that are told of in `range`, in the order of the text. */
export function quickFixes(analysis: Analysis, range: TextRange): readonly QuickFix[] {
  return [...analysis.problems, ...advice(analysis)].flatMap((problem): readonly QuickFix[] => {
    const at = problem.range;
    if (at === null || at.start > range.end || at.end < range.start) return [];
    const place: Place = { analysis, range: at, step: stepAt(analysis, at.start) };
    const { code } = problem;
    return [
      ...fixesOf(problem, place).map((fix) => ({ ...fix, code, range: at, mends: true })),
      ...hidings(problem, place).map((fix) => ({ ...fix, code, range: at, mends: false })),
    ].map((fix) => ({ ...fix, title: interfaceText(fix.title) }));
  });
}

interface Fix {
  readonly title: string;
  readonly change: Change;
}

interface Place {
  readonly analysis: Analysis;
  readonly range: TextRange;
  /** undefined: it is told of no instruction. */
  readonly step: StepAnalysis | undefined;
}

function fixesOf(problem: Placed<Problem>, place: Place): readonly Fix[] {
  switch (problem.code) {
    case "unknown-instruction":
      return problem.near === null ? [] : keywordFix(problem.near, place);
    case "name-like-stage":
      return wordFix(problem.name, problem.stage, place);
    case "source-not-found":
      return problem.near === null ? [] : wordFix(problem.source, problem.near, place);
    case "source-ignored":
      return [exception(problem.source)];
    case "stray-files-taken":
      return problem.names.map(ignoring);
    case "package-index-stale":
      return joinFix(problem.line, place);
    case "bad-flag":
      return problem.mistake.kind === "unknown" ? flagFix(problem.mistake.flag, place) : [];
    case "destination-not-folder":
      return destinationFix(place);
    case "remote-source":
      return addFix(place);
    case "not-json":
    case "broken-exec-form":
      return arrayFix(problem.code, place);
    case "json-not-strings":
      return stringsFix(place);
    case "bad-stage-name":
    case "escape-invalid":
      return unquoteFix(problem.code, place);
    case "bad-healthcheck":
      return problem.lacksCommand ? [] : commandFix(place);
    case "needs-frontend":
      return frontendFix(place);
    case "blank-line-in-continuation":
      return [edited(say`Remove the empty line`, place.range, "")];
    case "directive-repeated":
      return [edited(say`Remove the second directive`, wholeLine(place), "")];
    case "other-mode-in-checkout":
      // What a terminal would take for more than a name is not written into one.
      return problem.modes.first.filter(({ path }) => printable(path) === path).map(modeFix);
    default:
      return [];
  }
}

/** A comment that hides it here: of what fails no build. */
function hidings(problem: Placed<Problem>, { analysis, step }: Place): readonly Fix[] {
  if (step === undefined || failsBuild(problem)) return [];
  const at = startOf(analysis.graph, step.place);
  const title = say`Do not report ${problem.code} here`;
  return [edited(title, { start: at, end: at }, `${ignoreComment(problem.code)}\n`)];
}

function edited(title: string, range: TextRange, text: string): Fix {
  return { title, change: { kind: "edit", edits: [{ range, text }] } };
}

function keywordFix(near: string, { analysis, step }: Place): readonly Fix[] {
  if (step === undefined) return [];
  const { keywordRange, keywordText } = step.step.instruction;
  const text = keywordText === keywordText.toLowerCase() ? near.toLowerCase() : near;
  const range = rangeAt(startOf(analysis.graph, step.place), keywordRange);
  return [edited(say`Replace with ${text}`, range, text)];
}

/** In the place of a name that stands so in the text, and not behind a variable. */
function wordFix(name: string, near: string, { analysis, range }: Place): readonly Fix[] {
  const written = analysis.input.dockerfile.text.slice(range.start, range.end);
  const at = written.toLowerCase().lastIndexOf(name.toLowerCase());
  const isQuoted = written.startsWith('"');
  if (at < 0 || (isQuoted ? /["\\$]/ : /[\s"'\\$]/).test(near)) return [];
  const start = range.start + at;
  return [edited(say`Replace with ${near}`, { start, end: start + name.length }, near)];
}

function flagFix(flag: string, { step, analysis }: Place): readonly Fix[] {
  const known = Object.keys(instructionKind(step?.step.keyword ?? "")?.flags ?? {});
  const near = nearest(flag, known);
  const own = step?.step.instruction.flags.find(({ name }) => name === flag);
  if (near === null || step === undefined || own === undefined) return [];
  const start = startOf(analysis.graph, step.place) + own.range.start + "--".length;
  return [edited(say`Replace with ${`--${near}`}`, { start, end: start + flag.length }, near)];
}

function destinationFix({ analysis, step }: Place): readonly Fix[] {
  const word = step?.step.instruction.args.at(-1);
  if (step === undefined || word === undefined) return [];
  const { start, end } = rangeAt(startOf(analysis.graph, step.place), word.range);
  const quote = /["']$/.test(analysis.input.dockerfile.text.slice(start, end)) ? 1 : 0;
  const at = end - quote;
  return [edited(say`End the folder with a slash`, { start: at, end: at }, "/")];
}

function addFix({ analysis, step }: Place): readonly Fix[] {
  if (step === undefined || step.step.instruction.flags.length > 0) return [];
  const { keywordRange } = step.step.instruction;
  const range = rangeAt(startOf(analysis.graph, step.place), keywordRange);
  return [edited(say`Use ADD, which takes a URL`, range, takesUrls)];
}

/** Of words without quotes: what the shell would make of those is another question. */
function arrayFix(code: "not-json" | "broken-exec-form", place: Place): readonly Fix[] {
  const { analysis } = place;
  const range = code === "not-json" ? rangeOfArgs(place) : place.range;
  if (range === null) return [];
  const written = analysis.input.dockerfile.text.slice(range.start, range.end);
  const words =
    nearJsonWords(written) ?? (/["'\\[\]\n]/.test(written) ? null : written.split(/\s+/));
  if (words === null) return [];
  const array = `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;
  return [edited(say`Write it as a JSON array`, range, array)];
}

function rangeOfArgs({ analysis, step }: Place): TextRange | null {
  const args = step?.step.instruction.args ?? [];
  const [first, last] = [args[0], args.at(-1)];
  if (step === undefined || first === undefined || last === undefined) return null;
  const range = { start: first.range.start, end: last.range.end };
  return rangeAt(startOf(analysis.graph, step.place), range);
}

/** Numbers and the like in an array, as they are written. */
function stringsFix({ analysis, step }: Place): readonly Fix[] {
  if (step === undefined) return [];
  const { instruction } = step.step;
  const start = startOf(analysis.graph, step.place);
  const { text } = analysis.input.dockerfile;
  const open = text.indexOf("[", start + instruction.keywordRange.end);
  const range = { start: open, end: start + instruction.range.end };
  const written = text.slice(range.start, range.end);
  const mended = written.replaceAll(/"(?:[^"\\]|\\.)*"|[\w.+-]+/g, (word) =>
    word.startsWith('"') ? word : `"${word}"`,
  );
  const isMended = open >= 0 && !written.includes("\n") && isStrings(mended);
  return isMended ? [edited(say`Put all values in double quotes`, range, mended)] : [];
}

function isStrings(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) && value.every((one) => typeof one === "string");
  } catch {
    return false;
  }
}

/** Where quotes would be part of the value. */
function unquoteFix(
  code: "bad-stage-name" | "escape-invalid",
  { analysis, range }: Place,
): readonly Fix[] {
  const written = analysis.input.dockerfile.text.slice(range.start, range.end);
  const [, , inner = ""] = /^(["'])(.*)\1$/.exec(written) ?? [];
  const fits = code === "escape-invalid" ? /^[\\`]$/ : /^[a-z][a-z0-9-_.]*$/i;
  return fits.test(inner) ? [edited(say`Take the quotes away`, range, inner)] : [];
}

function commandFix({ analysis, step }: Place): readonly Fix[] {
  if (step === undefined) return [];
  const { keywordRange, flags } = step.step.instruction;
  const end = flags.at(-1)?.range.end ?? keywordRange.end;
  const at = startOf(analysis.graph, step.place) + end;
  return [edited(say`Put CMD before the command`, { start: at, end: at }, " CMD")];
}

function frontendFix({ analysis }: Place): readonly Fix[] {
  const { directives } = analysis.input.dockerfile;
  if (directives.some(({ name }) => name === "syntax")) return [];
  const line = "# syntax=docker/dockerfile:1";
  return [edited(say`Begin with the line ${line}`, { start: 0, end: 0 }, `${line}\n`)];
}

/** Of the directive, with its line end. */
function wholeLine({ analysis, range }: Place): TextRange {
  const { text } = analysis.input.dockerfile;
  const start = text.lastIndexOf("\n", range.start - 1) + 1;
  const feed = text.indexOf("\n", range.start);
  return { start, end: feed < 0 ? text.length : feed + 1 };
}

/** Of two lines of which one stands right below the other. */
function joinFix(line: number, { analysis, step }: Place): readonly Fix[] {
  const above = step === undefined ? undefined : analysis.steps[step.place.index - 1];
  if (step === undefined || above?.place.line !== line) return [];
  const [upper, lower] = [above.step.instruction, step.step.instruction];
  const { text, escape: continuation } = analysis.input.dockerfile;
  const start = startOf(analysis.graph, above.place) + upper.range.end;
  const begin = startOf(analysis.graph, step.place);
  const [command] = lower.args;
  const isPlain = [upper, lower].every(
    ({ flags, heredocs, json }) => flags.length + heredocs.length === 0 && !json,
  );
  // What stands between them, a comment say, would be lost.
  if (command === undefined || !isPlain || text.slice(start, begin).trim() !== "") return [];
  const range = { start, end: begin + command.range.start };
  return [edited(say`Join both lines`, range, ` && ${continuation}\n    `)];
}

function ignoring(name: string): Fix {
  return { title: say`Add ${name} to the ignore file`, change: { kind: "ignore", line: name } };
}

function exception(source: string): Fix {
  const line = `!${source.replace(/^\.?\/+/, "")}`;
  return { title: say`Add ${line} to the ignore file`, change: { kind: "ignore", line } };
}

/** What git can be told is told to git, the rest to the file system. */
function modeFix({ path, mode, inCheckout }: OtherMode): Fix {
  const owner = 0o100;
  const isRun = (mode & owner) !== 0;
  const file = shellWord(path);
  const line =
    isRun === ((inCheckout & owner) !== 0)
      ? `chmod ${inCheckout.toString(8)} ${file}`
      : `git update-index --chmod=${isRun ? "+" : "-"}x ${file}`;
  return { title: say`Put ${line} into a terminal`, change: { kind: "command", line } };
}

function shellWord(path: string): string {
  return /^[\w./@+,:=-]+$/.test(path) && !path.startsWith("-")
    ? path
    : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
