/**
 * The variables that a RUN sees, in the order that its cache key has them: a name that is assigned
 * again moves to the end. Source: BuildKit, client/llb/meta.go `EnvList`.
 */
import type { Digest } from "../host.js";
import { type PersistentMap, persistentMap, valueIn, withValue } from "../image/persistentMap.js";

/** A variable, and the names that stand beside it. */
interface Link {
  readonly value: string;
  readonly previous: string | null;
  readonly next: string | null;
}

/**
 * Never changed: an assignment gives another one. Its digest is the sum of the digests of all
 * neighbouring pairs, which names the whole list because every name stands in it once: an
 * assignment costs three of them at most, so that a file of n instructions costs O(n log n).
 */
export class OrderedEnvironment {
  static of(digest: Digest, entries: Iterable<readonly [string, string]> = []): OrderedEnvironment {
    const values = new Map<string, string>();
    for (const [name, value] of entries) {
      values.delete(name);
      values.set(name, value);
    }
    const names = [...values.keys()];
    const links = new Map<string, Link>();
    let sum = 0n;
    for (const [at, name] of names.entries()) {
      const [value, previous] = [values.get(name) ?? "", names[at - 1] ?? null];
      links.set(name, { value, previous, next: names[at + 1] ?? null });
      sum += pairDigest(digest, previous, name, value);
    }
    const last = names.at(-1) ?? null;
    return new OrderedEnvironment(digest, persistentMap(links), last, sum, names.length);
  }

  private constructor(
    private readonly textDigest: Digest,
    private readonly links: PersistentMap<Link>,
    private readonly last: string | null,
    private readonly sum: bigint,
    /** How many variables it has. */
    readonly size: number,
  ) {}

  get(name: string): string | undefined {
    return valueIn(this.links, name)?.value;
  }

  /** The same object where the name stands last with this value. */
  with(name: string, value: string): OrderedEnvironment {
    const old = valueIn(this.links, name);
    if (old === undefined) return this.#appended(name, value);
    if (old.next === null && old.value === value) return this;
    return this.#without(name, old).#appended(name, value);
  }

  /** Oldest assignment first. */
  entries(): readonly (readonly [string, string])[] {
    const entries: (readonly [string, string])[] = [];
    for (let name = this.last; name !== null; ) {
      const link = valueIn(this.links, name);
      if (link === undefined) break;
      entries.push([name, link.value]);
      name = link.previous;
    }
    return entries.reverse();
  }

  /** Equal for equal lists; values cannot be read back from it. */
  digest(): string {
    return BigInt.asUintN(256, this.sum).toString(16);
  }

  #appended(name: string, value: string): OrderedEnvironment {
    const { last } = this;
    const links = withValue(relinked(this.links, last, { next: name }), name, {
      value,
      previous: last,
      next: null,
    });
    const sum = this.sum + this.#pair(last, name, value);
    return new OrderedEnvironment(this.textDigest, links, name, sum, this.size + 1);
  }

  /** Its neighbours stand side by side; its own link stays, for whoever appends it to overwrite. */
  #without(name: string, { value, previous, next }: Link): OrderedEnvironment {
    let sum = this.sum - this.#pair(previous, name, value);
    if (next !== null) {
      const nextValue = this.get(next) ?? "";
      sum += this.#pair(previous, next, nextValue) - this.#pair(name, next, nextValue);
    }
    const links = relinked(relinked(this.links, previous, { next }), next, { previous });
    return new OrderedEnvironment(
      this.textDigest,
      links,
      next === null ? previous : this.last,
      sum,
      this.size - 1,
    );
  }

  #pair(previous: string | null, name: string, value: string): bigint {
    return pairDigest(this.textDigest, previous, name, value);
  }
}

function pairDigest(digest: Digest, previous: string | null, name: string, value: string): bigint {
  return BigInt(`0x${digest(JSON.stringify([previous, name, value]))}`);
}

function relinked(
  links: PersistentMap<Link>,
  name: string | null,
  change: Partial<Link>,
): PersistentMap<Link> {
  const link = name === null ? undefined : valueIn(links, name);
  return name === null || link === undefined
    ? links
    : withValue(links, name, { ...link, ...change });
}
