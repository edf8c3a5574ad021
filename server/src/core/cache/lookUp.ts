/** Looks a step up in the records of earlier builds, and of this one as far as it has come. */
import type { Builder } from "../build/builder.js";
import type { Definition } from "./definition.js";
import type { PredictionKind } from "./prediction.js";
import { type CacheRecord, RecordIndex, type Token } from "./records.js";
import type { OpenInput, StepInput } from "./stepInput.js";

/** What the cache will do with a step, and what is known of its result. */
export interface Found {
  readonly kind: PredictionKind;
  readonly token: Token;
}

/** What runs anew has a result that no record knows. */
export const fresh: Found = { kind: "miss", token: { kind: "one-of", ids: new Set() } };

export class LookUp {
  readonly #records: RecordIndex;
  readonly #key: (record: CacheRecord) => string;
  /** Classic: what this build has left so far. null: BuildKit, which runs equal steps as one. */
  readonly #committed: RecordIndex | null;

  /** @param key the name of a record */
  constructor(records: RecordIndex, builder: Builder, key: (record: CacheRecord) => string) {
    this.#records = records;
    this.#key = key;
    this.#committed = builder === "classic" ? new RecordIndex([], key) : null;
  }

  /** The classic builder works in order, so that a stage finds what another one has just left. */
  commit(record: CacheRecord): void {
    this.#committed?.add(record);
  }

  /**
   * @param inputs the root file system first
   * @param key what the step will have once everything has been built
   */
  find({ digest }: Definition, inputs: readonly StepInput[], key: string): Found {
    const ids = inputs.flatMap(({ token }) => (token.kind === "known" ? [token.id] : []));
    let own: Token | null = null;
    if (ids.length === inputs.length) {
      const isAsBuilt = inputs.every(({ exec }, at) => exec === ids[at]);
      const id = isAsBuilt ? key : this.#key([digest, ids]);
      own = { kind: "known", id };
      const isThere = this.#records.has(id) || this.#committed?.has(id) === true;
      if (isThere) return { kind: "hit", token: own };
    }
    const tokens = inputs.map(
      ({ token, isPinned, exec }): Token =>
        isPinned === true ? { kind: "download", id: exec } : token,
    );
    const indexes = this.#committed === null ? [this.#records] : [this.#records, this.#committed];
    const candidates = indexes.flatMap((index) => index.candidates(digest, tokens));
    if (candidates.length === 0) return own === null ? fresh : { kind: "miss", token: own };
    return { kind: "unknown", token: { kind: "one-of", ids: new Set(candidates) } };
  }
}

/** What an answer turned on. Where every input has a name, another name may stand for the same bytes. */
export function openInputs(inputs: readonly StepInput[], { kind }: Found): readonly OpenInput[] {
  const open = inputs.filter(({ token }) => token.kind !== "known");
  const turnedOn = open.length === 0 && kind === "unknown" ? inputs : open;
  return turnedOn.flatMap((input) => input.open ?? []);
}
