/** Worlds of tests: what is not given is not known. */
import { contextAsk } from "../../server/src/core/analysis/snapshot.js";
import type { PlatformBuild } from "../../server/src/core/build/definition.js";
import type { BuildState } from "../../server/src/core/cache/state.js";
import type { FileTree } from "../../server/src/core/context/fileTree.js";
import { ignoreNothing } from "../../server/src/core/context/ignoreFile.js";
import { known } from "../../server/src/core/host.js";
import {
  type Answered,
  answered,
  emptyWorld,
  type World,
} from "../../server/src/core/world/world.js";

export interface GivenFacts {
  /** The files of the main context. */
  readonly tree?: FileTree;
  readonly state?: BuildState;
}

export function worldOf({ definition }: PlatformBuild, { tree, state }: GivenFacts): World {
  const answers: Answered[] = [];
  const ask = contextAsk(definition);
  if (tree !== undefined && ask !== null) {
    const listing = { tree, state: 0, ignorePath: null, ignore: ignoreNothing("buildkit") };
    answers.push([{ kind: "tree", ...ask }, known(listing)]);
  }
  if (state !== undefined) answers.push([{ kind: "state" }, known(state)]);
  // Nobody looks base images up, as where nothing is set.
  return answered({ ...emptyWorld, off: new Set(["image"]) }, answers);
}
