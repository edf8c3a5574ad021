/** What earlier builds left behind: cache records to hit, and the builds to compare with. */

import type { Builder } from "../build/builder.js";
import type { Manifest } from "../context/manifest.js";
import type { Facets } from "./definition.js";
import { type InputName, isSameName, mayBeEqual, nameText } from "./inputName.js";

/**
 * The version of the model that makes the keys. State that was written under another one is not
 * compared: raise it whenever equal builds could get other keys.
 */
export const modelVersion = 4;

/** One cache record: a definition that ran on these inputs. Its key is `resultKey` of the two. */
export type CacheRecord = readonly [definition: string, inputs: readonly InputName[]];

/** Equal for equal records. */
export function recordText([definition, inputs]: CacheRecord): string {
  return `${definition}\n${inputs.map(nameText).join("\n")}`;
}

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
  readonly inputs: readonly InputName[];
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
  /** `pending`, `unknown`: it is not known, and nothing is predicted. */
  readonly kind: "last" | "git" | "recorded" | "empty" | "pending" | "unknown";
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
  readonly #byDefinition = new Map<string, (readonly InputName[])[]>();
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
  candidates(definition: string, inputs: readonly NamedInput[]): readonly string[] {
    const keys: string[] = [];
    for (const recorded of this.#byDefinition.get(definition) ?? []) {
      const fits =
        recorded.length === inputs.length &&
        recorded.every((name, i) => {
          const input = inputs[i];
          return input !== undefined && couldBe(input, name);
        });
      if (fits) keys.push(this.#key([definition, recorded]));
    }
    return keys;
  }
}

/**
 * What is known of an input before the build: that it is what its name says, or the result of one
 * of these keys unless it turns out to be new, or nothing at all.
 */
export type Token =
  | { readonly kind: "known" }
  | { readonly kind: "one-of"; readonly keys: ReadonlySet<string> }
  | { readonly kind: "any" };

/** What runs anew has a result that no record knows. */
export const unrecorded: Token = { kind: "one-of", keys: new Set() };

/** An input by the name that it has once everything has been built, and what is known of it now. */
export interface NamedInput {
  readonly name: InputName;
  readonly token: Token;
  /** Content of a known checksum: a download of before, of which none is known, may have been it. */
  readonly isPinned?: true;
}

function couldBe({ name, token, isPinned }: NamedInput, recorded: InputName): boolean {
  if (isPinned === true) {
    const isDownload = recorded.kind === "address" || isSameName(name, recorded);
    return isDownload || (name.kind === "git" && recorded.kind === "git");
  }
  switch (token.kind) {
    case "known":
      return mayBeEqual(name, recorded);
    case "one-of":
      return recorded.kind === "step" && token.keys.has(recorded.key);
    case "any":
      return true;
  }
}
