/** A vertex of the build as BuildKit solves it, as far as its cache key needs it. */
import type { Platform } from "../../build/platform.js";
import type { Digest } from "../../host.js";
import type { Dialect } from "./dialect.js";

/** Names a vertex: equal for two that the solver takes for one. null: an empty file system. */
export type Vertex = string | null;

export interface Op {
  /** What the solver hashes: `CacheMap` of solver/llbsolver/ops. */
  readonly json: string;
  /** In the order of their numbers, each once. */
  readonly inputs: readonly string[];
}

/** What the ops of a stage are written with. */
export interface OpSetting {
  readonly dialect: Dialect;
  readonly digest: Digest;
  readonly platform: Platform;
  readonly args: ReadonlyMap<string, string>;
}

/** The vertex that an op is: the solver takes ops with equal definitions and inputs for one. */
export function vertexOf({ json, inputs }: Op, digest: Digest): string {
  return `op:${digest(JSON.stringify([json, inputs]))}`;
}

/** The record of an op's first output: solver/cachekey.go, solver/exporter.go `rootKey`. */
export function recordDigest({ json }: Op, digest: Digest): string {
  return `sha256:${digest(`sha256:${digest(json)}@0`)}`;
}

/** The inputs of an op, numbered as they come: the same vertex has one number. */
export class Inputs {
  readonly list: string[] = [];

  /** -1: an empty file system is no input. */
  add(vertex: Vertex): number {
    if (vertex === null) return -1;
    const at = this.list.indexOf(vertex);
    return at >= 0 ? at : this.list.push(vertex) - 1;
  }
}
