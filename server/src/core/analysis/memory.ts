/**
 * What one build (a text, a definition, a platform, a place) keeps from one answer to the next, so
 * that an edit costs what it changes. Answers with it are equal to those without: it holds values and
 * what they were made of, and a value stands only where all of that is the same.
 */
import { KeptCauses } from "../cache/keptCauses.js";
import { KeptRuns } from "../cache/keptRuns.js";
import type { RememberedGraph } from "./graphs.js";
import { KeptSteps } from "./stepAnalysis.js";

export class Memory {
  /** Of the last text. */
  graph: RememberedGraph | null = null;
  readonly #compared = new Map<ComparedBaseline, Compared>();

  /** What is kept of the comparison with one baseline: right after a build two are asked in turn. */
  comparedWith(baseline: ComparedBaseline): Compared {
    const known = this.#compared.get(baseline);
    if (known !== undefined) return known;
    const compared = { runs: new KeptRuns(), causes: new KeptCauses(), steps: new KeptSteps() };
    this.#compared.set(baseline, compared);
    return compared;
  }
}

/** A place for each kind of baseline that one build is compared with. */
export type ComparedBaseline = "last" | "before" | "git" | "empty";

export interface Compared {
  readonly runs: KeptRuns;
  readonly causes: KeptCauses;
  readonly steps: KeptSteps;
}
