/** What earlier builds left behind: cache records to hit, and the builds to compare with. */
import type { Builder } from "../build/builder.js";
import type { Manifest } from "../context/manifest.js";
import type { LoggedOutcome } from "../records/buildLog.js";
import type { Facets } from "./definition.js";
import type { ExportForecast } from "./exact/stepForecast.js";
import type { InputName } from "./inputName.js";
import type { RecordGraph } from "./recordGraph.js";

/**
 * The version of the model that makes the keys. State that was written under another one is not
 * compared: raise it whenever equal builds could get other keys, or the state is written otherwise.
 */
export const modelVersion = 18;

export interface StepRecord {
  readonly stage: number | null;
  readonly stageName: string | null;
  readonly line: number;
  readonly keyword: string;
  /** Digest of the instruction as typed, for finding it again in an edited file. */
  readonly text: string;
  /** null: the builder ran nothing for it. */
  readonly key: string | null;
  readonly facets: Facets;
  readonly inputs: readonly InputName[];
  /** What was set here: names and digests of values. */
  readonly assignments: readonly (readonly [name: string, value: string])[];
  /** The files that it took from the build context, by the digest of the list; null: none. */
  readonly manifest: string | null;
  /** What a real build did with it; absent: nothing was run. */
  readonly run?: RunRecord;
}

/** `cut`: the log ends before the build does, so that it is not known how that went on. */
export type BuildResult = "done" | "failed" | "cut";

export interface RunRecord {
  /** null: the log says nothing of it. */
  readonly outcome: LoggedOutcome | null;
  /** When it last ran, in this build or in one before; null: no record tells. */
  readonly last: LastRun | null;
}

export interface LastRun {
  /** When that build began, in milliseconds since the epoch. */
  readonly at: number;
  /** null: it is not known how long it took. */
  readonly seconds: number | null;
}

/** What a record keeps of its definition besides Dockerfile, context and target. */
export interface DefinitionRecord {
  readonly id: string;
  /** A digest of its arguments, named contexts and platforms. */
  readonly given: string;
}

export interface BuildRecord {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Absolute path or URI of the Dockerfile. */
  readonly dockerfile: string;
  readonly context: string;
  readonly builder: Builder;
  readonly target: string | null;
  /** The one that was built: of several, each has a record of its own. */
  readonly platform: string;
  readonly definition: DefinitionRecord;
  /** Those that it stood on or took files of. */
  readonly images: readonly ImageRecord[];
  readonly steps: readonly StepRecord[];
  /** Where it failed; null: it came to its end. */
  readonly failure: FailureRecord | null;
  /** How a real build ended; absent: it was simulated. */
  readonly result?: BuildResult;
}

export interface FailureRecord {
  readonly line: number;
  readonly keyword: string;
  /** Paths that were looked for and not found, by the build context: null is the main one. */
  readonly missing: readonly { readonly folder: string | null; readonly path: string }[];
}

/** An image as a build found it. */
export interface ImageRecord {
  readonly reference: string;
  readonly platform: string;
  /** False: nobody had looked, and its steps went by the name. */
  readonly isKnown: boolean;
  /** What the reference led to; null: not known, or it was never pushed. */
  readonly digest: string | null;
}

/** Everything that predictions are made against. */
export interface Baseline {
  /** `pending`, `unknown`: it is not known, and nothing is predicted. */
  readonly kind: "last" | "git" | "recorded" | "export" | "empty" | "pending" | "unknown";
  /** What the JSON calls it: a git ref, or English words where its kind says all. */
  readonly label: string;
  /** The build that changes are explained against; null: none of this Dockerfile. */
  readonly build: BuildRecord | null;
  readonly records: RecordGraph;
  /** What a builder takes of caches that were exported; absent: there are none. */
  readonly exported?: ExportForecast;
  /** The files of a `StepRecord.manifest`; null: not kept any more. */
  readonly manifest: (id: string) => Manifest | null;
  /** There when a build is left out: as much was not known of its base images as is now, or more. */
  readonly isUnlike?: true;
}

/** True where there is no earlier build to compare with, nor what one has exported. */
export function isFirst({ build, exported }: Baseline): boolean {
  return build === null && exported === undefined;
}

/** False: nothing is predicted. */
export function isKnown({ kind }: Baseline): boolean {
  return kind !== "pending" && kind !== "unknown";
}
