/** What changed in a step itself since the build before: its words, its files, the values it sees. */
import type { FileTree } from "../context/fileTree.js";
import { compareManifests } from "../context/manifest.js";
import type { ContextInput } from "../files/contextInput.js";
import { type BuildGraph, lineOf, type Step, type StepRef, stageAt } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import { RememberedByObjects } from "../graph/remembered.js";
import type { Digest } from "../host.js";
import { instructionKind } from "../instructions/index.js";
import type { Setting } from "../instructions/kind.js";
import { variableReferences } from "../syntax/expand.js";
import { stepText } from "./align.js";
import type { ChangedValues, ValueChange } from "./changedValues.js";
import { type Facets, facetsOf } from "./definition.js";
import { type InputName, isSameName } from "./inputName.js";
import type { OpenName } from "./openName.js";
import { inputNames, type KeyedStep, type Keys, keyedAt } from "./predict.js";
import type { Cause, ChangedOption, ChangedPart, PathChange } from "./prediction.js";
import type { Baseline, StepRecord } from "./records.js";

export interface Comparison {
  readonly graph: BuildGraph;
  readonly keys: Keys;
  readonly baseline: Baseline;
  /** null: there was no build. */
  readonly values: ChangedValues | null;
  readonly digest: Digest;
  /** The files of a build context; `folder` null: the main one. null: they are not known. */
  readonly treeOf: (folder: string | null) => FileTree | null;
}

export interface OwnChanges {
  /** First cause first. */
  readonly causes: readonly Cause[];
  /** True where they follow from the step alone, whatever is set above it. */
  readonly isOfStep: boolean;
}

/** True where nothing of the step itself changed. Asked of all below one that rebuilds: it lists nothing. */
export function isUnchanged(
  { definition, context, outcome }: KeyedStep,
  { facets, inputs }: StepRecord,
  digest: Digest,
): boolean {
  return (
    context.length === 0 &&
    !outcome.names.some(isDocument) &&
    !inputs.some(isDocument) &&
    areSameFacets(facetsOf(definition, digest), facets)
  );
}

function areSameFacets(own: Facets, before: Facets): boolean {
  if (own === before) return true;
  for (const name in own) if (own[name] !== before[name]) return false;
  return true;
}

/** Ask for the steps in the file's order. */
export function ownChanges(
  comparison: Comparison,
  keyed: KeyedStep,
  before: StepRecord,
): OwnChanges {
  const { digest } = comparison;
  const at: StepRef = { stage: keyed.stage, nth: keyed.nth };
  const changed = new Set(
    Object.entries(facetsOf(keyed.definition, digest)).flatMap(([name, value]) =>
      before.facets[name] === value ? [] : [name],
    ),
  );
  const isEdited = stepText(keyed.step, digest) !== before.text;
  const isElsewhere = changed.delete("places");
  const files = fileChanges(comparison, keyed, before, isElsewhere);
  if (!areSameNames(documents(keyed.outcome.names), documents(before.inputs)))
    changed.add("document");
  // Equal files at another place make no other key: the place counts where nothing else is found.
  const isMoved =
    isElsewhere &&
    files.length === 0 &&
    !areSameNames(inputNames(comparison.keys, keyed).slice(1), before.inputs.slice(1));
  if (isMoved) changed.add("places");
  const causes: Cause[] = [];
  if (isEdited && changed.size > 0) {
    const parts = namedParts.filter((part) => changed.has(part));
    causes.push({ code: "instruction-changed", at, parts });
  }
  causes.push(...files, ...optionChanges(at, changed, isEdited));
  if (changed.size > 0) causes.push(...valueChanges(comparison, keyed, before, changed, isEdited));
  // Whether a file is gone or hidden, the ignore file says, and not the step.
  const isByIgnoreFile = files.some(
    (cause) =>
      cause.code === "context-content-changed" &&
      cause.changes.some(({ how }) => how === "removed" || how === "hidden"),
  );
  return { causes, isOfStep: changed.size === 0 && !isElsewhere && !isByIgnoreFile };
}

const namedParts: readonly ChangedPart[] = [
  ...(["command", "sources", "destination", "owner", "mode"] as const),
  ...(["mounts", "network", "security"] as const),
];

/** The inputs that are documents in the Dockerfile itself. */
function documents(inputs: readonly OpenName[]): readonly InputName[] {
  return inputs.filter(isDocument);
}

function isDocument(name: OpenName): name is Extract<InputName, { kind: "inline" }> {
  return name.kind === "inline";
}

function areSameNames(a: readonly InputName[], b: readonly InputName[]): boolean {
  return a.length === b.length && a.every((name, at) => isSameName(name, b[at]));
}

/** Where the sources themselves are others than before, files that came or went say nothing. */
function fileChanges(
  comparison: Comparison,
  keyed: KeyedStep,
  before: StepRecord,
  isElsewhere: boolean,
): readonly Cause[] {
  const [context] = keyed.context;
  if (context === undefined) return [];
  const found = foundSince(context, before, comparison.baseline);
  if (found.length > 0) {
    const at: StepRef = { stage: keyed.stage, nth: keyed.nth };
    const changes = found.map((path) => ({ path, how: "added" as const }));
    return [{ code: "context-content-changed", at, changes }];
  }
  return manifestChanges(comparison, keyed, before, context, isElsewhere);
}

/** What the step failed for in the build before, and finds now. */
function foundSince(
  { selection, folder }: ContextInput,
  before: StepRecord,
  { build }: Baseline,
): readonly string[] {
  if (build?.failure?.line !== before.line) return [];
  return build.failure.missing.flatMap((one) =>
    one.folder === folder && !selection.problems.some(({ path }) => path === one.path)
      ? [one.path]
      : [],
  );
}

function manifestChanges(
  { baseline, digest, treeOf }: Comparison,
  keyed: KeyedStep,
  before: StepRecord,
  context: ContextInput,
  isElsewhere: boolean,
): readonly Cause[] {
  const recorded = before.manifest === null ? null : baseline.manifest(before.manifest);
  if (context.manifest === null || recorded === null) return [];
  const found = compareManifests(recorded, context.manifest, digest);
  const changes: readonly PathChange[] = [
    ...found.contentChanged.map((path) => ({ path, how: "changed" as const })),
    ...(isElsewhere ? [] : found.added).map((path) => ({ path, how: "added" as const })),
    ...(isElsewhere ? [] : removals(found.removed, treeOf(context.folder))),
    ...found.modeChanged.map((path) => ({ path, how: "mode" as const })),
  ];
  if (changes.length === 0) return [];
  return [{ code: "context-content-changed", at: { stage: keyed.stage, nth: keyed.nth }, changes }];
}

/** A file that is not taken any more is gone, or hidden by the ignore file. */
function removals(paths: readonly string[], tree: FileTree | null): readonly PathChange[] {
  if (tree === null) return paths.map((path) => ({ path, how: "removed" }));
  return removed.get([paths, tree], () =>
    paths.map((path) => ({ path, how: tree.isIgnored(path) ? "hidden" : "removed" })),
  );
}

const removed = new RememberedByObjects<readonly PathChange[]>();

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
  { facet: "limits", option: "ulimit" },
  { facet: "cgroupParent", option: "cgroup-parent" },
  { facet: "hostname", option: "build-arg BUILDKIT_SANDBOX_HOSTNAME" },
  { facet: "time", option: "build-arg SOURCE_DATE_EPOCH" },
  { facet: "cacheNamespace", option: "build-arg BUILDKIT_CACHE_MOUNT_NS" },
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
  const at: StepRef = { stage: keyed.stage, nth: keyed.nth };
  const seesAll = changed.has("environment");
  if (!seesAll && isEdited) return [];
  const names = seesAll ? null : usedNames(keyed.step);
  const found = values?.before(keyed, before, names, namedValues) ?? [];
  if (found.length > 0) return found.map((change) => variableCause(graph, change, at));
  // Where the step below rebuilds, that is reason enough.
  if (seesAll && keyedAt(comparison.keys, keyed.below)?.prediction !== "miss")
    return [otherEnvironment(comparison, at, before)];
  const setting = isEdited ? undefined : settings.find(([facet]) => changed.has(facet))?.[1];
  if (setting === undefined) return [];
  const setter = lastThatSets(setting, graph, at);
  return [{ code: "value-changed", at: setter, changed: { kind: "setting", setting } }];
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
function otherEnvironment({ graph, values }: Comparison, at: StepRef, before: StepRecord): Cause {
  if (values?.isReordered(at, before) === true)
    return { code: "value-changed", at, changed: { kind: "order" } };
  const [first] = lineage(graph, stageAt(graph, at));
  const from = first === undefined ? null : { stage: first.index, nth: 0 };
  return { code: "base-changed", at: from, changed: "variables" };
}

/** Parts of a definition that another instruction sets. */
const settings: readonly (readonly [facet: string, setting: Setting])[] = [
  ["directory", "directory"],
  ["user", "user"],
  ["command", "shell"],
  ["platform", "platform"],
  ["destination", "directory"],
];

/** The last such instruction before the step, in its stage and those that it continues. */
function lastThatSets(
  setting: Setting,
  graph: BuildGraph,
  { stage, nth }: StepRef,
): StepRef | null {
  for (const { index, steps } of [...lineage(graph, stageAt(graph, { stage }))].reverse()) {
    const above = index === stage ? steps.slice(0, nth) : steps;
    const found = above.findLastIndex(
      ({ keyword }) => instructionKind(keyword)?.setting === setting,
    );
    if (found >= 0) return { stage: index, nth: found };
  }
  return null;
}
