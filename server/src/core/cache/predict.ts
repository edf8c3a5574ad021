/**
 * The prediction: walks the stages in order, gives every step the key that it will have, and looks
 * the key up in the records of earlier builds. Where an input turns on bytes that only a build can
 * tell, the answer is `unknown`, and only if a record exists that the step could still hit.
 * Source of the rules: BuildKit, solver/edge.go and llbsolver/ops; moby, image/cache.
 */
import type { FileTree } from "../context/fileTree.js";
import { obstacleProblem, ownerProblem } from "../context/obstacle.js";
import type { SelectionProblem } from "../context/select.js";
import { noBuildFlags } from "../graph/buildFlags.js";
import type { BuildGraph, Stage, Step } from "../graph/graph.js";
import { formatPlatform } from "../graph/platform.js";
import { sourcesOf } from "../graph/reach.js";
import type { Digest } from "../host.js";
import type { CopyOperation, RunOperation, SourceReference } from "../instructions/operation.js";
import type { Platform } from "../instructions/scope.js";
import { say } from "../text/say.js";
import { addsLayer, usualDirectories } from "./addsLayer.js";
import {
  buildkitDefinition,
  classicDefinition,
  type Definition,
  orderedMounts,
} from "./definition.js";
import { type ContextInput, type ContextView, copyRequest, mountRequest } from "./inputs.js";
import { type FileSources, leaveFiles, obstacleTo } from "./leaveFiles.js";
import { fresh, LookUp, openInputs } from "./lookUp.js";
import type { PredictionKind } from "./prediction.js";
import type { Baseline, CacheRecord, Token } from "./records.js";
import { StageFiles, stageContent } from "./stageFiles.js";
import {
  gitInput,
  httpInput,
  type ImageReference,
  imageVertex,
  known,
  type OpenInput,
  type StepInput,
} from "./stepInput.js";
import { visibleFrom } from "./visibleStages.js";

export interface PredictionInput {
  readonly graph: BuildGraph;
  /** null: the context cannot be read; its files are then unknown. */
  readonly context: ContextView | null;
  readonly tree: FileTree | null;
  /** Those of `--build-context`, by name. */
  readonly folders: ReadonlyMap<string, FolderInput>;
  /** True when the builder runs nothing, because of the file or its context. */
  readonly isRejected: boolean;
  readonly baseline: Baseline;
  readonly digest: Digest;
}

export interface FolderInput {
  readonly view: ContextView;
  readonly tree: FileTree;
}

export interface KeyedStep {
  readonly step: Step;
  readonly definition: Definition | null;
  /** The inputs as they are named once everything has been built; the root file system first. */
  readonly inputs: readonly string[];
  /** The key once everything has been built; null: the builder runs nothing. */
  readonly key: string | null;
  readonly prediction: PredictionKind | null;
  /** True when it runs whatever the cache holds: the build is asked to, or it is never found there. */
  readonly isForced: boolean;
  readonly context: readonly ContextInput[];
  /** What is wrong with the files that it takes from other stages, by the places of its sources. */
  readonly stageProblems: readonly SelectionProblem[];
  readonly open: readonly OpenInput[];
  /** The step below it in the stage that has a key, parents included; null: the base. */
  readonly below: KeyedStep | null;
  /** The stages that files come from. */
  readonly sources: readonly number[];
  /** True when what is below counts by its content: the step stays cached where that comes out equal. */
  readonly isByContent: boolean;
  /** True when the builder fails at this step. */
  readonly fails: boolean;
  /** False for a step of the classic builder that is known to change no file: it leaves no layer. */
  readonly addsLayer: boolean;
}

export interface StageEnd {
  readonly last: KeyedStep | null;
  readonly files: StageFiles;
}

export interface Keys {
  /** By step index. */
  readonly steps: readonly KeyedStep[];
  readonly stages: readonly (StageEnd | null)[];
}

/** The name of a record. */
export function resultKey(digest: Digest): (record: CacheRecord) => string {
  return ([definition, inputs]) => digest(`${definition}\n${inputs.join("\n")}`);
}

/** Gives every step its key and its prediction. Pure; costs O(steps) once contexts are remembered. */
export function predictKeys(input: PredictionInput): Keys {
  const walker = new Walker(input);
  for (const stage of input.graph.stages) walker.walk(stage);
  return { steps: walker.steps(), stages: walker.ends };
}

interface Position {
  exec: string;
  token: Token;
  /** Equal for what BuildKit runs once: see `#content`. */
  vertex: string;
  below: KeyedStep | null;
  /** A step below has failed: nothing above it is built. */
  failed: boolean;
  /** Classic: a step below missed, so that no lookups are made. */
  missed: boolean;
  /** Directories that are known to be there, whatever the commands of the stage did. */
  readonly directories: Set<string>;
}

class Walker {
  readonly ends: (StageEnd | null)[] = [];
  readonly #keyed = new Map<number, KeyedStep>();
  readonly #ends = new Map<number, Position>();
  readonly #input: PredictionInput;
  readonly #key: (record: CacheRecord) => string;
  readonly #lookUp: LookUp;
  /** See `visibleFrom`. */
  readonly #visible: ReadonlyMap<number, number>;
  readonly #sources: FileSources;

  /** Nothing is run any more: the file was rejected, or the classic builder has met a failure. */
  #stopped: boolean;

  constructor(input: PredictionInput) {
    this.#input = input;
    this.#stopped = input.isRejected;
    this.#key = resultKey(input.digest);
    this.#lookUp = new LookUp(input.baseline.records, input.graph.options.builder, this.#key);
    this.#visible = visibleFrom(input.graph);
    this.#sources = {
      builder: input.graph.options.builder,
      digest: input.digest,
      context: (folder) =>
        folder === undefined ? input.tree : (input.folders.get(folder)?.tree ?? null),
      stage: (index) => this.ends[index]?.files ?? null,
    };
  }

  steps(): readonly KeyedStep[] {
    return this.#input.graph.steps.map(
      (step) => this.#keyed.get(step.index) ?? keyless(step, null),
    );
  }

  walk(stage: Stage): void {
    if (!stage.isBuilt) {
      this.ends.push(null);
      return;
    }
    const { position, files } = this.#start(stage);
    const seenFrom = this.#visible.get(stage.index) ?? Number.POSITIVE_INFINITY;
    for (const [place, step] of stage.steps.entries()) {
      const keyed = this.#step(stage, step, position, place < seenFrom ? null : files);
      this.#keyed.set(step.index, keyed);
      if (keyed.key !== null) position.below = keyed;
    }
    this.#ends.set(stage.index, position);
    this.ends.push({ last: position.below, files });
  }

  #start(stage: Stage): { position: Position; files: StageFiles } {
    const { base } = stage;
    if (base.kind === "stage") {
      const parent = this.#ends.get(base.index);
      const end = this.ends[base.index];
      if (parent !== undefined && end !== null && end !== undefined) {
        return {
          position: {
            ...parent,
            failed: parent.failed || this.#stopped,
            directories: new Set(parent.directories),
          },
          files: this.#visible.get(stage.index) === 0 ? end.files.copy() : StageFiles.empty(),
        };
      }
    }
    const isEmpty = base.kind === "scratch";
    const { exec, token } = this.#baseResult(stage);
    return {
      position: {
        exec,
        token,
        vertex: base.kind === "image" ? imageVertex(base, stage.platform) : base.kind,
        below: null,
        failed: this.#stopped || base.kind === "broken",
        missed: false,
        directories: new Set(isEmpty ? ["/"] : usualDirectories),
      },
      files: isEmpty ? StageFiles.empty() : StageFiles.opaque({ exec, token }),
    };
  }

  #baseResult({ base, platform }: Stage): Pick<Position, "exec" | "token"> {
    // Files that a client sends are named by its session where a stage starts with them, so that
    // what is stacked on them is made anew each time: buildkit, source/local `CacheKey`.
    if (base.kind === "folder") return { exec: `folder:${base.name}`, token: fresh.token };
    const exec = base.kind === "image" ? `image:${this.#imageIdentity(base, platform)}` : "scratch";
    return { exec, token: { kind: "known", id: exec } };
  }

  /** BuildKit goes by the layers of an image, the classic builder by the image as a whole. */
  #imageIdentity({ reference, image }: Omit<ImageReference, "kind">, platform: Platform): string {
    if (image === null) return `${reference}@${formatPlatform(platform)}`;
    return this.#input.graph.options.builder === "buildkit" ? image.layersId : image.id;
  }

  /** `files`: null where nobody sees what the step leaves. */
  #step(stage: Stage, step: Step, position: Position, files: StageFiles | null): KeyedStep {
    const { digest, graph } = this.#input;
    const definition =
      graph.options.builder === "buildkit"
        ? buildkitDefinition(step, stage, graph.options, digest)
        : classicDefinition(step, digest);
    if (definition === null) return keyless(step, position.below);
    const others = this.#inputsOf(step, position);
    const inputs = [rootInput(step, position, others), ...others];
    const inTheWay = this.#inTheWay(step, position, files, others);
    const fails = step.fails || inTheWay.length > 0 || others.some((input) => input.fails === true);
    const execInputs = inputs.map(({ exec }) => exec);
    const key = this.#key([definition.digest, execInputs]);
    const isForced = step.neverFound || this.#isForced(step);
    // The classic builder stops looking after the first miss of a stage: imageprobe.go.
    const isPast = position.missed && graph.options.builder === "classic";
    const found = isForced || isPast ? fresh : this.#lookUp.find(definition, inputs, key);
    const { kind, token } = found;
    const keyed: KeyedStep = {
      step,
      definition,
      inputs: execInputs,
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
      addsLayer: addsLayer(step, graph.options.builder, position.directories, others),
    };
    position.exec = key;
    position.token = token;
    position.vertex = this.#vertexAfter(keyed, position.vertex);
    if (!fails) this.#lookUp.commit([definition.digest, execInputs]);
    position.failed ||= fails;
    this.#stopped ||= fails && graph.options.builder === "classic";
    position.missed ||= kind === "miss";
    // A step that runs again may leave the same files: only a hit says what they are.
    const content: Token = kind === "hit" ? token : { kind: "any" };
    if (files !== null) {
      leaveFiles(step, files, { exec: key, token: content }, others[0]?.context, this.#sources);
    }
    return keyed;
  }

  /** Why the stage, as it is by now, cannot take what the step puts there. */
  #inTheWay(
    step: Step,
    { vertex }: Position,
    files: StageFiles | null,
    others: readonly StepInput[],
  ): readonly SelectionProblem[] {
    const { operation } = step;
    const owner =
      operation?.kind === "copy" || operation?.kind === "makeDirectory" ? operation.owner : "";
    const isNamed = owner !== "" && !/^(?:\d+|root)(?::(?:\d+|root))?$/.test(owner);
    if (isNamed && vertex === "scratch") return [ownerProblem(owner)];
    const path = files === null ? null : obstacleTo(step, files, others[0]?.context, this.#sources);
    return path === null ? [] : [obstacleProblem(path)];
  }

  /**
   * `--no-cache` leaves BuildKit's WORKDIR alone, whose own vertex is looked up like always.
   * Source: dockerfile2llb/convert.go, `llb.IgnoreCache`; moby, imageprobe.go `nopProber`.
   */
  #isForced({ operation }: Step): boolean {
    const { builder, flags = noBuildFlags } = this.#input.graph.options;
    return flags.noCache && (builder === "classic" || operation?.kind !== "makeDirectory");
  }

  /** Every input but the root file system. */
  #inputsOf(step: Step, position: Position): readonly StepInput[] {
    const { operation } = step;
    if (operation?.kind === "copy") return this.#copyInputs(operation, position);
    if (operation?.kind === "run") return this.#mountInputs(operation, position);
    return [];
  }

  #copyInputs(operation: CopyOperation, position: Position): readonly StepInput[] {
    const { graph, digest } = this.#input;
    const inputs: StepInput[] = [];
    const request = copyRequest(operation, graph.options.builder);
    if (request !== null) inputs.push(this.#content(operation.from, request, position));
    for (const item of operation.items) {
      if (item.kind === "inline") inputs.push(known(`inline:${digest(item.content)}`));
      else if (item.kind === "git") inputs.push(gitInput(item));
      else if (item.kind === "http") inputs.push(httpInput(item));
    }
    return inputs;
  }

  #mountInputs(operation: RunOperation, position: Position): readonly StepInput[] {
    return orderedMounts(operation).flatMap((mount) =>
      mount.from === null || mount.from.kind === "scratch"
        ? []
        : [this.#content(mount.from, mountRequest(mount, "buildkit"), position)],
    );
  }

  /**
   * What stands on the very thing that it takes files from has one input less, and no content of its
   * own in the key. Source: BuildKit, client/llb/fileop.go and exec.go, which list an input once.
   */
  #content(
    from: SourceReference,
    request: ReturnType<typeof mountRequest>,
    { vertex }: Position,
  ): StepInput {
    const input = this.#filesFrom(from, request);
    if (this.#input.graph.options.builder === "classic" || this.#vertexOf(from) !== vertex) {
      return input;
    }
    return { ...input, ...known("root"), isBase: true };
  }

  /** null: files that a client sends, or none. */
  #vertexOf(from: SourceReference): string | null {
    const { platform } = this.#input.graph.options;
    if (from.kind === "image") return imageVertex(from, platform);
    const vertex = from.kind === "stage" ? this.#ends.get(from.index)?.vertex : undefined;
    return vertex === undefined || vertex === "scratch" || vertex === "folder" ? null : vertex;
  }

  #vertexAfter({ step, definition, inputs }: KeyedStep, below: string): string {
    if (this.#input.graph.options.builder === "classic") return "";
    const from = sourcesOf(step).map((source) => this.#vertexOf(source));
    // The digest of a definition says nothing of the places that files come from.
    const parts = [definition?.digest, definition?.parts["places"], below, from, inputs.slice(1)];
    return this.#input.digest(JSON.stringify(parts));
  }

  #filesFrom(from: SourceReference, request: ReturnType<typeof mountRequest>): StepInput {
    switch (from.kind) {
      case "context":
        return this.#contextInput(request, from.folder);
      case "scratch":
        return known("scratch");
      case "image":
        return this.#imageContent(from, request);
      case "stage": {
        const end = this.ends[from.index];
        if (end === undefined || end === null) return { ...known("nothing"), fails: true };
        const name = this.#input.graph.stages[from.index]?.name ?? from.index;
        const named = { ...request, place: say`stage ${name}` };
        const content = stageContent(end.files, named, this.#input.digest);
        const problems = content.selection?.problems ?? [];
        const fails = problems.some(({ severity }) => severity === "error");
        const failed = this.#ends.get(from.index)?.failed === true;
        return {
          exec: content.exec,
          token: content.token,
          problems,
          fails: fails || failed,
          ...(content.selection === null ? { open: { kind: "stage", stage: from.index } } : {}),
        };
      }
    }
  }

  /** The same name as for files that a stage of that image still has. */
  #imageContent(from: ImageReference, request: ReturnType<typeof mountRequest>): StepInput {
    const { platform } = this.#input.graph.options;
    const exec = `image:${this.#imageIdentity(from, platform)}`;
    const files = StageFiles.opaque({ exec, token: { kind: "known", id: exec } });
    const { reference } = from;
    return {
      ...stageContent(files, request, this.#input.digest),
      open: { kind: "image", reference },
    };
  }

  #contextInput(request: ReturnType<typeof mountRequest>, folder: string | undefined): StepInput {
    const place = folder === undefined ? {} : { place: say`the build context ${folder}` };
    const view = folder === undefined ? this.#input.context : this.#input.folders.get(folder)?.view;
    const input = view?.input({ ...request, ...place });
    if (input === undefined) {
      return { exec: "context:unread", token: { kind: "any" }, open: { kind: "pending" } };
    }
    switch (input.content.kind) {
      case "known":
        return { ...known(`content:${input.content.digest}`), context: input };
      case "needed":
        return {
          exec: "context:pending",
          token: { kind: "any" },
          open: { kind: "pending" },
          context: input,
        };
      case "unreadable":
      case "invalid":
        return { ...known("context:missing"), context: input, fails: true };
    }
  }
}

/**
 * The root file system. A RUN that also mounts files of it is looked up by the content of the whole:
 * what is below may come out equal. Source: BuildKit, llbsolver/ops/exec.go `getMountDeps`, where the
 * last mount of an input decides.
 */
function rootInput(
  step: Step,
  { exec, token, below }: Position,
  others: readonly StepInput[],
): StepInput {
  if (!isByContent(step, others)) return { exec, token };
  const content = `partial:${exec}`;
  const isBuilt = below === null || below.prediction === "hit";
  const open = others.find(({ isBase }) => isBase)?.open;
  return {
    exec: content,
    token: isBuilt ? { kind: "known", id: content } : { kind: "any" },
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
    sources: [],
    isByContent: false,
    fails: false,
    addsLayer: step.effect === "layer",
  };
}
