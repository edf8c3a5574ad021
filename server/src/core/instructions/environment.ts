/**
 * The variables that a RUN sees, in the order that its cache key has them: a name that is assigned
 * again moves to the end. Source: BuildKit, client/llb/meta.go `EnvList`.
 */
import type { Digest } from "../host.js";

interface Node {
  readonly name: string;
  value: string;
  previous: Node | null;
  next: Node | null;
}

/**
 * The digest is kept up to date at every assignment, so that a file of n instructions costs O(n):
 * it is the sum of the digests of all neighbouring pairs, which names the whole list because every
 * name stands in it once.
 */
export class OrderedEnvironment {
  readonly #digest: Digest;
  readonly #nodes = new Map<string, Node>();
  #last: Node | null = null;
  #sum = 0n;

  /** Starts empty, or as an independent copy of `start`: nothing is hashed again. */
  constructor(digest: Digest, start: OrderedEnvironment | null = null) {
    this.#digest = digest;
    if (start === null) return;
    for (const [name, value] of start.entries()) this.#append(name, value);
    this.#sum = start.#sum;
  }

  get(name: string): string | undefined {
    return this.#nodes.get(name)?.value;
  }

  set(name: string, value: string): void {
    const old = this.#nodes.get(name);
    if (old !== undefined) {
      if (old === this.#last && old.value === value) return;
      this.#unlink(old);
    }
    this.#sum += this.#pair(this.#append(name, value));
  }

  /** Oldest assignment first. */
  entries(): readonly (readonly [string, string])[] {
    const entries: (readonly [string, string])[] = [];
    for (let node = this.#last; node !== null; node = node.previous) {
      entries.push([node.name, node.value]);
    }
    return entries.reverse();
  }

  /** Equal for equal lists; values cannot be read back from it. */
  digest(): string {
    return BigInt.asUintN(256, this.#sum).toString(16);
  }

  #append(name: string, value: string): Node {
    const node: Node = { name, value, previous: this.#last, next: null };
    if (this.#last !== null) this.#last.next = node;
    this.#last = node;
    this.#nodes.set(name, node);
    return node;
  }

  #unlink(node: Node): void {
    this.#sum -= this.#pair(node);
    if (node.next !== null) {
      this.#sum -= this.#pair(node.next);
      node.next.previous = node.previous;
      this.#sum += this.#pair(node.next);
    } else {
      this.#last = node.previous;
    }
    if (node.previous !== null) node.previous.next = node.next;
    this.#nodes.delete(node.name);
  }

  #pair(node: Node): bigint {
    return BigInt(
      `0x${this.#digest(JSON.stringify([node.previous?.name ?? null, node.name, node.value]))}`,
    );
  }
}
