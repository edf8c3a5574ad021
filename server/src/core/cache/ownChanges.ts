/** What changed in a step itself since the build before: its words, its files, the values it sees. */
import { compareManifests } from "../context/manifest.js";
import {
  type BuildGraph,
  lineOf,
  placeOf,
  refOf,
  type Step,
  type StepRef,
  stageOfStep,
} from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import type { Digest } from "../host.js";
import { instructionKind } from "../instructions/index.js";
import type { Setting } from "../instructions/kind.js";
import { variableReferences } from "../syntax/expand.js";
import { stepText } from "./align.js";
import type { ChangedValues, ValueChange } from "./changedValues.js";
import { facetsOf } from "./definition.js";
import { type InputName, isSameName } from "./inputName.js";
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
  if (!areSameNames(documents(keyed.inputs), documents(before.inputs))) changed.add("document");
  // Equal files at another place make no other key: the place counts where nothing else is found.
  const isMoved =
    isElsewhere &&
    files.length === 0 &&
    !areSameNames(keyed.inputs.slice(1), before.inputs.slice(1));
  if (isMoved) changed.add("places");
  const causes: Cause[] = [];
  if (isEdited && changed.size > 0) {
    causes.push({ code: "instruction-changed", at: refOf(comparison.graph, keyed.step) });
  }
  causes.push(...files, ...optionChanges(refOf(comparison.graph, keyed.step), changed, isEdited));
  if (changed.size > 0) causes.push(...valueChanges(comparison, keyed, before, changed, isEdited));
  return causes;
}

/** The inputs that are documents in the Dockerfile itself. */
function documents(inputs: readonly InputName[]): readonly InputName[] {
  return inputs.filter(({ kind }) => kind === "inline");
}

function areSameNames(a: readonly InputName[], b: readonly InputName[]): boolean {
  return a.length === b.length && a.every((name, at) => isSameName(name, b[at]));
}

/** Where the sources themselves are others than before, files that came or went say nothing. */
function fileChanges(
  { graph, baseline, digest }: Comparison,
  keyed: KeyedStep,
  before: StepRecord,
  isElsewhere: boolean,
): readonly Cause[] {
  const [context] = keyed.context;
  const recorded = before.manifest === null ? null : baseline.manifest(before.manifest);
  if (context?.manifest === null || context === undefined || recorded === null) return [];
  const found = compareManifests(recorded, context.manifest, digest);
  const changes: readonly PathChange[] = [
    ...found.contentChanged.map((path) => ({ path, how: "changed" as const })),
    ...(isElsewhere ? [] : found.added).map((path) => ({ path, how: "added" as const })),
    ...(isElsewhere ? [] : found.removed).map((path) => ({ path, how: "removed" as const })),
    ...found.modeChanged.map((path) => ({ path, how: "mode" as const })),
  ];
  if (changes.length === 0) return [];
  return [{ code: "context-content-changed", at: refOf(graph, keyed.step), changes }];
}

/** The network is the RUN's own matter as well: an edited one has said it. */
function optionChanges(
  at: StepRef,
  changed: ReadonlySet<string>,
  isEdited: boolean,
): readonly Cause[] {
  return options.flatMap(({ facet, option }): readonly Cause[] =>
    changed.has(facet) && !(isEdited && option === "network")
      ? [{ code: "option-changed", at, option }]
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
  if (found.length > 0)
    return found.map((change) => variableCause(graph, change, refOf(graph, step)));
  // Where the step below rebuilds, that is reason enough.
  if (seesAll && keyed.below?.prediction !== "miss")
    return [otherEnvironment(comparison, step, before)];
  const setting = isEdited ? undefined : settings.find(([facet]) => changed.has(facet))?.[1];
  if (setting === undefined) return [];
  const setter = lastThatSets(setting, graph, step);
  const at = setter === undefined ? null : refOf(graph, setter);
  return [{ code: "value-changed", at, changed: { kind: "setting", setting } }];
}

/** The variables that a step's own text refers to. */
function usedNames({ instruction, text }: Step): ReadonlySet<string> {
  const bodies = instruction.heredocs.flatMap((doc) => (doc.expand ? [doc.content] : []));
  return new Set(
    [text, ...bodies].flatMap((part) => variableReferences(part, "\\").map(({ name }) => name)),
  );
}

/** @param own the step that sees the variable */
function variableCause(graph: BuildGraph, { name, how, at }: ValueChange, own: StepRef): Cause {
  const isOwn = lineOf(graph, at) === lineOf(graph, own);
  return {
    code: "value-changed",
    at: at ?? own,
    changed: { kind: "variable", name, how, setIn: isOwn ? null : at },
  };
}

/** No value is another one, and yet the list is: by its order, or by what the base image sets. */
function otherEnvironment({ graph, values }: Comparison, step: Step, before: StepRecord): Cause {
  if (values.isReordered(step, before)) {
    return { code: "value-changed", at: refOf(graph, step), changed: { kind: "order" } };
  }
  const from = lineage(graph, stageOfStep(graph, step))[0]?.steps[0];
  const at = from === undefined ? null : refOf(graph, from);
  return { code: "base-changed", at, changed: "variables" };
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
  const { index } = placeOf(graph, step);
  return lineage(graph, stageOfStep(graph, step))
    .flatMap(({ steps }) => steps)
    .findLast(
      (other) =>
        placeOf(graph, other).index < index && instructionKind(other.keyword)?.setting === setting,
    );
}
