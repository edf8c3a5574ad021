/** What a step takes besides the root file system that it stands on. */

import type { FileTree } from "../context/fileTree.js";
import { type CopyRequest, failsStep } from "../context/selection.js";
import type { ContextView } from "../files/contextInput.js";
import { type FilesAt, filesOf } from "../files/filesAt.js";
import { copyRequest, mountRequest, orderedMounts } from "../files/requests.js";
import { type StageContent, stageContent } from "../files/stageContent.js";
import { type Origin, stageFiles } from "../files/stageFiles.js";
import type { BuildGraph, Step } from "../graph/graph.js";
import type { Digest } from "../host.js";
import type { CopyOperation, RunOperation, SourceReference } from "../instructions/operation.js";
import { nameText } from "./inputName.js";
import type { NamedInput } from "./records.js";
import {
  baseInput,
  elsewhere,
  gitInput,
  httpInput,
  type ImageReference,
  imageVertex,
  known,
  type StepInput,
} from "./stepInput.js";

/** What a stage has come to, for the steps that take files from it. */
export interface StageResult {
  readonly files: FilesAt;
  /** Equal for what BuildKit runs once: see `#content`. */
  readonly vertex: string;
  readonly failed: boolean;
}

/** Where inputs come from. */
export interface InputSources {
  readonly graph: BuildGraph;
  /** null: the context cannot be read. */
  readonly context: FolderInput | null;
  /** Those of `--build-context`, by name. */
  readonly folders: ReadonlyMap<string, FolderInput>;
  readonly digest: Digest;
  /** What a step of this build leaves, as far as that is known. */
  readonly left: (step: Step) => NamedInput;
}

export interface FolderInput {
  readonly view: ContextView;
  readonly tree: FileTree;
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
  #content(from: SourceReference, request: CopyRequest, vertex: string): StepInput {
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

  #filesFrom(from: SourceReference, request: CopyRequest): StepInput {
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
        const named = { ...request, place: { kind: "stage", name } as const };
        const files = filesOf(result.files);
        const content = stageContent(files, named, this.#input.digest);
        const input = this.#namedContent(content, named);
        if (content.kind === "open") {
          const open = { kind: "stage", stage: from.index } as const;
          return { ...input, open, problems: [], fails: result.failed };
        }
        const { selection } = content;
        const { problems } = selection;
        const fails = problems.some(failsStep);
        return {
          ...input,
          taken: { selection, tree: files },
          problems,
          fails: fails || result.failed,
        };
      }
    }
  }

  /** Where a part is not known, the whole goes by what holds that part and by what lies over it. */
  #namedContent(content: StageContent, request: CopyRequest): StepInput {
    if (content.kind === "known") return known({ kind: "content", digest: content.digest });
    const { sources, parents, exclude } = request;
    const holders = content.origins.map((origin) => this.#holder(origin));
    const names = holders.map(({ name }) => nameText(name));
    const parts = [[sources, parents, exclude, content.over], names];
    return {
      name: { kind: "partial", made: this.#input.digest(JSON.stringify(parts)) },
      token: { kind: holders.every(({ token }) => token.kind === "known") ? "known" : "any" },
    };
  }

  #holder(origin: Origin): NamedInput {
    return origin.kind === "step"
      ? this.#input.left(origin.step)
      : baseInput(origin.base, origin.platform, this.#input.graph.rules);
  }

  /** The same name as for files that a stage of that image still has. */
  #imageContent(from: ImageReference, request: CopyRequest): StepInput {
    const { platform } = this.#input.graph;
    const files = stageFiles({ kind: "base", base: from, platform });
    const content = stageContent(files, request, this.#input.digest);
    return {
      ...this.#namedContent(content, request),
      open: { kind: "image", reference: from.reference },
    };
  }

  #contextInput(request: CopyRequest, folder: string | undefined): StepInput {
    const place = folder === undefined ? {} : { place: { kind: "context", name: folder } as const };
    const from = folder === undefined ? this.#input.context : this.#input.folders.get(folder);
    const input = from?.view.input({ ...request, ...place });
    if (from == null || input === undefined) {
      const { context, contexts } = this.#input.graph.definition;
      const open = elsewhere(folder === undefined ? context : contexts.get(folder));
      return {
        name: { kind: "context", state: "unread" },
        token: { kind: "any" },
        open: open ?? { kind: "pending" },
      };
    }
    const files = { context: input, taken: { selection: input.selection, tree: from.tree } };
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
