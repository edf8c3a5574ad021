/** Compares a prediction with what the engine decided, decision by decision. */

import type { Analysis } from "../../../server/src/core/analysis/analyse.js";
import { mayBeNothing } from "../../../server/src/core/cache/openPart.js";
import { keyOf } from "../../../server/src/core/cache/predict.js";
import type { SimulationJson, StepJson } from "../../../server/src/core/documents/simulation.js";
import type { BuildRecord, FailureRecord, StepRecord } from "./recording.js";
import { folderLayers, type Simulation } from "./simulate.js";

export interface Comparison {
  /** Steps whose prediction could be held against the engine's decision. */
  readonly steps: number;
  /** The steps that were predicted as unknown. */
  readonly unknown: readonly UnknownStep[];
  readonly wrongSteps: number;
  /** Other things compared: layer count, history, config, verdict, named files. */
  readonly facts: number;
  readonly wrong: readonly string[];
}

export interface UnknownStep {
  /** Of the cause that makes it unknown. */
  readonly code: string;
  /** The step, the cause and what the engine decided, in words. */
  readonly text: string;
}

export interface ComparisonInput {
  readonly recorded: BuildRecord;
  readonly simulated: Simulation;
  /**
   * Paths below the context that differ from the build before. null: there was none, or the
   * Dockerfile, an ignore file or a link changed too, so that other files are meant.
   */
  readonly changedPaths: ReadonlySet<string> | null;
  /** Keys of steps of which nobody can foresee whether a failing build before has kept them. */
  readonly unsure: ReadonlySet<string>;
  /** False for an engine that tells nothing of what an ONBUILD runs. */
  readonly tellsTriggers: boolean;
}

export function compareBuild(input: ComparisonInput): Comparison {
  const { recorded, simulated, unsure } = input;
  const wrong: string[] = [];
  const steps = comparePredictions(input, wrong);
  const wrongSteps = wrong.length;
  let facts = compareVerdict(recorded, simulated, wrong);
  if (recorded.image !== null && simulated.failures.length === 0) {
    facts += compareImage(recorded.image, simulated, wrong);
  }
  if (!isAnyUnsure(simulated, unsure)) facts += compareNamedFiles(input, wrong);
  return { ...steps, wrongSteps, facts, wrong };
}

/**
 * The same where nothing is known of the base image: what the image is to be like is then not told as a
 * whole, and neither is each failure.
 */
export function compareBesideBase(input: ComparisonInput): Comparison {
  const { recorded, simulated } = input;
  const wrong: string[] = [];
  const steps = comparePredictions(input, wrong);
  const wrongSteps = wrong.length;
  const facts = recorded.failure === null ? compareVerdict(recorded, simulated, wrong) : 0;
  return { ...steps, wrongSteps, facts, wrong };
}

/** A failure that turns on what a command does, or on what a registry holds. */
export function isUnforeseeable({ message }: FailureRecord): boolean {
  return /registry cannot be reached|did not complete successfully|returned a non-zero code|resolve source metadata|repository does not exist|failed to do request|connection refused|secret \S+: not found|pull access denied|failed to create task|no such host|server misbehaving|no such user|no such group|unable to find (?:user|group)|failed to copy files|digest mismatch|invalid response status|failed to GET|cannot copy to non-directory|not a directory/i.test(
    message,
  );
}

/** The keys of the steps as the cache is searched for them, in the order of the JSON's steps. */
export function keysOfSteps({ analysis }: Simulation): readonly (string | null)[] {
  return analysis === null ? [] : analysis.steps.map(({ keyed }) => keyOf(analysis.keys, keyed));
}

/** True when a step counts as cached for what a failing build may have left. */
export function isAnyUnsure(simulated: Simulation, unsure: ReadonlySet<string>): boolean {
  if (unsure.size === 0) return false;
  const keys = keysOfSteps(simulated);
  return simulated.json.steps.some(
    ({ prediction }, index) => prediction === "hit" && unsure.has(keys[index] ?? ""),
  );
}

function comparePredictions(
  { recorded, simulated, unsure, tellsTriggers }: ComparisonInput,
  wrong: string[],
): { steps: number; unknown: readonly UnknownStep[] } {
  const { json } = simulated;
  let steps = 0;
  const unknown: UnknownStep[] = [];
  const keys = keysOfSteps(simulated);
  const keyIn = (step: StepJson): string | null => keys[json.steps.indexOf(step)] ?? null;
  const seen = new Set<StepJson>();
  // When both fail before a step runs there is nothing to compare; a parse error has no steps.
  const parseFailed = recorded.failure !== null && recorded.steps.length === 0;
  for (const step of recorded.steps) {
    const [line, keyword, outcome] = step;
    const found = findStep(json, step, seen);
    if (found !== null) seen.add(found);
    if (outcome === "failed" || outcome === "not reached") continue;
    if (found === null) {
      wrong.push(
        `line ${line} ${keyword}: the engine has it ${outcome}, the prediction has no such step`,
      );
      continue;
    }
    const expected = outcome === "cached" ? "hit" : "miss";
    // When a build of BuildKit fails, steps that are under way are reported as cached as well.
    const isUnclear = recorded.failure !== null && json.builder === "buildkit";
    if (isUnclear && outcome === "cached" && found.prediction !== "hit") continue;
    const isUnsure = unsure.has(keyIn(found) ?? "");
    if (isUnsure && found.prediction === "hit" && expected === "miss") continue;
    steps++;
    if (found.prediction === "unknown") {
      unknown.push({
        code: codeOf(found, simulated),
        text: `line ${line} ${keyword}: ${found.cause?.message ?? ""} The engine: ${outcome}`,
      });
      if (!mayBeUnknown(found)) {
        wrong.push(
          `line ${line} ${keyword}: unknown (${found.cause?.code}), the engine: ${outcome}`,
        );
      }
    } else if (found.prediction !== expected) {
      const why = found.cause === null ? "" : ` (${found.cause.code}: ${found.cause.message})`;
      wrong.push(
        `line ${line} ${keyword}: predicted ${found.prediction}${why}, the engine: ${outcome}`,
      );
    }
  }
  if (recorded.failure === null && !parseFailed) {
    const seenKeys = new Set([...seen].map(keyIn));
    for (const step of json.steps) {
      if (!step.built || step.prediction === null || seen.has(step)) continue;
      if (step.trigger && !tellsTriggers) continue;
      // A directory of which only the image can tell that it is the root, where there is nothing to do.
      const of = simulated.analysis?.steps[json.steps.indexOf(step)]?.step;
      if (of !== undefined && mayBeNothing(of)) continue;
      // Of equal steps, which run once, an older BuildKit tells one.
      if (json.builder === "buildkit" && seenKeys.has(keyIn(step))) continue;
      wrong.push(
        `line ${step.line} ${step.instruction}: predicted ${step.prediction}, the engine has no such step`,
      );
    }
  }
  return { steps, unknown };
}

/** A step that is as open as the one below it, and no more, is told apart. */
function codeOf(step: StepJson, { json, analysis }: Simulation): string {
  const [cause] = analysis?.steps[json.steps.indexOf(step)]?.prediction.causes ?? [];
  const isOnOther = cause?.code === "stage-output-unknown" && cause.from.kind === "step";
  return isOnOther ? "earlier-step" : (step.cause?.code ?? "");
}

function findStep(
  json: SimulationJson,
  [line, keyword]: StepRecord,
  seen: ReadonlySet<StepJson>,
): StepJson | null {
  const trigger = keyword.startsWith("ONBUILD ");
  const word = trigger ? keyword.slice("ONBUILD ".length) : keyword;
  return (
    json.steps.find(
      (step) =>
        step.trigger === trigger &&
        step.built &&
        !seen.has(step) &&
        step.instruction === word &&
        // Provenance points a trigger at the FROM of the child or at the ONBUILD of the parent.
        (trigger ? step.prediction !== null : step.line === line),
    ) ?? null
  );
}

/** Only what turns on bytes that a command of an earlier stage makes, or on something remote. */
function mayBeUnknown(step: StepJson): boolean {
  const allowed = [
    ...["stage-output-unknown", "remote-unknown", "earlier-step", "cut-short"],
    ...["files-perhaps-sent", "base-variable-unknown", "base-perhaps-changed"],
  ];
  return step.causes.every(({ code }) => allowed.includes(code));
}

function compareVerdict(recorded: BuildRecord, simulated: Simulation, wrong: string[]): number {
  const [first] = simulated.failures;
  if (recorded.failure === null) {
    if (first !== undefined) {
      wrong.push(`line ${first.line}: predicted to fail (${first.message}), the engine builds it`);
    }
    return 1;
  }
  if (isUnforeseeable(recorded.failure) && !isKnownObstacle(recorded.failure, simulated)) return 0;
  const { line, message } = recorded.failure;
  const isForeseen =
    line === null
      ? first !== undefined
      : simulated.failures.some((f) => isSameLine(f.line, line, simulated));
  // Of several failures an engine tells the one that it meets first.
  if (isForeseen || isOutputMissing(recorded.failure, simulated)) return isForeseen ? 1 : 0;
  if (first === undefined)
    wrong.push(`line ${line}: the engine fails (${message}), no failure predicted`);
  else {
    wrong.push(
      `line ${first.line}: predicted to fail (${first.message}), the engine fails on line ${line} (${message})`,
    );
  }
  return 1;
}

/**
 * A file in the way of a folder, or a command without a program, in a stage that starts empty, and runs
 * and takes nothing: all of it is known.
 */
function isKnownObstacle({ line, message }: FailureRecord, { json }: Simulation): boolean {
  if (!/non-directory|not a directory|did not complete successfully/.test(message)) return false;
  const mayHoldMore = ({ line: own, instruction, text }: StepJson): boolean =>
    (instruction === "RUN" && own !== line) || /--from=|--mount=/.test(text);
  const stageOf = (index: number) => json.steps.filter((step) => step.stageIndex === index);
  let index = json.steps.find((step) => step.line === line)?.stageIndex ?? -1;
  while (index >= 0) {
    const [from, ...steps] = stageOf(index);
    if (from === undefined || steps.some(mayHoldMore)) return false;
    const base = from.text.split(/\s+/)[1];
    if (base === "scratch") return true;
    // A stage may have the name of its own base: what it continues stands above it.
    const above = index;
    index =
      json.steps.findLast(({ stage, stageIndex }) => stageIndex < above && stage === base)
        ?.stageIndex ?? -1;
  }
  return false;
}

/** The engine names the first line of an instruction; a finding may stand at the very word. */
function isSameLine(predicted: number | null, actual: number, { json }: Simulation): boolean {
  if (predicted === actual || predicted === null) return predicted === actual;
  const isOneInstruction = json.steps.some(
    (step) =>
      step.line <= Math.min(predicted, actual) && Math.max(predicted, actual) <= step.endLine,
  );
  // A finding in what an ONBUILD runs stands at the ONBUILD, the engine names the FROM that runs it; an
  // older one reads it as a text of its own, and names line 1 of that.
  const isTrigger =
    (actual === 1 || json.steps.some(({ trigger, line }) => trigger && line === actual)) &&
    json.steps.some(({ instruction, line }) => instruction === "ONBUILD" && line === predicted);
  return isOneInstruction || isTrigger;
}

/** A file that a stage's commands might have made, or its image might hold, turns out not to be there. */
function isOutputMissing({ line }: FailureRecord, { json }: Simulation): boolean {
  const failing = json.steps.find((step) => step.line === line);
  if (failing === undefined || !/\bfrom=/.test(failing.text)) return false;
  return json.steps.some(
    ({ instruction, text, stageIndex }) =>
      stageIndex < failing.stageIndex &&
      (instruction === "RUN" || (instruction === "FROM" && !/^FROM\s+scratch\b/i.test(text))),
  );
}

function compareImage(
  recorded: NonNullable<BuildRecord["image"]>,
  simulated: Simulation,
  wrong: string[],
): number {
  const { json, history, analysis } = simulated;
  // The classic builder keeps no layer of a command that changes no file, which nobody can foresee.
  const mayBeEmpty = (index: number) =>
    (json.builder === "classic" && history[index]?.keyword === "RUN") || mayBringLayers(analysis);
  const layers =
    json.image.layers.filter(({ instruction }) => instruction !== "FROM").length +
    folderLayers(simulated);
  const real = recorded.history;
  if (history.length !== real.length) {
    const names = history.map(({ keyword }) => keyword).join(" ");
    const entries = real.map(([text]) => text).join(" | ");
    wrong.push(
      `history: ${history.length} entries predicted (${names}), the image has ${real.length} (${entries})`,
    );
  } else {
    const emptied = real.filter(([, layer], index) => layer === "none" && mayBeEmpty(index)).length;
    // Where a RUN may bring its layers along, the image may have fewer, or the history call one empty.
    if (layers !== recorded.layers + emptied && !mayBringLayers(analysis)) {
      wrong.push(`${layers} layers predicted, the image has ${recorded.layers}`);
    }
    real.forEach(([text, layer], index) => {
      const entry = history[index];
      if (entry === undefined || entry.layer === (layer !== "none") || mayBeEmpty(index)) return;
      const claim = entry.layer ? "a layer" : "no layer";
      wrong.push(
        `line ${entry.line} ${entry.keyword}: predicted ${claim}, history: ${layer} (${text})`,
      );
    });
  }
  const predicted = comparable(json.image.config);
  const actual = comparable(recorded.config);
  for (const field of configFields) {
    const [left, right] = [JSON.stringify(predicted[field]), JSON.stringify(actual[field])];
    if (left !== right)
      wrong.push(`config ${field}: predicted ${left ?? "none"}, the image has ${right ?? "none"}`);
  }
  return 2 + configFields.length;
}

/** A step that is found by the content below it comes with the layers that it was made on. */
export function mayBringLayers(analysis: Analysis | null): boolean {
  return (
    analysis?.steps.some(
      ({ keyed, prediction }) => keyed.isByContent && prediction.kind === "unknown",
    ) === true
  );
}

const configFields = [
  "Env",
  "Cmd",
  "Entrypoint",
  "WorkingDir",
  "User",
  "ExposedPorts",
  "Volumes",
  "Labels",
  "Healthcheck",
  "StopSignal",
  "Shell",
  "OnBuild",
] as const;

/** Without what is empty, and with the keys of every object in one order. An empty CMD stays: it is one. */
function comparable(config: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(config).flatMap(([field, value]: [string, unknown]) => {
      if (value === null || value === "" || value === false) return [];
      const isList = Array.isArray(value);
      if (isList && value.length === 0 && field !== "Cmd" && field !== "Entrypoint") return [];
      if (isList || typeof value !== "object") return [[field, value]];
      const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
      return entries.length === 0 ? [] : [[field, Object.fromEntries(entries)]];
    }),
  );
}

/** The files that a cause names did change, and something is named. */
function compareNamedFiles(
  { simulated, changedPaths, recorded }: ComparisonInput,
  wrong: string[],
): number {
  if (changedPaths === null || recorded.failure !== null) return 0;
  let facts = 0;
  for (const step of simulated.json.steps) {
    if (step.cause?.code !== "context-content-changed") continue;
    facts++;
    const unchanged = step.cause.paths.filter((name) => !changedPaths.has(name));
    if (step.cause.paths.length === 0) wrong.push(`line ${step.line}: no file is named`);
    else if (unchanged.length > 0) {
      wrong.push(`line ${step.line}: names ${unchanged.join(", ")}, which did not change`);
    }
  }
  return facts;
}
