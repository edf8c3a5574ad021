/** One call from a text and a few files to an analysis, for tests that make many. */

import type { Analysis } from "../../../server/src/core/analysis/analyse.js";
import { onDisk } from "../../../server/src/core/analysis/place.js";
import { analyse } from "../../../server/src/core/analysis/snapshot.js";
import type { Builder } from "../../../server/src/core/build/builder.js";
import { recordBuild } from "../../../server/src/core/cache/record.js";
import { addBuild, type BuildState, emptyState } from "../../../server/src/core/cache/state.js";
import { type ListedFile, listedTree } from "../../../server/src/core/context/listedTree.js";
import type { Digest } from "../../../server/src/core/host.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { buildOf } from "../../support/definitions.js";
import { worldOf } from "../../support/worlds.js";

export const builders = ["buildkit", "classic"] as const;

export interface Given {
  readonly text: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly builder?: Builder;
  readonly target?: string | null;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly state?: BuildState;
  /** Files that the ignore file hides, by their paths. */
  readonly isIgnored?: (path: string) => boolean;
  readonly digest?: Digest;
}

/** Paths to contents as a context that is hashed. */
export function treeOf(
  files: Readonly<Record<string, string>>,
  isIgnored: (path: string) => boolean = () => false,
) {
  const listed = Object.entries(files)
    .filter(([path]) => !isIgnored(path))
    .map(([path, text]): ListedFile => ({ path, size: text.length, identity: sha256(text) }));
  return listedTree(listed, isIgnored);
}

export function analysisOf(given: Given): Analysis {
  const { text, files = {}, builder = "buildkit", target = null, state = emptyState } = given;
  const { digest = sha256 } = given;
  const tree = treeOf({ Dockerfile: text, ...files }, given.isIgnored);
  const args = new Map(Object.entries(given.buildArgs ?? {}));
  const build = buildOf({ builder, target, args });
  return analyse({
    place: onDisk,
    ...build,
    dockerfile: parseDockerfile(text),
    // These files have no times of their own: to a client none would have changed.
    world: worldOf(build, { tree, state: { ...state, transfers: new Map() } }),
    baseline: { kind: "last" },
    digest,
  }).analysis;
}

/** The state after a simulated build of what was given. */
export function built(given: Given): BuildState {
  const { graph, keys, input } = analysisOf(given);
  const build = recordBuild({
    graph,
    keys,
    tree: input.context?.tree ?? null,
    digest: sha256,
    at: 0,
  });
  return addBuild(given.state ?? emptyState, build, sha256);
}
