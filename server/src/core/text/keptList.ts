const none: readonly never[] = [];

/**
 * A list in just the room that it needs, for values that are kept by the thousand: what `push` and
 * `flatMap` give has room for more, and each empty list is an object of its own.
 */
export function keptList<T>(list: readonly T[]): readonly T[] {
  return list.length === 0 ? none : list.slice();
}
