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
 * The dialect of a builder and of the frontend that reads the file for it.
 * @param minor of BuildKit 0.minor; 17 wrote owners in a third way, which is taken for the later one
 * @param frontend of Dockerfile 1.frontend
 */
export function dialectOf(minor: number, frontend: number): Dialect {
  return {
    writesZeros: minor <= 16,
    numericOwner: minor <= 16 ? "byID" : "byId",
    secretInput: frontend <= 9 ? 0 : -1,
    keepsSymbolicModes: frontend > 10,
    datesDirectories: frontend > 15,
    keepsRelativeDot: frontend > 8,
  };
}
