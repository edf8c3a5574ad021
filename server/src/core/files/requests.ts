/** What instructions ask of the place that they take files from. */

import type { Builder } from "../build/builder.js";
import type { CopyRequest } from "../context/selection.js";
import type { Step } from "../graph/graph.js";
import type { CopyOperation, Mount, RunOperation } from "../instructions/operation.js";
import { compareBytes } from "../text/paths.js";

/** What a step asks of the build contexts, in the order of its inputs. */
export function contextRequests({ operation }: Step, builder: Builder): readonly CopyRequest[] {
  if (operation?.kind === "copy" && operation.from.kind === "context") {
    const request = copyRequest(operation, builder);
    return request === null ? [] : [request];
  }
  if (operation?.kind === "run") {
    return orderedMounts(operation)
      .filter((mount) => mount.from?.kind === "context")
      .map((mount) => mountRequest(mount, builder));
  }
  return [];
}

/** null: the instruction names no path. */
export function copyRequest(operation: CopyOperation, builder: Builder): CopyRequest | null {
  const sources = operation.items.flatMap((item) => (item.kind === "paths" ? [item.text] : []));
  if (sources.length === 0) return null;
  return { builder, sources, parents: operation.parents, exclude: operation.exclude };
}

export function mountRequest(mount: Mount, builder: Builder): CopyRequest {
  return { builder, sources: [mount.source], wildcards: false };
}

/**
 * LLB keeps mounts in the order of their targets, whatever order they were written in. Source:
 * BuildKit, client/llb/exec.go `Marshal`.
 */
export function orderedMounts(operation: RunOperation): readonly Mount[] {
  return [...operation.mounts].sort((a, b) => compareBytes(a.target, b.target));
}
