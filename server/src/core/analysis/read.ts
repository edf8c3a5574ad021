import type { Known } from "../host.js";
import type { AnswerTo, Need, NeedKind, NeedOf } from "../world/facts.js";
import { factOf, type World } from "../world/world.js";

/** Looks a fact up, and remembers that it was. */
export type Read = <K extends NeedKind>(need: NeedOf<K>) => Known<AnswerTo<K>>;

export interface Lookups {
  readonly read: Read;
  /** Those that have no answer yet. */
  readonly needs: Need[];
  /** All that was looked up. */
  readonly reads: Need[];
}

export function openLookups(world: World): Lookups {
  const reads: Need[] = [];
  const needs: Need[] = [];
  const read: Read = (need) => {
    const fact = factOf(world, need);
    // A need of one kind is a need.
    reads.push(need as Need);
    if (fact.kind === "pending") needs.push(need as Need);
    return fact;
  };
  return { read, needs, reads };
}
