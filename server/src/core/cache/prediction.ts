/** The answer for one step, as plain data: `words/causeWords.ts` has the words for it. */
import type { ObstacleProblem, SelectionProblem } from "../context/selection.js";
import type { BuildGraph, Stage, StepRef } from "../graph/graph.js";
import type { GraphProblem } from "../graph/problem.js";
import type { BuiltImage } from "../image/baseImage.js";
import type { Setting } from "../instructions/kind.js";

export type PredictionKind = "hit" | "miss" | "unknown";

export interface Prediction {
  /** null: the builder runs nothing for the step, or the target does not need it. */
  readonly kind: PredictionKind | null;
  /** First cause first; empty for a hit. */
  readonly causes: readonly Cause[];
}

/** A tag with the digests that it led to. */
export interface MovedTag {
  readonly reference: string;
  readonly before: string;
  readonly now: string;
}

/**
 * Why a step is not cached. The codes are stable names; each has a page in docs/causes. `at` names the
 * step that it began at; null: none of this Dockerfile.
 */
export type Cause =
  | {
      readonly code: "never-built";
      readonly at: StepRef;
      /** False: there was a build, and only this stage was not in it. */
      readonly isFirstBuild: boolean;
    }
  | { readonly code: "instruction-added"; readonly at: StepRef }
  | {
      readonly code: "instruction-changed";
      readonly at: StepRef;
      /** What of it, as far as that has a name. */
      readonly parts: readonly ChangedPart[];
    }
  | { readonly code: "instruction-moved"; readonly at: StepRef }
  | {
      readonly code: "instruction-removed";
      readonly at: StepRef;
      /** What it stood on in the build before, and the line of that in the file of then. */
      readonly removed: { readonly keyword: string; readonly line: number };
    }
  | {
      readonly code: "context-content-changed";
      readonly at: StepRef;
      /** At least one. */
      readonly changes: readonly PathChange[];
    }
  | {
      readonly code: "base-changed";
      readonly at: StepRef | null;
      /** The image as a whole, or what it sets for a RUN. */
      readonly changed: "image" | "variables";
      /** There when the tag is the same and leads elsewhere now. */
      readonly moved?: MovedTag;
    }
  | {
      readonly code: "base-rebuilds";
      /** The FROM, or the step that takes files of it. */
      readonly at: StepRef;
      /** Which build makes the image. */
      readonly image: BuiltImage;
      /** As the Dockerfile calls it. */
      readonly reference: string;
      /** Why that one rebuilds, in its own graph; null: it is another image by now. */
      readonly why: { readonly cause: Cause; readonly graph: BuildGraph } | null;
    }
  | { readonly code: "value-changed"; readonly at: StepRef | null; readonly changed: Value }
  | {
      readonly code: "no-cache";
      readonly at: StepRef;
      readonly option: "no-cache" | "no-cache-filter";
    }
  | {
      readonly code: "never-found";
      readonly at: StepRef;
      readonly why: "healthcheck" | "ignore-file";
    }
  | { readonly code: "option-changed"; readonly at: StepRef; readonly option: ChangedOption }
  | {
      readonly code: "stage-files-changed";
      /** Rebuilds, and so the files of the stage change. */
      readonly at: StepRef;
      readonly stage: StageName;
      /** Of the build context, what became of those among them; empty: something else is behind it. */
      readonly changes: readonly PathChange[];
    }
  | {
      readonly code: "earlier-step";
      /** Where the chain of rebuilds begins. */
      readonly at: StepRef;
      readonly keyword: string;
    }
  | { readonly code: "record-gone"; readonly at: StepRef }
  | { readonly code: "not-exported"; readonly at: StepRef; readonly lacks: Exclude<Lack, "below"> }
  | {
      readonly code: "cut-short";
      readonly at: StepRef;
      /** The build that may have cancelled it: where it failed; null: it is none of the last build. */
      readonly failure: { readonly line: number; readonly keyword: string } | null;
      /** What that build did not find and is there now. */
      readonly added: readonly string[];
    }
  | {
      readonly code: "stage-output-unknown";
      readonly at: StepRef | null;
      /** What produces the files. */
      readonly from:
        | { readonly kind: "stage"; readonly stage: StageName }
        | { readonly kind: "image"; readonly reference: string }
        /** An earlier one, whose files nobody else has seen. */
        | { readonly kind: "build" }
        | { readonly kind: "step"; readonly below: StepRef | null };
    }
  | { readonly code: "remote-unknown"; readonly at: StepRef; readonly url: string }
  | {
      readonly code: "base-variable-unknown";
      readonly at: StepRef;
      /** The variables that say which files it takes; empty: what the step itself comes to turns on the image. */
      readonly names: readonly string[];
    }
  | { readonly code: "base-perhaps-changed"; readonly at: StepRef; readonly reference: string }
  | { readonly code: "files-pending"; readonly at: StepRef }
  | { readonly code: "files-made-before"; readonly at: StepRef }
  | { readonly code: "files-perhaps-sent"; readonly at: StepRef }
  | { readonly code: "name-unknown"; readonly at: StepRef }
  | { readonly code: "file-too-large"; readonly at: StepRef }
  | {
      readonly code: "build-fails";
      readonly at: StepRef;
      /** What is wrong; null: a stage that it takes files from cannot be built. */
      readonly problem: StepProblem | null;
    };

/** What an exported cache lacks of a step. */
export type Lack =
  /** No step with its words, variables and options on what it stands on. */
  | "step"
  /** One that took these files: it took others. */
  | "files"
  /** One on this base. */
  | "base"
  /** What it stands on, or takes files of, is not found either. */
  | "below"
  /** It leads to others, and its own result was not exported. */
  | "result";

/** What can be wrong with a step: with its text, or with the files that it takes. */
export type StepProblem = GraphProblem | SelectionProblem | ObstacleProblem;

/** A file of the build context. */
export interface PathChange {
  readonly path: string;
  /** `hidden`: it was taken, and the ignore file hides it now, there or not. */
  readonly how: "changed" | "added" | "removed" | "hidden" | "mode";
}

/** What a step sees of the instructions above it. */
export type Value =
  | {
      readonly kind: "variable";
      readonly name: string;
      readonly how: "changed" | "added" | "removed";
      /** The ENV or ARG that sets it now, where that is another step; null: none. */
      readonly setIn: StepRef | null;
    }
  | { readonly kind: "order" }
  | { readonly kind: "setting"; readonly setting: Setting };

/** A part of an instruction; others have no name of their own. */
export type ChangedPart =
  | "command"
  | "sources"
  | "destination"
  | "owner"
  | "mode"
  | "mounts"
  | "network"
  | "security";

/** What the build as a whole is asked for. */
export type ChangedOption =
  | "network"
  | "add-host"
  | "shm-size"
  | "ulimit"
  | "cgroup-parent"
  /** Arguments that steer the builder, whether they are declared or not. */
  | `build-arg ${BuilderArgument}`;

export type BuilderArgument =
  | "SOURCE_DATE_EPOCH"
  | "BUILDKIT_SANDBOX_HOSTNAME"
  | "BUILDKIT_CACHE_MOUNT_NS";

export type StageName = Pick<Stage, "name" | "index">;

/** The files of the build context that a cause names. */
export function changedPaths(cause: Cause): readonly string[] {
  return "changes" in cause ? cause.changes.map(({ path }) => path) : [];
}
