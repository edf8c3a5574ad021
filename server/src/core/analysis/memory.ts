/**
 * What one build (a text, a definition, a platform, a place) keeps from one answer to the next, so
 * that an edit costs what it changes. Answers with it are equal to those without: it holds values and
 * what they were made of, and a value stands only where all of that is the same.
 */
import type { BuildDefinition } from "../build/definition.js";
import type { Platform } from "../build/platform.js";
import type { AlignedGraph } from "../cache/align.js";
import type { ExportedCache } from "../cache/exact/exportedCache.js";
import { KeptCauses } from "../cache/keptCauses.js";
import { KeptDefinitions } from "../cache/keptDefinitions.js";
import { KeptRuns } from "../cache/keptRuns.js";
import type { Baseline } from "../cache/records.js";
import { type MadeBefore, nothingMade } from "../context/selection.js";
import type { Need, NeedOf } from "../world/facts.js";
import type { World } from "../world/world.js";
import type { RememberedGraph } from "./graphs.js";
import { KeptSteps } from "./stepAnalysis.js";

export class Memory {
  /** Of the last text. */
  graph: RememberedGraph | null = null;
  /** Its steps among those of the last real build, for what that tells of them. */
  timed: AlignedGraph | null = null;
  /** The last commit that it was compared with. */
  commit: RememberedCommit | null = null;
  /** The files whose bytes were asked for last: one object while they are the same. */
  bytes: NeedOf<"bytes"> | null = null;
  /**
   * Exported caches in which there was too much to look through, whatever the text: they are looked
   * through again once they are read anew. The one thing that is remembered of no equal answer.
   */
  refused: readonly ExportedCache[] = [];
  /** What is made before the build, as it was last: one object while it says the same. */
  made: MadeBefore = nothingMade;
  readonly #definitions = new KeptDefinitions();
  /** The last that was asked for comes last. */
  readonly #compared = new Map<ComparedBaseline, Compared>();

  /** What is kept of the comparison with one baseline: right after a build two are asked in turn. */
  comparedWith(baseline: ComparedBaseline): Compared {
    const compared = this.#compared.get(baseline) ?? {
      runs: new KeptRuns(this.#definitions),
      causes: new KeptCauses(),
      steps: new KeptSteps(),
    };
    this.#compared.delete(baseline);
    this.#compared.set(baseline, compared);
    const [first] = this.#compared.keys();
    if (this.#compared.size > keptComparisons && first !== undefined) this.#compared.delete(first);
    return compared;
  }
}

/** Each is as large as all that is known of the steps. */
const keptComparisons = 2;

/** A commit as a baseline, with all that it was found out from. */
export interface RememberedCommit {
  readonly ref: string;
  readonly definition: BuildDefinition;
  readonly platform: Platform;
  /** The last one in which it held. */
  world: World;
  readonly reads: readonly Need[];
  readonly baseline: Baseline;
  /** Of the commit's own analysis. */
  readonly own: Memory;
}

/** A place for each kind of baseline that one build is compared with. */
export type ComparedBaseline = "last" | "before" | "recorded" | "git" | "export" | "empty";

export interface Compared {
  readonly runs: KeptRuns;
  readonly causes: KeptCauses;
  readonly steps: KeptSteps;
}
