/** What earlier builds left behind: cache records to hit, and the builds to compare with. */

import type { Builder } from "../build/builder.js";
import type { Manifest } from "../context/manifest.js";
import type { Facets } from "./definition.js";

/**
 * The version of the model that makes the keys. State that was written under another one is not
 * compared: raise it whenever equal builds could get other keys.
 */
export const modelVersion = 4;

/** One cache record: a definition that ran on these inputs. Its key is `resultKey` of the two. */
export type CacheRecord = readonly [definition: string, inputs: readonly string[]];

export interface StepRecord {
  readonly stage: number | null;
  readonly stageName: string | null;
  readonly line: number;
  readonly keyword: string;
  /** Digest of the instruction as typed, for finding it again in an edited file. */
  readonly text: string;
  /** null: the builder ran nothing for it. */
  readonly key: string | null;
  readonly facets: Facets;
  readonly inputs: readonly string[];
  /** What was set here: names and digests of values. */
  readonly assignments: readonly (readonly [name: string, value: string])[];
  /** The files that it took from the build context, by the digest of the list; null: none. */
  readonly manifest: string | null;
}

export interface BuildRecord {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Absolute path or URI of the Dockerfile. */
  readonly dockerfile: string;
  readonly context: string;
  readonly builder: Builder;
  readonly target: string | null;
  readonly steps: readonly StepRecord[];
}

/** Everything that predictions are made against. */
export interface Baseline {
  readonly kind: "last" | "git" | "recorded" | "empty";
  /** What the JSON calls it: a git ref, or English words where its kind says all. */
  readonly label: string;
  /** The build that changes are explained against; null: none of this Dockerfile. */
  readonly build: BuildRecord | null;
  readonly records: RecordIndex;
  /** The files of a `StepRecord.manifest`; null: not kept any more. */
  readonly manifest: (id: string) => Manifest | null;
}

/** Looks records up by key and by definition. */
export class RecordIndex {
  readonly #byDefinition = new Map<string, (readonly string[])[]>();
  readonly #keys = new Set<string>();
  readonly #key: (record: CacheRecord) => string;

  constructor(records: Iterable<CacheRecord>, key: (record: CacheRecord) => string) {
    this.#key = key;
    for (const record of records) this.add(record);
  }

  add(record: CacheRecord): void {
    const name = this.#key(record);
    if (this.#keys.has(name)) return;
    this.#keys.add(name);
    const [definition, inputs] = record;
    const list = this.#byDefinition.get(definition);
    if (list === undefined) this.#byDefinition.set(definition, [inputs]);
    else list.push(inputs);
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** The keys of all records that `inputs` could turn out to be. */
  candidates(definition: string, inputs: readonly Token[]): readonly string[] {
    const keys: string[] = [];
    for (const recorded of this.#byDefinition.get(definition) ?? []) {
      const fits =
        recorded.length === inputs.length &&
        recorded.every((input, i) => {
          const token = inputs[i];
          return token !== undefined && couldBe(token, input);
        });
      if (fits) keys.push(this.#key([definition, recorded]));
    }
    return keys;
  }
}

/**
 * What is known of an input before the build: exactly this, or one of these keys unless it turns
 * out to be new, or any content at all.
 */
export type Token =
  | { readonly kind: "known"; readonly id: string }
  | { readonly kind: "one-of"; readonly ids: ReadonlySet<string> }
  /** Exactly this, or what an earlier build got from some address. */
  | { readonly kind: "download"; readonly id: string }
  | { readonly kind: "any" };

/**
 * Content that only a build has seen goes by the step or the image that it comes from: two such
 * names can stand for the same bytes, which is all that BuildKit compares.
 */
function mayBeEqual(a: string, b: string): boolean {
  const isContent = (name: string) => /^(content|partial):/.test(name);
  return isContent(a) && isContent(b) && [a, b].some((name) => name.startsWith("partial:"));
}

function couldBe(token: Token, input: string): boolean {
  switch (token.kind) {
    case "known":
      return token.id === input || mayBeEqual(token.id, input);
    case "one-of":
      return token.ids.has(input);
    case "download":
      return (
        token.id === input ||
        /^remote:(?!sha256:)/.test(input) ||
        (token.id.startsWith("git:") && input.startsWith("git:"))
      );
    case "any":
      return true;
  }
}
