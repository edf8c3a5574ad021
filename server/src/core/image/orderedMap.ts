/** Names and what they stand for, in the order in which the names came first. Never changed. */
import {
  entriesIn,
  type PersistentMap,
  persistentMap,
  type SumMemory,
  sumOf,
  valueIn,
  withValue,
} from "./persistentMap.js";

interface Placed<V> {
  readonly value: V;
  readonly place: number;
}

/** See `PersistentMap` for what a change costs. A name that is set again keeps its place. */
export class OrderedMap<V> implements Iterable<readonly [string, V]> {
  static of<V>(entries: Iterable<readonly [string, V]>): OrderedMap<V> {
    const placed = new Map<string, Placed<V>>();
    for (const [name, value] of entries)
      placed.set(name, { value, place: placed.get(name)?.place ?? placed.size });
    return new OrderedMap(persistentMap(placed), placed.size);
  }

  private constructor(
    private readonly placed: PersistentMap<Placed<V>>,
    readonly size: number,
  ) {}

  get(name: string): V | undefined {
    return valueIn(this.placed, name)?.value;
  }

  has(name: string): boolean {
    return valueIn(this.placed, name) !== undefined;
  }

  /** The same object where the name has this value already. */
  with(name: string, value: V): OrderedMap<V> {
    const old = valueIn(this.placed, name);
    if (old !== undefined && Object.is(old.value, value)) return this;
    const placed = withValue(this.placed, name, { value, place: old?.place ?? this.size });
    return new OrderedMap(placed, old === undefined ? this.size + 1 : this.size);
  }

  /** In any order, which is quicker. */
  *unordered(): Generator<readonly [string, V]> {
    for (const [name, { value }] of entriesIn(this.placed)) yield [name, value];
  }

  /**
   * The sum of a number for each name with its value, whatever their order, without those that are
   * in `hidden`: see `sumOf`.
   */
  sum(
    hidden: OrderedMap<unknown>,
    numberOf: (name: string, value: V) => bigint,
    remembered: SumMemory,
  ): bigint {
    return sumOf(
      this.placed,
      hidden.placed,
      (name, { value }) => numberOf(name, value),
      remembered,
    );
  }

  *[Symbol.iterator](): IterableIterator<readonly [string, V]> {
    const entries = [...entriesIn(this.placed)].sort(([, a], [, b]) => a.place - b.place);
    for (const [name, { value }] of entries) yield [name, value];
  }
}

/** Names alone, in the order in which they came. Never changed. */
export class OrderedSet implements Iterable<string> {
  static of(names: Iterable<string>): OrderedSet {
    return new OrderedSet(OrderedMap.of([...names].map((name) => [name, true])));
  }

  private constructor(private readonly names: OrderedMap<true>) {}

  get size(): number {
    return this.names.size;
  }

  /** The same object where the name is in it. */
  with(name: string): OrderedSet {
    const names = this.names.with(name, true);
    return names === this.names ? this : new OrderedSet(names);
  }

  *[Symbol.iterator](): IterableIterator<string> {
    for (const [name] of this.names) yield name;
  }
}
