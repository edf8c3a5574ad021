/** Looks a step up in the records of earlier builds, and of this one as far as it has come. */
import type { BuilderRules } from "../build/builderRules.js";
import type { Definition } from "./definition.js";
import type { PredictionKind } from "./prediction.js";
import { type CacheRecord, RecordIndex, type Token, unrecorded } from "./records.js";
import type { OpenInput, StepInput } from "./stepInput.js";

/** What the cache will do with a step, and what is known of its result. */
export interface Found {
  readonly kind: PredictionKind;
  readonly token: Token;
}

export const fresh: Found = { kind: "miss", token: unrecorded };

export class LookUp {
  readonly #records: RecordIndex;
  /** What this build has left so far; null: equal steps run as one. */
  readonly #committed: RecordIndex | null;

  /** @param key the name of a record */
  constructor(records: RecordIndex, rules: BuilderRules, key: (record: CacheRecord) => string) {
    this.#records = records;
    this.#committed = rules.runsEqualStepsOnce ? null : new RecordIndex([], key);
  }

  /** Steps in order: a stage finds what another one has just left. */
  commit(record: CacheRecord): void {
    this.#committed?.add(record);
  }

  /**
   * @param inputs the root file system first
   * @param key what the step will have once everything has been built
   */
  find({ digest }: Definition, inputs: readonly StepInput[], key: string): Found {
    const isKnown = inputs.every(({ token }) => token.kind === "known");
    const isThere = this.#records.has(key) || this.#committed?.has(key) === true;
    if (isKnown && isThere) return { kind: "hit", token: { kind: "known" } };
    const indexes = this.#committed === null ? [this.#records] : [this.#records, this.#committed];
    const candidates = indexes.flatMap((index) => index.candidates(digest, inputs));
    if (candidates.length > 0) {
      return { kind: "unknown", token: { kind: "one-of", keys: new Set(candidates) } };
    }
    return isKnown ? { kind: "miss", token: { kind: "known" } } : fresh;
  }
}

/** What an answer turned on. Where every input has a name, another name may stand for the same bytes. */
export function openInputs(inputs: readonly StepInput[], { kind }: Found): readonly OpenInput[] {
  const open = inputs.filter(({ token }) => token.kind !== "known");
  const turnedOn = open.length === 0 && kind === "unknown" ? inputs : open;
  return turnedOn.flatMap((input) => input.open ?? []);
}
