/**
 * What BuildKit writes otherwise from version to version: each difference changes digests, and so
 * parts a cache that was exported before an upgrade from what the builder looks for after it.
 */

export interface Dialect {
  /**
   * Zeros are written: the inputs and outputs of mounts, the first input of a merge. Up to 0.16 the
   * messages were encoded by gogo/protobuf, whose tags leave fewer of them out: solver/pb/ops.pb.go.
   */
  readonly writesZeros: boolean;
  /** What a numeric owner is called: solver/pb/ops.pb.go `UserOpt`. */
  readonly numericOwner: "byId" | "byID";
  /** The input of secret and ssh mounts: none, or the root's. client/llb/exec.go `Marshal`. */
  readonly secretInput: -1 | 0;
  /** `--chmod=u+x` is in the key; else it counts as none. dockerfile2llb/convert.go `dispatchCopy`. */
  readonly keepsSymbolicModes: boolean;
  /** WORKDIR makes its directory at SOURCE_DATE_EPOCH. dockerfile2llb/convert.go `dispatchWorkdir`. */
  readonly datesDirectories: boolean;
  /** A relative `COPY x rel/.` keeps the dot at its end. dockerfile2llb/convert.go `dispatchCopy`. */
  readonly keepsRelativeDot: boolean;
}

/**
 * The dialect of a version, with the frontend that came with it.
 * @param minor of BuildKit 0.minor; 17 wrote owners in a third way, which is taken for the later one
 */
export function dialectOf(minor: number): Dialect {
  return {
    writesZeros: minor <= 16,
    numericOwner: minor <= 16 ? "byID" : "byId",
    secretInput: minor <= 15 ? 0 : -1,
    keepsSymbolicModes: minor > 16,
    datesDirectories: minor > 21,
    keepsRelativeDot: minor > 14,
  };
}

/** The newest dialect that was held against the exports of a real builder. */
export const newestDialect: Dialect = dialectOf(25);
