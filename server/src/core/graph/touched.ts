/** Which stages of a file have to be looked at again: in a file of a thousand, most need not be. */
import type { BuildGraph, Stage } from "./graph.js";

/** Stages that are to be looked at, in their order. */
export class TouchedStages {
  readonly #graph: Pick<BuildGraph, "stages" | "neededBy">;
  readonly #touched: Uint8Array;

  /** @param areAll false: none of them so far */
  constructor(graph: Pick<BuildGraph, "stages" | "neededBy">, areAll: boolean) {
    this.#graph = graph;
    this.#touched = new Uint8Array(graph.stages.length);
    if (areAll) this.#touched.fill(1);
  }

  touch(stage: number): void {
    this.#touched[stage] = 1;
  }

  /** Those where two lists of what belongs to the stages hold other objects. */
  touchDiffering(now: readonly unknown[], before: readonly unknown[]): void {
    for (let at = 0; at < now.length; at++) if (now[at] !== before[at]) this.#touched[at] = 1;
  }

  /** The first of them; as many as there are stages: none. */
  get first(): number {
    const first = this.#touched.indexOf(1);
    return first < 0 ? this.#touched.length : first;
  }

  /** @param look true where a stage has become another one for those that need it: these come too */
  each(look: (stage: Stage) => boolean): void {
    const { stages, neededBy } = this.#graph;
    for (let at = 0; at < stages.length; at++) {
      if (this.#touched[at] === 0) continue;
      const stage = stages[at];
      if (stage === undefined || !look(stage)) continue;
      for (const other of neededBy[at] ?? []) this.#touched[other] = 1;
    }
  }
}
