/**
 * The variables that a RUN gets, with their values, in the order in which they were last set. The
 * graph keeps no more than a digest of them, so that they are gone through anew where they are asked
 * for. Source: client/llb/meta.go `EnvList`, dockerfile2llb/convert.go `dispatchStages`.
 */
import type { Stage, Step } from "../../graph/graph.js";
import { defaultPath } from "../../image/config.js";

export type Environment = readonly (readonly [string, string])[];

/** Changed by each step that sets a variable. */
export class StageEnvironment {
  readonly #values: Map<string, string>;

  private constructor(values: Iterable<readonly [string, string]>) {
    this.#values = new Map(values);
  }

  static ofImage(entries: Environment): StageEnvironment {
    const start = new StageEnvironment([]);
    for (const [name, value] of entries) start.#set(name, value);
    if (!start.#values.has("PATH")) start.#set("PATH", defaultPath);
    return start;
  }

  /** Of a stage that continues another one: what the image of that one is set to is set again. */
  static continuing(parent: StageEnvironment, { config }: Stage): StageEnvironment {
    const start = new StageEnvironment(parent.#values);
    for (const [name, value] of config.environment) start.#set(name, value);
    return start;
  }

  apply({ assignments }: Step): void {
    for (const { name, value } of assignments) this.#set(name, value);
  }

  /** Oldest assignment first. */
  entries(): Environment {
    return [...this.#values];
  }

  /** A name that is set again moves to the end. */
  #set(name: string, value: string): void {
    this.#values.delete(name);
    this.#values.set(name, value);
  }
}
