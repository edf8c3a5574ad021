/** What a step takes besides the root file system that it stands on. */

import { type ContextView, copyRequest, mountRequest } from "../files/contextInput.js";
import { StageFiles, stageContent } from "../files/stageFiles.js";
import type { BuildGraph, Step } from "../graph/graph.js";
import type { Digest } from "../host.js";
import type { CopyOperation, RunOperation, SourceReference } from "../instructions/operation.js";
import { say } from "../text/say.js";
import { orderedMounts } from "./definition.js";
import {
  elsewhere,
  gitInput,
  httpInput,
  type ImageReference,
  imageIdentity,
  imageVertex,
  known,
  type StepInput,
} from "./stepInput.js";

/** What a stage has come to, for the steps that take files from it. */
export interface StageResult {
  readonly files: StageFiles;
  /** Equal for what BuildKit runs once: see `#content`. */
  readonly vertex: string;
  readonly failed: boolean;
}

/** Where inputs come from. */
export interface InputSources {
  readonly graph: BuildGraph;
  /** null: the context cannot be read. */
  readonly context: ContextView | null;
  /** The views of `--build-context`, by name. */
  readonly folders: ReadonlyMap<string, { readonly view: ContextView }>;
  readonly digest: Digest;
}

export class StepInputs {
  readonly #input: InputSources;
  readonly #stage: (index: number) => StageResult | null;

  /** @param stage null: the stage is not built */
  constructor(input: InputSources, stage: (index: number) => StageResult | null) {
    this.#input = input;
    this.#stage = stage;
  }

  /**
   * Every input but the root file system.
   * @param vertex what the step stands on
   */
  of(step: Step, vertex: string): readonly StepInput[] {
    const { operation } = step;
    if (operation?.kind === "copy") return this.#copyInputs(operation, vertex);
    if (operation?.kind === "run") return this.#mountInputs(operation, vertex);
    return [];
  }

  #copyInputs(operation: CopyOperation, vertex: string): readonly StepInput[] {
    const { graph, digest } = this.#input;
    const inputs: StepInput[] = [];
    const request = copyRequest(operation, graph.definition.builder);
    if (request !== null) inputs.push(this.#content(operation.from, request, vertex));
    for (const item of operation.items) {
      if (item.kind === "inline")
        inputs.push(known({ kind: "inline", digest: digest(item.content) }));
      else if (item.kind === "git") inputs.push(gitInput(item));
      else if (item.kind === "http") inputs.push(httpInput(item));
    }
    return inputs;
  }

  #mountInputs(operation: RunOperation, vertex: string): readonly StepInput[] {
    return orderedMounts(operation).flatMap((mount) =>
      mount.from === null || mount.from.kind === "scratch"
        ? []
        : [this.#content(mount.from, mountRequest(mount, "buildkit"), vertex)],
    );
  }

  /**
   * What stands on the very thing that it takes files from has one input less, and no content of its
   * own in the key. Source: BuildKit, client/llb/fileop.go and exec.go, which list an input once.
   */
  #content(
    from: SourceReference,
    request: ReturnType<typeof mountRequest>,
    vertex: string,
  ): StepInput {
    const input = this.#filesFrom(from, request);
    if (!this.#input.graph.rules.runsEqualStepsOnce || this.vertexOf(from) !== vertex) {
      return input;
    }
    return { ...input, ...known({ kind: "root" }), isBase: true };
  }

  /** null: files that a client sends, or none. */
  vertexOf(from: SourceReference): string | null {
    const { platform } = this.#input.graph;
    if (from.kind === "image") return imageVertex(from, platform);
    const vertex = from.kind === "stage" ? this.#stage(from.index)?.vertex : undefined;
    return vertex === undefined || isUnnamed(vertex) ? null : vertex;
  }

  #filesFrom(from: SourceReference, request: ReturnType<typeof mountRequest>): StepInput {
    switch (from.kind) {
      case "context":
        return this.#contextInput(request, from.folder);
      case "scratch":
        return known({ kind: "scratch" });
      case "image":
        return this.#imageContent(from, request);
      case "stage": {
        const result = this.#stage(from.index);
        if (result === null) return { ...known({ kind: "nothing" }), fails: true };
        const name = this.#input.graph.stages[from.index]?.name ?? from.index;
        const named = { ...request, place: say`stage ${name}` };
        const content = stageContent(result.files, named, this.#input.digest);
        const problems = content.selection?.problems ?? [];
        const fails = problems.some(({ severity }) => severity === "error");
        return {
          name: content.name,
          token: content.token,
          selection: content.selection,
          problems,
          fails: fails || result.failed,
          ...(content.selection === null ? { open: { kind: "stage", stage: from.index } } : {}),
        };
      }
    }
  }

  /** The same name as for files that a stage of that image still has. */
  #imageContent(from: ImageReference, request: ReturnType<typeof mountRequest>): StepInput {
    const { platform, rules } = this.#input.graph;
    const identity = imageIdentity(from, platform, rules);
    const files = StageFiles.opaque(known({ kind: "image", identity }));
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
      const { context, contexts } = this.#input.graph.definition;
      const open = elsewhere(folder === undefined ? context : contexts.get(folder));
      return {
        name: { kind: "context", state: "unread" },
        token: { kind: "any" },
        open: open ?? { kind: "pending" },
      };
    }
    const files = { context: input, selection: input.selection };
    switch (input.content.kind) {
      case "known":
        return { ...known({ kind: "content", digest: input.content.digest }), ...files };
      case "needed":
        return {
          name: { kind: "context", state: "pending" },
          token: { kind: "any" },
          open: { kind: "pending" },
          ...files,
        };
      case "unreadable":
      case "invalid":
        return { ...known({ kind: "context", state: "missing" }), ...files, fails: true };
    }
  }
}

/** The vertexes of stages that start with nothing that the builder runs once. */
function isUnnamed(vertex: string): boolean {
  return vertex === "scratch" || vertex === "folder" || vertex === "elsewhere";
}
