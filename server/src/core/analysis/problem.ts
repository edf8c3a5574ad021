import type { StepProblem } from "../cache/prediction.js";
import type { OtherModes } from "../context/checkout.js";
import type { IgnoreProblem } from "../context/ignoreFile.js";
import type { Overwritten } from "../files/overwritten.js";
import type { HostError } from "../host.js";
import type { Placed } from "../text/range.js";

/** Something wrong with a Dockerfile, its files or the way that it is built, as plain data. */
export type Problem = StepProblem | ContextProblem | Advice;

/** As the file has it. `platforms`: those of several on which it is wrong; absent: on all. */
export type PlatformProblem = Placed<Problem> & { readonly platforms?: readonly string[] };

/** Mostly not meant, though no build fails by it: an editor hints at it. */
export type Advice =
  /** `names`: at the root of the build context. */
  | { readonly code: "stray-files-taken"; readonly names: readonly string[] }
  /** `line`: the one that updates the index, from 1. */
  | { readonly code: "package-index-stale"; readonly line: number };

/** Of the build context, beyond what the sources of a step say. */
export type ContextProblem =
  /** The builder could not read it either. */
  /** `others`: as many more, of which the same is to be said; absent: none. */
  | { readonly code: "file-unreadable"; readonly error: HostError; readonly others?: number }
  /** `mode`: at least one. */
  | { readonly code: "other-mode-in-checkout"; readonly modes: OtherModes }
  /** `id`: of a secret or an SSH agent that RUN requires, and that the build is not given. */
  | { readonly code: "not-given"; readonly what: "secret" | "ssh"; readonly id: string }
  | BadIgnorePattern
  | UnfetchedProblem
  /** Files of one step go to one place. */
  | ({ readonly code: "files-overwritten" } & Overwritten)
  | {
      readonly code: "no-linked-build";
      /** As the Dockerfile says it. */
      readonly reference: string;
      /** `through`: the builds on the way round. */
      readonly why:
        | { readonly kind: "missing" | "unreadable" | "deep"; readonly build: string }
        | {
            readonly kind: "circle";
            readonly by: "linked" | "tag";
            readonly through: readonly string[];
          };
    }
  /** `reason`: in the words of the editor's language, without a full stop. */
  | { readonly code: "context-unreadable"; readonly folder: string; readonly reason: string };

/** A step takes what stands in the place of files that git fetches apart. `paths`: at least one. */
export interface UnfetchedProblem {
  readonly code: "lfs-pointer-taken" | "submodule-empty";
  readonly paths: readonly string[];
}

/** Fails the build before anything runs. */
export interface BadIgnorePattern extends IgnoreProblem {
  readonly code: "bad-ignore-pattern";
  /** The name of the ignore file; null: it has none. */
  readonly file: string | null;
}
