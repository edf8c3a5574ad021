/** Remembers answers about two values by the values themselves, for as long as both live. */
export interface PairMemory<A extends object, B extends object, T> {
  get(a: A, b: B): T | undefined;
  set(a: A, b: B, answer: T): void;
}

export function pairMemory<A extends object, B extends object, T>(): PairMemory<A, B, T> {
  const answers = new WeakMap<A, WeakMap<B, T>>();
  return {
    get: (a, b) => answers.get(a)?.get(b),
    set(a, b, answer) {
      const ofA = answers.get(a);
      if (ofA === undefined) answers.set(a, new WeakMap([[b, answer]]));
      else ofA.set(b, answer);
    },
  };
}
