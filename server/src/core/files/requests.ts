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

/**
 * True for a step that makes the client send all of the main context, though it takes nothing of that: a
 * tmpfs mount counts as one of its root. Source: BuildKit, dockerfile2llb/convert_runmount.go
 * `dispatchRunMounts`.
 */
export function sendsWholeContext({ operation }: Step): boolean {
  return operation?.kind === "run" && operation.mounts.some(({ type }) => type === "tmpfs");
}

/** True where only the base image can tell which files a step takes. */
export function hasOpenSources({ operation }: Step): boolean {
  if (operation?.kind === "copy")
    return operation.items.some((item) => item.kind === "paths" && item.openText !== undefined);
  return (
    operation?.kind === "run" && operation.mounts.some(({ openSource }) => openSource !== undefined)
  );
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
 * True for a cache that starts with a folder of its own: it has an owner or a mode, and takes nothing.
 * Source: BuildKit, dockerfile2llb/convert_runmount.go `setCacheUIDGID`.
 */
export function startsAsOwnFolder({ type, source, uid, gid, mode }: Mount): boolean {
  return type === "cache" && source === "/" && (uid !== null || gid !== null || mode !== null);
}

/** Where that folder stands in what it starts with. */
export const cacheFolder = "/cache";

/** What the folder is made as; `asked` is the mode before the umask takes from it. */
export function ownFolder({ mode, uid, gid }: Mount): {
  readonly asked: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
} {
  const asked = (mode ?? 0o755) & 0o777;
  return { asked, mode: asked & ~0o022, uid: uid ?? 0, gid: gid ?? 0 };
}

/**
 * LLB keeps mounts in the order of their targets, whatever order they were written in. Source:
 * BuildKit, client/llb/exec.go `Marshal`.
 */
export function orderedMounts(operation: RunOperation): readonly Mount[] {
  return [...operation.mounts].sort((a, b) => compareBytes(a.target, b.target));
}
