/**
 * What BuildKit writes otherwise from version to version: each difference changes digests, and so
 * parts a cache that was exported before an upgrade from what the builder looks for after it.
 */

import type { Listing } from "../../context/selection.js";
import type { BuildGraph } from "../../graph/graph.js";

export interface Dialect {
  /**
   * Zeros are written: the inputs and outputs of mounts, the first input of a merge. Up to 0.16 the
   * messages were encoded by gogo/protobuf, whose tags leave fewer of them out: solver/pb/ops.pb.go.
   */
  readonly writesZeros: boolean;
  /** What owners are called: solver/pb/ops.pb.go `UserOpt`; 0.17 writes the number of root too. */
  readonly owners: Owners;
  /** The input of secret and ssh mounts: none, or the root's. client/llb/exec.go `Marshal`. */
  readonly secretInput: -1 | 0;
  /** `--chmod=u+x` is in the key; else it counts as none. dockerfile2llb/convert.go `dispatchCopy`. */
  readonly keepsSymbolicModes: boolean;
  /** WORKDIR makes its directory at SOURCE_DATE_EPOCH. dockerfile2llb/convert.go `dispatchWorkdir`. */
  readonly datesDirectories: boolean;
  /** A relative `COPY x rel/.` keeps the dot at its end. dockerfile2llb/convert.go `dispatchCopy`. */
  readonly keepsRelativeDot: boolean;
  /**
   * What the command line limits a RUN by counts: shared memory, ulimits, a cgroup; and its host's name. BuildKit
   * 0.9, client/llb/exec.go `Marshal`; before, no notice was taken of them.
   */
  readonly limitsRuns: boolean;
  /** How it lists what wildcards and --exclude leave: cache/contenthash/checksum.go. */
  readonly listing: Listing;
}

export interface Owners {
  readonly byNumber: "byId" | "byID" | "ByID";
  readonly byName: "byName" | "ByName";
}

/** That of 0.17 was read in its source and never run: no engine that can be had has it. */
function ownersOf(engine: number): Owners {
  if (engine === 17) return { byNumber: "ByID", byName: "ByName" };
  return { byNumber: engine < 17 ? "byID" : "byId", byName: "byName" };
}

/**
 * The dialect of the builder and of the frontend that reads the file for it. One object for equal
 * ones.
 */
export function dialectOf({
  definition: { builderVersion },
  frontend,
}: Pick<BuildGraph, "definition" | "frontend">): Dialect {
  const name = `${builderVersion.buildKit} ${frontend.minor}`;
  const known = dialects.get(name) ?? dialectBetween(builderVersion.buildKit, frontend.minor);
  dialects.set(name, known);
  return known;
}

/** Of versions that somebody has asked for: few. */
const dialects = new Map<string, Dialect>();

/**
 * @param engine BuildKit 0.engine
 * @param frontend Dockerfile 1.frontend
 */
function dialectBetween(engine: number, frontend: number): Dialect {
  return {
    writesZeros: engine <= 16,
    owners: ownersOf(engine),
    secretInput: frontend <= 9 ? 0 : -1,
    keepsSymbolicModes: frontend > 10,
    datesDirectories: frontend > 15,
    keepsRelativeDot: frontend > 8,
    limitsRuns: engine > 8 && frontend > 2,
    listing: { byPath: engine > 25, followsLinks: engine <= 24 },
  };
}
