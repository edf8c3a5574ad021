/** What BuildKit runs for a step. */
import type { BuildFlags } from "../../build/buildFlags.js";
import type { Step } from "../../graph/graph.js";
import type { MakeDirectoryOperation, SourceReference } from "../../instructions/operation.js";
import { copyOps } from "./copyOps.js";
import { execOps } from "./execOp.js";
import { fileOp, makeDirectory, ownerOf } from "./fileOp.js";
import { type OpSetting, type StepOps, type Vertex, vertexOf } from "./op.js";

export interface StepPosition {
  /** What the step stands on. */
  readonly root: Vertex;
  /** What it takes files from. */
  readonly source: (from: SourceReference) => Vertex;
  readonly flags: BuildFlags;
}

/** null: nothing runs for the step. */
export function stepOps(
  { operation, instruction }: Step,
  { root, source, flags }: StepPosition,
  setting: OpSetting,
): StepOps | null {
  switch (operation?.kind) {
    case undefined:
    case "pull":
      return null;
    case "makeDirectory":
      return ofDirectory(operation, root, setting);
    case "copy": {
      const isUnpackTyped = instruction.flags.some(({ name }) => name === "unpack");
      return copyOps(operation, root, {
        ...setting,
        source: source(operation.from),
        isUnpackTyped,
      });
    }
    case "run":
      return execOps(operation, root, { ...setting, flags, source });
  }
}

/** Source: dockerfile2llb/convert.go `dispatchWorkdir`. */
function ofDirectory(
  { path, owner }: MakeDirectoryOperation,
  root: Vertex,
  { dialect, args, digest }: OpSetting,
): StepOps {
  const directory = makeDirectory({
    path,
    mode: 0o755,
    makeParents: true,
    owner: ownerOf(owner, dialect),
    time: dialect.datesDirectories ? sourceDate(args) : null,
  });
  const own = fileOp(root, [directory]);
  return { ops: [own], own, lookups: new Map(), result: vertexOf(own, digest) };
}

const nanosecondsInSecond = 1e9;

/** SOURCE_DATE_EPOCH as `--build-arg` gives it, in nanoseconds; null: no number of seconds. */
function sourceDate(args: ReadonlyMap<string, string>): number | null {
  const seconds = args.get("SOURCE_DATE_EPOCH") ?? "";
  return /^\d{1,11}$/.test(seconds) ? Number(seconds) * nanosecondsInSecond : null;
}
