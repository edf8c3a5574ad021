/** What a simulated build leaves behind. */
import { contextPlace, dockerfileName } from "../build/definition.js";
import { formatPlatform } from "../build/platform.js";
import type { FileTree } from "../context/fileTree.js";
import { emptyFolder } from "../context/folder.js";
import { folderDigest } from "../context/folderDigest.js";
import type { Manifest } from "../context/manifest.js";
import { doubt, sendPaths, type Transfer } from "../context/transfer.js";
import { sendsWholeContext } from "../files/requests.js";
import { type BuildGraph, placeOf } from "../graph/graph.js";
import { neededImages } from "../graph/images.js";
import type { Digest } from "../host.js";
import { stepText } from "./align.js";
import { valueDigest } from "./changedValues.js";
import { facetsOf } from "./definition.js";
import { finishedSteps, missingPaths } from "./failedBuild.js";
import type { LoggedBuild } from "./loggedBuild.js";
import { inputNames, type KeyedStep, type Keys, keyOf } from "./predict.js";
import { type CacheRecord, recordedAs, withoutStacked } from "./recordGraph.js";
import { definitionRecord } from "./recordOf.js";
import type { BuildRecord, FailureRecord, LastRun, RunRecord, StepRecord } from "./records.js";

export interface RecordedBuild {
  readonly build: BuildRecord;
  /** Each behind those that it stands on. */
  readonly records: readonly CacheRecord[];
  /** Those of them whose steps may have been cancelled, since the build fails. */
  readonly unsure: ReadonlySet<CacheRecord>;
  /** True when what earlier builds stacked on any of these is not found any more. */
  readonly hidesEarlier: boolean;
  /** By the names that `StepRecord.manifest` uses. */
  readonly manifests: ReadonlyMap<string, Manifest>;
  /** What BuildKit's engine then holds of the context; null: nothing was sent. */
  readonly transfer: Transfer | null;
}

export interface RecordingInput {
  readonly graph: BuildGraph;
  readonly keys: Keys;
  /** The tree that the keys were made from; null: there was no context. */
  readonly tree: FileTree | null;
  readonly digest: Digest;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Of all platforms that are built at once, this one too; absent: it is built alone. */
  readonly together?: readonly Keys[];
  /** What a real build did; absent: none was made. */
  readonly made?: MadeBuild;
}

/** A real build of exactly these steps and files. */
export interface MadeBuild extends Pick<LoggedBuild, "runs" | "result"> {
  /** Steps that took something else in it than what is known here: nothing is known to be cached. */
  readonly otherSince: ReadonlySet<KeyedStep>;
  /** When a step with this key last ran, by earlier records; null: they do not say. */
  readonly lastRun: (key: string) => LastRun | null;
}

/**
 * The build as the builder would have left it: every step that runs is in the cache afterwards.
 * Steps at and above one that fails are left out, as the builders never cache them; those that it
 * need not wait for may have been cancelled. Of a real build that failed, or of which a part is told,
 * those steps are in the cache of which that is known. Values of variables are kept as digests only.
 */
export function recordBuild(input: RecordingInput): RecordedBuild {
  const { graph, keys, digest, made } = input;
  const { definition } = graph;
  const dockerfile = dockerfileName(definition);
  const manifests = new Map<string, Manifest>();
  // An image that is made anew then hides the one that was made before, and what stands on that.
  const replaces = ({ isForced }: KeyedStep): boolean => isForced && graph.rules.takesNewestChild;
  let records: CacheRecord[] = [];
  const byKey = new Map<string | null, CacheRecord>();
  const steps: StepRecord[] = [];
  const hasFinished = made === undefined ? finishedSteps(keys, graph.rules) : hasEnded(made);
  const finished = new Set<CacheRecord>();
  for (const keyed of keys.steps) {
    const { step } = keyed;
    const place = placeOf(graph, step);
    const stage = place.stage === null ? undefined : graph.stages[place.stage];
    if (stage?.isBuilt === false) continue;
    const isRun = keyed.prediction !== null;
    const key = keyOf(keys, keyed);
    const inputs = inputNames(keys, keyed);
    const isLeft = made === undefined || isLeftBy(made, keyed);
    if (isRun && isLeft && keyed.definition !== null) {
      const below = keyed.below === null ? null : (byKey.get(keyOf(keys, keyed.below)) ?? null);
      const record = byKey.get(key) ?? {
        definition: keyed.definition.digest,
        inputs: recordedAs(inputs, below),
      };
      byKey.set(key, record);
      if (hasFinished(keyed)) finished.add(record);
      if (replaces(keyed)) records = [...withoutStacked(records, [record])];
      records.push(record);
    }
    const [context] = keyed.context;
    let manifest: string | null = null;
    if (context?.manifest != null) {
      manifest = manifestName(context.manifest, digest);
      manifests.set(manifest, context.manifest);
    }
    steps.push({
      stage: place.stage,
      stageName: stage?.name ?? null,
      line: place.line,
      keyword: step.keyword,
      text: stepText(step, digest),
      key: isRun ? key : null,
      facets: facetsOf(keyed.definition, digest),
      inputs,
      assignments: step.assignments.map(({ name, value }) => [name, valueDigest(value, digest)]),
      manifest,
      ...(made === undefined || key === null ? {} : { run: runRecord(input, made, keyed, key) }),
    });
  }
  const build: BuildRecord = {
    id: digest(`${input.at}\n${dockerfile}\n${steps.map(({ key }) => key).join("\n")}`).slice(
      0,
      16,
    ),
    at: input.at,
    dockerfile,
    context: contextPlace(definition),
    builder: definition.builder,
    target: definition.target,
    platform: formatPlatform(graph.platform),
    definition: definitionRecord(definition, digest),
    images: neededImages(graph).map(({ reference, platform, image }) => ({
      reference,
      platform,
      isKnown: image !== null,
      digest: image?.origin?.digest ?? null,
    })),
    steps,
    failure: failureOf(graph, keys, made),
    ...(made === undefined ? {} : { result: made.result }),
  };
  const unsure = new Set(records.filter((record) => !finished.has(record)));
  const hidesEarlier = keys.steps.some(replaces);
  return { build, records, unsure, hidesEarlier, manifests, transfer: transferOf(input) };
}

function failureOf(graph: BuildGraph, keys: Keys, made?: MadeBuild): FailureRecord | null {
  const failed = keys.steps.find((keyed) =>
    made === undefined ? keyed.fails : made.runs.get(keyed)?.outcome === "failed",
  );
  if (failed === undefined) return null;
  const { keyword } = failed.step;
  return { line: placeOf(graph, failed.step).line, keyword, missing: missingPaths(failed) };
}

/** True for the steps that a real build may have left in the cache: see `hasEnded`. */
function isLeftBy(made: MadeBuild, keyed: KeyedStep): boolean {
  if (made.otherSince.has(keyed)) return false;
  const outcome = made.runs.get(keyed)?.outcome;
  return outcome === "cancelled" || outcome === "unfinished" || hasEnded(made)(keyed);
}

/** True for those that are there for certain: what was under way may have come to its end, or not. */
function hasEnded({ runs, result }: MadeBuild): (keyed: KeyedStep) => boolean {
  return (keyed) => {
    const outcome = runs.get(keyed)?.outcome;
    // What a build that went well does not tell of stands below what it found.
    if (outcome === undefined) return result === "done";
    return outcome === "cached" || outcome === "ran";
  };
}

function runRecord(
  { at }: RecordingInput,
  { runs, lastRun }: MadeBuild,
  keyed: KeyedStep,
  key: string,
): RunRecord {
  const run = runs.get(keyed);
  const last = run?.outcome === "ran" ? { at, seconds: run.seconds } : lastRun(key);
  return { outcome: run?.outcome ?? null, last };
}

/** Equal for manifests that hold the same, whatever its times are. */
function manifestName({ root, through }: Manifest, digest: Digest): string {
  const parts = [folderDigest(root, digest), ...[...through].sort()];
  return digest(JSON.stringify(parts)).slice(0, 32);
}

/** Where everything is sent at every build, nothing is held. */
function transferOf({ graph, keys, tree, together = [keys] }: RecordingInput): Transfer | null {
  if (tree === null || graph.rules.sendsEverything) return null;
  const steps = together.flatMap((one) => one.steps);
  const writing = steps.filter(mountsContextWritable);
  if (writing.some(({ prediction }) => prediction === "miss")) return emptyFolder;
  const each = together.map(sentPaths);
  const paths = new Set(each.flatMap((own) => [...own]));
  if (paths.size === 0) return null;
  if (keys.steps.some(({ step, prediction }) => prediction !== null && sendsWholeContext(step)))
    paths.add("");
  const sent = sendPaths(tree, paths);
  // As long as a change may have been overlooked nobody knows what is held.
  const isOpen = steps.some(({ context }) =>
    context.some(({ content }) => content.kind === "perhaps-sent"),
  );
  // What one platform sends takes the place of what another has sent, and nobody knows which is the last.
  const isOther = each.some((own) => own.size !== paths.size);
  return writing.length > 0 || isOpen || isOther ? doubt(sent) : sent;
}

function sentPaths({ steps }: Keys): ReadonlySet<string> {
  const paths = new Set<string>();
  for (const { selection, folder } of steps.flatMap(({ context }) => context)) {
    if (folder !== null) continue;
    for (const { path, isWildcard, taken } of selection.sources) {
      if (!isWildcard) paths.add(path);
      else for (const one of taken) paths.add(one.path);
    }
  }
  return paths;
}

/** A command that really runs with a writable mount of the context makes the engine forget it. */
function mountsContextWritable({ step, prediction }: KeyedStep): boolean {
  const { operation } = step;
  if (operation?.kind !== "run" || prediction === null || prediction === "hit") return false;
  return operation.mounts.some(
    ({ type, from, readOnly }) =>
      type === "bind" && from?.kind === "context" && from.folder === undefined && !readOnly,
  );
}
