/** What changed in a step itself since the build before: its words, its files, the values it sees. */
import { compareManifests } from "../context/manifest.js";
import type { BuildGraph, Stage, Step } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import type { Digest } from "../host.js";
import { instructionKind } from "../instructions/index.js";
import type { Setting } from "../instructions/kind.js";
import { variableReferences } from "../syntax/expand.js";
import { stepText } from "./align.js";
import type { ChangedValues, ValueChange } from "./changedValues.js";
import { facetsOf } from "./definition.js";
import type { KeyedStep } from "./predict.js";
import type { Cause, ChangedOption, PathChange } from "./prediction.js";
import type { Baseline, StepRecord } from "./records.js";

export interface Comparison {
  readonly graph: BuildGraph;
  readonly baseline: Baseline;
  readonly values: ChangedValues;
  readonly digest: Digest;
}

/** First cause first. Ask for the steps in the file's order. */
export function ownChanges(
  comparison: Comparison,
  keyed: KeyedStep,
  before: StepRecord,
): readonly Cause[] {
  const { digest } = comparison;
  const changed = new Set(
    Object.entries(facetsOf(keyed.definition, digest)).flatMap(([name, value]) =>
      before.facets[name] === value ? [] : [name],
    ),
  );
  const isEdited = stepText(keyed.step, digest) !== before.text;
  const isElsewhere = changed.delete("places");
  const files = fileChanges(comparison, keyed, before, isElsewhere);
  if (documents(keyed.inputs) !== documents(before.inputs)) changed.add("document");
  // Equal files at another place make no other key: the place counts where nothing else is found.
  const isMoved =
    isElsewhere &&
    files.length === 0 &&
    keyed.inputs.slice(1).join() !== before.inputs.slice(1).join();
  if (isMoved) changed.add("places");
  const causes: Cause[] = [];
  if (isEdited && changed.size > 0) {
    causes.push({ code: "instruction-changed", line: keyed.step.line });
  }
  causes.push(...files, ...optionChanges(keyed, changed, isEdited));
  if (changed.size > 0) causes.push(...valueChanges(comparison, keyed, before, changed, isEdited));
  return causes;
}

/** The inputs that are documents in the Dockerfile itself. */
function documents(inputs: readonly string[]): string {
  return inputs.filter((input) => input.startsWith("inline:")).join();
}

/** Where the sources themselves are others than before, files that came or went say nothing. */
function fileChanges(
  { baseline }: Comparison,
  keyed: KeyedStep,
  before: StepRecord,
  isElsewhere: boolean,
): readonly Cause[] {
  const [context] = keyed.context;
  const recorded = before.manifest === null ? null : baseline.manifest(before.manifest);
  if (context?.manifest === null || context === undefined || recorded === null) return [];
  const found = compareManifests(recorded, context.manifest);
  const changes: readonly PathChange[] = [
    ...found.contentChanged.map((path) => ({ path, how: "changed" as const })),
    ...(isElsewhere ? [] : found.added).map((path) => ({ path, how: "added" as const })),
    ...(isElsewhere ? [] : found.removed).map((path) => ({ path, how: "removed" as const })),
    ...found.modeChanged.map((path) => ({ path, how: "mode" as const })),
  ];
  if (changes.length === 0) return [];
  return [{ code: "context-content-changed", line: keyed.step.line, changes }];
}

/** The network is the RUN's own matter as well: an edited one has said it. */
function optionChanges(
  { step: { line } }: KeyedStep,
  changed: ReadonlySet<string>,
  isEdited: boolean,
): readonly Cause[] {
  return options.flatMap(({ facet, option }): readonly Cause[] =>
    changed.has(facet) && !(isEdited && option === "network")
      ? [{ code: "option-changed", line, option }]
      : [],
  );
}

/** Parts of a definition that an option of the build sets. */
const options: readonly { readonly facet: string; readonly option: ChangedOption }[] = [
  { facet: "network", option: "network" },
  { facet: "hosts", option: "add-host" },
  { facet: "sharedMemory", option: "shm-size" },
];

/** How many variables are named as causes of one step. */
const namedValues = 4;

/** Names the ENV or ARG whose value changed, or the setting of the stage. */
function valueChanges(
  comparison: Comparison,
  keyed: KeyedStep,
  before: StepRecord,
  changed: ReadonlySet<string>,
  isEdited: boolean,
): readonly Cause[] {
  const { graph, values } = comparison;
  const { step } = keyed;
  const seesAll = changed.has("environment");
  if (!seesAll && isEdited) return [];
  const names = seesAll ? null : usedNames(step);
  const found = values.before(step, before, names, namedValues);
  if (found.length > 0) return found.map((change) => variableCause(change, step.line));
  // Where the step below rebuilds, that is reason enough.
  if (seesAll && keyed.below?.prediction !== "miss")
    return [otherEnvironment(comparison, step, before)];
  const setting = isEdited ? undefined : settings.find(([facet]) => changed.has(facet))?.[1];
  if (setting === undefined) return [];
  const line = lastThatSets(setting, graph, step)?.line ?? null;
  return [{ code: "value-changed", line, changed: { kind: "setting", setting } }];
}

/** The variables that a step's own text refers to. */
function usedNames({ instruction, text }: Step): ReadonlySet<string> {
  const bodies = instruction.heredocs.flatMap((doc) => (doc.expand ? [doc.content] : []));
  return new Set(
    [text, ...bodies].flatMap((part) => variableReferences(part, "\\").map(({ name }) => name)),
  );
}

function variableCause({ name, how, line }: ValueChange, own: number): Cause {
  const setIn = line === own ? null : line;
  return {
    code: "value-changed",
    line: line ?? own,
    changed: { kind: "variable", name, how, setIn },
  };
}

/** No value is another one, and yet the list is: by its order, or by what the base image sets. */
function otherEnvironment({ graph, values }: Comparison, step: Step, before: StepRecord): Cause {
  if (values.isReordered(step, before)) {
    return { code: "value-changed", line: step.line, changed: { kind: "order" } };
  }
  const from = lineage(graph, stageOf(graph, step))[0]?.steps[0];
  return { code: "base-changed", line: from?.line ?? null, changed: "variables" };
}

/** Parts of a definition that another instruction sets. */
const settings: readonly (readonly [facet: string, setting: Setting])[] = [
  ["directory", "directory"],
  ["user", "user"],
  ["command", "shell"],
  ["options", "platform"],
  ["destination", "directory"],
];

/** The last such instruction before the step, in its stage and those that it continues. */
function lastThatSets(setting: Setting, graph: BuildGraph, step: Step): Step | undefined {
  return lineage(graph, stageOf(graph, step))
    .flatMap(({ steps }) => steps)
    .findLast(
      ({ index, keyword }) => index < step.index && instructionKind(keyword)?.setting === setting,
    );
}

function stageOf(graph: BuildGraph, { stage }: Step): Stage | null {
  return stage === null ? null : (graph.stages[stage] ?? null);
}
