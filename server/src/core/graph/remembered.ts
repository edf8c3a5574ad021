/** One value for the same objects, for as long as they are there. */
export class RememberedByObjects<V> {
  /** Where more objects follow: a map that is empty costs the collector of garbage as much as any. */
  #deeper: WeakMap<object, RememberedByObjects<V>> | null = null;
  #value: { readonly made: V } | null = null;

  /** @param make a function of nothing but these objects */
  get(objects: readonly object[], make: () => V): V {
    const found = this.#at(objects, 0);
    found.#value ??= { made: make() };
    return found.#value.made;
  }

  /** Below the objects from `from` on. */
  #at(objects: readonly object[], from: number): RememberedByObjects<V> {
    const first = objects[from];
    if (first === undefined) return this;
    this.#deeper ??= new WeakMap();
    let deeper = this.#deeper.get(first);
    if (deeper === undefined) {
      deeper = new RememberedByObjects();
      this.#deeper.set(first, deeper);
    }
    return deeper.#at(objects, from + 1);
  }
}
