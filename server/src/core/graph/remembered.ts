/** One value for the same objects, for as long as they are there. */
export class RememberedByObjects<V> {
  readonly #deeper = new WeakMap<object, RememberedByObjects<V>>();
  #value: { readonly made: V } | null = null;

  /** @param make a function of nothing but these objects */
  get(objects: readonly object[], make: () => V): V {
    const [first, ...others] = objects;
    if (first === undefined) {
      this.#value ??= { made: make() };
      return this.#value.made;
    }
    let deeper = this.#deeper.get(first);
    if (deeper === undefined) {
      deeper = new RememberedByObjects();
      this.#deeper.set(first, deeper);
    }
    return deeper.get(others, make);
  }
}
