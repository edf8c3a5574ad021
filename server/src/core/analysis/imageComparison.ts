/** An image that was built, laid beside the Dockerfile as it stands: what `core/insight/builtImage.ts` finds out. */
import type { BaseImage, BaseLayer, HistoryRow } from "../image/baseImage.js";
import type { ImageContents } from "../image/layerContents.js";
import type { StepAnalysis } from "./analyse.js";

/** `unsure`: a variable in the line may have become anything. */
export type Likeness = "same" | "unsure" | "other";

export interface BuiltLayer {
  /** null: no line of the Dockerfile makes it. */
  readonly step: StepAnalysis | null;
  /** null: the image lacks it. */
  readonly layer: BaseLayer | null;
  /** In the image, from 0; null: it lacks it. */
  readonly number: number | null;
  readonly likeness: Likeness | null;
  /** True for what comes with the base image. */
  readonly isBase: boolean;
}

export interface ConfigDifference {
  readonly field: string;
  /** As JSON; null: the Dockerfile does not set it. */
  readonly expected: string | null;
  readonly found: string | null;
}

/** A row of the image's history with the line that made it. */
export interface BuiltHistoryRow {
  readonly row: HistoryRow;
  /** null: no line of the Dockerfile. */
  readonly step: StepAnalysis | null;
  readonly isBase: boolean;
}

export interface ImageComparison {
  /** From the bottom up. */
  readonly layers: readonly BuiltLayer[];
  /** From the bottom up; empty: the image tells none. */
  readonly history: readonly BuiltHistoryRow[];
  readonly config: readonly ConfigDifference[];
  /** False: the base image is not known, so that its part of the config was not compared. */
  readonly isWhole: boolean;
  /** True where nothing differs, by commands and config. */
  readonly isAlike: boolean;
}

/** An image that is shown beside the Dockerfile. */
export interface ShownImage {
  /** As a person calls it, in few words. */
  readonly name: string;
  readonly image: BaseImage;
  readonly comparison: ImageComparison;
  /** By the indexes of the steps that make them. */
  readonly layers: ReadonlyMap<number, BuiltLayer>;
  /** The files of its layers; null: nobody asked for them. */
  readonly contents: ImageContents | null;
}
