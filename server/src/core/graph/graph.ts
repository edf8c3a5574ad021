/** The build graph: stages, the steps in them, and what each needs. Plain data. */

import type { BuildDefinition, ContextSource } from "../build/definition.js";
import type { Platform } from "../build/platform.js";
import type { BaseImage } from "../image/baseImage.js";
import type { ImageConfig } from "../image/config.js";
import type { Effect } from "../instructions/kind.js";
import type { Operation } from "../instructions/operation.js";
import type { Instruction } from "../syntax/syntax.js";
import type { Problem, TextRange } from "../text/range.js";

export type StageBase =
  | {
      readonly kind: "image";
      readonly reference: string;
      readonly image: BaseImage | null;
      /** There when a `--build-context` names it. */
      readonly isNamed?: true;
    }
  | { readonly kind: "stage"; readonly index: number }
  | { readonly kind: "scratch" }
  /** The files of a `--build-context`. */
  | { readonly kind: "folder"; readonly name: string }
  /** A named context that only the builder gets: the files of a repository, what another build leaves. */
  | {
      readonly kind: "elsewhere";
      readonly name: string;
      readonly source: Extract<ContextSource, { kind: "git" | "build" }>;
    }
  /** The FROM cannot be read. */
  | { readonly kind: "broken" };

/** True when what an image of this base is set to by default is known. */
export function isBaseKnown(base: StageBase): boolean {
  if (base.kind === "elsewhere") return base.source.kind === "git";
  return base.kind !== "image" || base.image !== null;
}

export interface Assignment {
  readonly name: string;
  readonly value: string;
}

export interface Step {
  /** Its place in `BuildGraph.steps`. */
  readonly index: number;
  /** null: an ARG before the first FROM. */
  readonly stage: number | null;
  readonly instruction: Instruction;
  readonly line: number;
  readonly endLine: number;
  readonly keyword: string;
  /** The instruction on one line, as typed. */
  readonly text: string;
  readonly effect: Effect;
  readonly shaping: boolean;
  readonly operation: Operation | null;
  /** See `Evaluation.words`. */
  readonly words: readonly string[];
  /** True when an ONBUILD of the parent stage runs here, right after the FROM. */
  readonly isTrigger: boolean;
  /** See `Evaluation.neverFound`. */
  readonly neverFound: boolean;
  /** True for what the classic builder appends for `--label`: no such line is in the file. */
  readonly isOption: boolean;
  /** True when something is wrong with the instruction: the build fails here at the latest. */
  readonly fails: boolean;
  /** What an ENV or ARG sets here, variables expanded. */
  readonly assignments: readonly Assignment[];
  /** The number that the builder prints; null: it prints none. */
  readonly number: number | null;
}

export interface Stage {
  readonly index: number;
  /** Lower case; null: it has none. */
  readonly name: string | null;
  /** What the builder prints in front of the numbers; empty: nothing. */
  readonly label: string;
  readonly base: StageBase;
  readonly platform: Platform;
  readonly instruction: Instruction;
  readonly range: TextRange;
  /** The FROM first. */
  readonly steps: readonly Step[];
  /** True when the target needs it (or, for the classic builder, stands at or below it). */
  readonly isBuilt: boolean;
  /** True when a `--build-context` takes its place: nothing but its FROM counts. */
  readonly isReplaced: boolean;
  /** Stages that this one needs: base, COPY --from, mounts. */
  readonly needs: readonly number[];
  /** How many steps the builder announces for the stage. */
  readonly total: number;
  readonly config: ImageConfig;
}

export interface BuildGraph {
  readonly definition: BuildDefinition;
  /** The one of the definition's platforms that is built. */
  readonly platform: Platform;
  readonly stages: readonly Stage[];
  /** In the file's order, ARGs before the first FROM included. */
  readonly steps: readonly Step[];
  /** The stage that the build ends at; null: there is none. */
  readonly target: Stage | null;
  /** True when the builder runs nothing, because of what is wrong with the file. */
  readonly isRejected: boolean;
  /** An error fails the build; those of stages that are not built are left out. */
  readonly problems: readonly Problem[];
}
