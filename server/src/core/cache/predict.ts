/**
 * The prediction: walks the stages in order, gives every step the key that it will have, and looks
 * the key up in the records of earlier builds. Where an input turns on bytes that only a build can
 * tell, the answer is `unknown`, and only if a record exists that the step could still hit.
 * Source of the rules: BuildKit, solver/edge.go and llbsolver/ops; moby, image/cache.
 */

import type { ObstacleProblem, Selection, SelectionProblem } from "../context/selection.js";
import { addsLayer, usualDirectories } from "../files/addsLayer.js";
import type { ContextInput } from "../files/contextInput.js";
import { type FilesAt, filesAfter, filesOf, obstacleTo } from "../files/filesAt.js";
import { visibleFrom } from "../files/visibleStages.js";
import type { BuildGraph, Stage, Step } from "../graph/graph.js";
import { sourcesOf } from "../graph/reach.js";
import type { Digest } from "../host.js";
import { type Definition, definitionOf } from "./definition.js";
import { type InputName, nameText } from "./inputName.js";
import { fresh, LookUp, openInputs } from "./lookUp.js";
import type { PredictionKind } from "./prediction.js";
import {
  type Baseline,
  type CacheRecord,
  type NamedInput,
  recordText,
  type Token,
} from "./records.js";
import { baseInput, imageVertex, known, type OpenInput, type StepInput } from "./stepInput.js";
import { type FolderInput, type StageResult, StepInputs } from "./stepInputs.js";

export interface PredictionInput {
  readonly graph: BuildGraph;
  /** null: the context cannot be read; its files are then unknown. */
  readonly context: FolderInput | null;
  /** Those of `--build-context`, by name. */
  readonly folders: ReadonlyMap<string, FolderInput>;
  /** True when the builder runs nothing, because of the file or its context. */
  readonly isRejected: boolean;
  readonly baseline: Baseline;
  readonly digest: Digest;
}

export interface KeyedStep {
  readonly step: Step;
  readonly definition: Definition | null;
  /** The inputs as they are named once everything has been built; the root file system first. */
  readonly inputs: readonly InputName[];
  /** The key once everything has been built; null: the builder runs nothing. */
  readonly key: string | null;
  readonly prediction: PredictionKind | null;
  /** True when it runs whatever the cache holds: the build is asked to, or it is never found there. */
  readonly isForced: boolean;
  readonly context: readonly ContextInput[];
  /** What is wrong with the files that it takes from other stages, by the places of its sources. */
  readonly stageProblems: readonly (SelectionProblem | ObstacleProblem)[];
  readonly open: readonly OpenInput[];
  /** The step below it in the stage that has a key, parents included; null: the base. */
  readonly below: KeyedStep | null;
  /** What a COPY takes; null: not known, or nothing. */
  readonly taken: Selection | null;
  /** The stages that files come from. */
  readonly sources: readonly number[];
  /** True when what is below counts by its content: the step stays cached where that comes out equal. */
  readonly isByContent: boolean;
  /** True when the builder fails at this step. */
  readonly fails: boolean;
  /** False for a step that is known to change no file and then leaves no layer: see `keepsEmptyLayers`. */
  readonly addsLayer: boolean;
}

export interface StageEnd {
  readonly last: KeyedStep | null;
  readonly files: FilesAt;
}

export interface Keys {
  /** In the order of `BuildGraph.steps`. */
  readonly steps: readonly KeyedStep[];
  readonly stages: readonly (StageEnd | null)[];
}

/** The name of a record. */
export function resultKey(digest: Digest): (record: CacheRecord) => string {
  return (record) => digest(recordText(record));
}

/** Gives every step its key and its prediction. Pure; costs O(steps) once contexts are remembered. */
export function predictKeys(input: PredictionInput): Keys {
  const walker = new Walker(input);
  for (const stage of input.graph.stages) walker.walk(stage);
  return { steps: walker.steps(), stages: walker.ends };
}

interface Position {
  name: InputName;
  token: Token;
  /** Why a base is not known; absent: it is, or a step stands on it. */
  open?: OpenInput;
  /** Equal for what BuildKit runs once: see `#content`. */
  vertex: string;
  below: KeyedStep | null;
  /** A step below has failed: nothing above it is built. */
  failed: boolean;
  /** A step below missed: see `stopsLookingAfterMiss`. */
  missed: boolean;
  /** Directories that are known to be there, whatever the commands of the stage did. */
  readonly directories: Set<string>;
  files: FilesAt;
}

/** Of a step that the builder runs nothing for. */
const nothingKnown: NamedInput = { name: { kind: "nothing" }, token: { kind: "any" } };

class Walker {
  readonly ends: (StageEnd | null)[] = [];
  readonly #keyed = new Map<Step, KeyedStep>();
  readonly #ends = new Map<number, Position>();
  readonly #input: PredictionInput;
  readonly #key: (record: CacheRecord) => string;
  readonly #lookUp: LookUp;
  /** See `visibleFrom`. */
  readonly #visible: ReadonlyMap<number, number>;
  /** What each step leaves. */
  readonly #left = new Map<Step, NamedInput>();
  readonly #inputs: StepInputs;

  /** Nothing is run any more: the file was rejected, or a step failed where the builder works in order. */
  #stopped: boolean;

  constructor(input: PredictionInput) {
    this.#input = input;
    this.#stopped = input.isRejected;
    this.#key = resultKey(input.digest);
    this.#lookUp = new LookUp(input.baseline.records, input.graph.rules, this.#key);
    this.#visible = visibleFrom(input.graph);
    const left = (step: Step) => this.#left.get(step) ?? nothingKnown;
    this.#inputs = new StepInputs({ ...input, left }, (index) => this.#resultOf(index));
  }

  #resultOf(index: number): StageResult | null {
    const end = this.ends[index];
    const position = this.#ends.get(index);
    return end == null || position === undefined ? null : position;
  }

  steps(): readonly KeyedStep[] {
    return this.#input.graph.steps.map((step) => this.#keyed.get(step) ?? keyless(step, null));
  }

  walk(stage: Stage): void {
    if (!stage.isBuilt) {
      this.ends.push(null);
      return;
    }
    const position = this.#start(stage);
    const seenFrom = this.#visible.get(stage.index) ?? Number.POSITIVE_INFINITY;
    for (const [place, step] of stage.steps.entries()) {
      const keyed = this.#step(stage, step, position, place >= seenFrom);
      this.#keyed.set(step, keyed);
      if (keyed.key !== null) position.below = keyed;
    }
    this.#ends.set(stage.index, position);
    this.ends.push({ last: position.below, files: position.files });
  }

  #start(stage: Stage): Position {
    const { base, platform } = stage;
    if (base.kind === "stage") {
      const parent = this.#ends.get(base.index);
      const end = this.ends[base.index];
      if (parent !== undefined && end !== null && end !== undefined) {
        return {
          ...parent,
          failed: parent.failed || this.#stopped,
          directories: new Set(parent.directories),
        };
      }
    }
    const open = base.kind === "stage" || base.kind === "scratch" ? null : base;
    const { rules } = this.#input.graph;
    const start = open === null ? known({ kind: "scratch" }) : baseInput(open, platform, rules);
    return {
      ...start,
      vertex: base.kind === "image" ? imageVertex(base, platform) : base.kind,
      below: null,
      failed: this.#stopped || base.kind === "broken",
      missed: false,
      directories: new Set(base.kind === "scratch" ? ["/"] : usualDirectories),
      files: {
        kind: "start",
        origin: open === null ? null : { kind: "base", base: open, platform },
      },
    };
  }

  /** @param isSeen whether anybody sees what the step leaves */
  #step(stage: Stage, step: Step, position: Position, isSeen: boolean): KeyedStep {
    const { digest, graph } = this.#input;
    const { rules } = graph;
    const definition = definitionOf(step, stage, graph.definition, digest);
    if (definition === null) return keyless(step, position.below);
    const others = this.#inputs.of(step, position.vertex);
    const inputs = [rootInput(step, position, others), ...others];
    const inTheWay = this.#inTheWay(step, position, isSeen, others);
    const fails = step.fails || inTheWay.length > 0 || others.some((input) => input.fails === true);
    const names = inputs.map(({ name }) => name);
    const key = this.#key([definition.digest, names]);
    const isForced = step.neverFound || this.#isForced(step);
    const isPast = position.missed && rules.stopsLookingAfterMiss;
    const found = isForced || isPast ? fresh : this.#lookUp.find(definition, inputs, key);
    const { kind, token } = found;
    const keyed: KeyedStep = {
      step,
      definition,
      inputs: names,
      key,
      prediction: fails || position.failed ? null : kind,
      isForced,
      context: others.flatMap(({ context }) => (context === undefined ? [] : [context])),
      stageProblems: [...others.flatMap(({ problems }) => problems ?? []), ...inTheWay],
      open: openInputs(inputs, found),
      below: position.below,
      isByContent: isByContent(step, others),
      sources: sourcesOf(step).flatMap((source) => (source.kind === "stage" ? [source.index] : [])),
      fails,
      addsLayer: addsLayer(
        step,
        rules,
        position.directories,
        others.map(({ context }) => context),
      ),
      taken: others[0]?.taken?.selection ?? null,
    };
    position.name = { kind: "step", key };
    position.token = token;
    delete position.open;
    position.vertex = this.#vertexAfter(keyed, position.vertex);
    if (!fails) this.#lookUp.commit([definition.digest, names]);
    position.failed ||= fails;
    this.#stopped ||= fails && rules.worksInOrder;
    position.missed ||= kind === "miss";
    // A step that runs again may leave the same files: only a hit says what they are.
    const content: Token = kind === "hit" ? token : { kind: "any" };
    this.#left.set(step, { name: position.name, token: content });
    position.files = filesAfter(step, position.files, others[0]?.taken ?? null, digest);
    return keyed;
  }

  /** Why the stage, as it is by now, cannot take what the step puts there. */
  #inTheWay(
    step: Step,
    { vertex, files }: Position,
    isSeen: boolean,
    others: readonly StepInput[],
  ): readonly ObstacleProblem[] {
    const { operation } = step;
    const owner =
      operation?.kind === "copy" || operation?.kind === "makeDirectory" ? operation.owner : "";
    const isNamed = owner !== "" && !/^(?:\d+|root)(?::(?:\d+|root))?$/.test(owner);
    if (isNamed && vertex === "scratch") return [{ code: "owner-without-file", owner }];
    const taken = others[0]?.taken?.selection ?? null;
    const path = isSeen ? obstacleTo(step, filesOf(files), taken) : null;
    return path === null ? [] : [{ code: "destination-is-file", path }];
  }

  #vertexAfter({ step, definition, inputs }: KeyedStep, below: string): string {
    if (!this.#input.graph.rules.runsEqualStepsOnce) return "";
    const from = sourcesOf(step).map((source) => this.#inputs.vertexOf(source));
    // The digest of a definition says nothing of the places that files come from.
    const names = inputs.slice(1).map(nameText);
    const parts = [definition?.digest, definition?.parts["places"], below, from, names];
    return this.#input.digest(JSON.stringify(parts));
  }

  /** Of `--no-cache`. Source: moby, imageprobe.go `nopProber`. */
  #isForced({ operation }: Step): boolean {
    const { definition, rules } = this.#input.graph;
    const isSpared = rules.findsDirectoriesWithoutCache && operation?.kind === "makeDirectory";
    return definition.flags.noCache && !isSpared;
  }
}

/**
 * The root file system. A RUN that also mounts files of it is looked up by the content of the whole:
 * what is below may come out equal. Source: BuildKit, llbsolver/ops/exec.go `getMountDeps`, where the
 * last mount of an input decides.
 */
function rootInput(
  step: Step,
  { name, token, below, open: base }: Position,
  others: readonly StepInput[],
): StepInput {
  if (!isByContent(step, others))
    return base === undefined ? { name, token } : { name, token, open: base };
  const isBuilt = below === null || below.prediction === "hit";
  const open = others.find(({ isBase }) => isBase)?.open;
  return {
    name: { kind: "partial", made: nameText(name) },
    token: { kind: isBuilt ? "known" : "any" },
    ...(open === undefined ? {} : { open }),
  };
}

function isByContent({ operation }: Step, others: readonly StepInput[]): boolean {
  return operation?.kind === "run" && others.some(({ isBase }) => isBase);
}

function keyless(step: Step, below: KeyedStep | null): KeyedStep {
  return {
    step,
    definition: null,
    inputs: [],
    key: null,
    prediction: null,
    isForced: false,
    context: [],
    stageProblems: [],
    open: [],
    below,
    taken: null,
    sources: [],
    isByContent: false,
    fails: false,
    addsLayer: step.effect === "layer",
  };
}
