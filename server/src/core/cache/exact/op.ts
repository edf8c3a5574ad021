/** A vertex of the build as BuildKit solves it, as far as its cache key needs it. */
import type { Platform } from "../../build/platform.js";
import type { CopyRequest } from "../../context/selection.js";
import type { Digest } from "../../host.js";
import type { SourceReference } from "../../instructions/operation.js";
import type { Dialect } from "./dialect.js";

/** What an op takes besides the file system that it changes, where its content names it. */
export type ExactInput =
  /** Paths of a context, a stage or an image. */
  | { readonly kind: "paths"; readonly from: SourceReference; readonly request: CopyRequest }
  /** A document of the Dockerfile; `isWhole`: the folder that it stands alone in. */
  | {
      readonly kind: "document";
      readonly name: string;
      readonly content: string;
      readonly mode: number;
      readonly isWhole: boolean;
    }
  /** An empty folder that the builder makes. */
  | {
      readonly kind: "folder";
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    }
  /** Only a build can tell it. */
  | { readonly kind: "open" };

/** Names a vertex: equal for two that the solver takes for one. null: an empty file system. */
export type Vertex = string | null;

export interface Op {
  /** What the solver hashes: `CacheMap` of solver/llbsolver/ops. */
  readonly json: string;
  /** The same by name, for whoever explains how it differs from another. Made each time: it is long. */
  readonly parts: () => Parts;
  /** In the order of their numbers, each once. */
  readonly inputs: readonly string[];
}

export type Parts = Readonly<Record<string, string>>;

/** How an input is looked up: solver/types.go `CacheMap.Deps`. */
export interface Lookup {
  /** What of it is taken, as its own record is linked; null: that record is linked as a whole. */
  readonly selector: string | null;
  /** By which it is found too; null: by its record alone. */
  readonly content: ExactInput | null;
}

/** The ops of a step. */
export interface StepOps {
  /** In the order in which each needs those before it. */
  readonly ops: readonly Op[];
  /** The one that is told from others by what the instruction says. */
  readonly own: Op;
  /** Of its inputs; the others are found by their record as a whole. */
  readonly lookups: ReadonlyMap<string, Lookup>;
  /** What the next step stands on. */
  readonly result: Vertex;
}

/** What the ops of a stage are written with. */
export interface OpSetting {
  /** The directory of files that the builder makes layers of lets COPY --link be a layer of its own. */
  readonly mergesLinks: boolean;
  /** False: the digest of its variables stands in an exec op for these, which are long. */
  readonly writesVariables: boolean;
  readonly dialect: Dialect;
  readonly digest: Digest;
  readonly platform: Platform;
  readonly args: ReadonlyMap<string, string>;
}

/** The vertex that an op is: the solver takes ops with equal definitions and inputs for one. */
export function vertexOf({ json, inputs }: Pick<Op, "json" | "inputs">, digest: Digest): string {
  return `op:${digest(JSON.stringify([json, inputs]))}`;
}

/** @param paths what is taken of an input, in the order in which its op has them */
export function selectorOf(paths: readonly string[], digest: Digest): string {
  return `sha256:${digest(paths.join("\0"))}`;
}

/** What a step looks up by its content, in the order of its inputs. */
export function contentsOf({ own, lookups }: StepOps): readonly ExactInput[] {
  return own.inputs.flatMap((vertex) => lookups.get(vertex)?.content ?? []);
}

/** The record of an op's first output: solver/cachekey.go, solver/exporter.go `rootKey`. */
export function recordDigest({ json }: Pick<Op, "json">, digest: Digest): string {
  return `sha256:${digest(`sha256:${digest(json)}@0`)}`;
}

/** The inputs of an op, numbered as they come: the same vertex has one number. */
export class Inputs {
  readonly list: string[] = [];
  readonly #places = new Map<string, number>();

  /** -1: an empty file system is no input. */
  add(vertex: Vertex): number {
    if (vertex === null) return -1;
    const known = this.#places.get(vertex);
    if (known !== undefined) return known;
    const at = this.list.push(vertex) - 1;
    this.#places.set(vertex, at);
    return at;
  }
}
