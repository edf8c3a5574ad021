/** What a real engine decided for a case: plain data, the same each time it is recorded. */
import type { Builder } from "./caseFile.js";

export interface Recording {
  readonly case: string;
  readonly builder: Builder;
  /** SHA-256 of the case's text: a recording of another text is stale. */
  readonly digest: string;
  readonly engine: string;
  /** The first build, then one for each change. */
  readonly builds: readonly BuildRecord[];
}

export interface BuildRecord {
  readonly steps: readonly StepRecord[];
  /** What stands above the base image's own entries; null when the build failed. */
  readonly image: ImageRecord | null;
  readonly failure: FailureRecord | null;
}

/**
 * First line of the instruction (for a trigger that the base image left, the line of the FROM), its
 * keyword (`ONBUILD RUN` for a trigger), and what became of it. FROM is not a step.
 */
export type StepRecord = readonly [line: number, keyword: string, outcome: Outcome];

/** `not reached`: an earlier failure or nothing needed it. */
export type Outcome = "cached" | "run" | "failed" | "not reached";

export interface ImageRecord {
  readonly layers: number;
  readonly history: readonly HistoryRecord[];
  /** The image config's `config` object, keys in alphabetical order, without null, false and "". */
  readonly config: Readonly<Record<string, unknown>>;
  readonly author: string;
}

/** An entry's text, and what layer it has: one that an earlier build made, a new one, an archive of nothing. */
export type HistoryRecord = readonly [createdBy: string, layer: "none" | "kept" | "new" | "empty"];

export interface FailureRecord {
  readonly line: number | null;
  readonly message: string;
}
