/** What is known of the world in one moment. It does not change: an answer gives another one. */
import { type Known, pending, type Reason, unknown } from "../host.js";
import {
  type AnswerTo,
  type ContextAsk,
  type Listing,
  type Need,
  type NeedKind,
  type NeedOf,
  needKey,
} from "./facts.js";

export interface World {
  readonly facts: ReadonlyMap<string, Known<unknown>>;
  /** Kinds that nobody is asked for; what is known of them all the same counts. */
  readonly off: ReadonlySet<NeedKind>;
}

export const emptyWorld: World = { facts: new Map(), off: new Set() };

/** A need with what is answered to it. */
export type Answered = {
  readonly [K in NeedKind]: readonly [NeedOf<K>, Known<AnswerTo<K>>];
}[NeedKind];

export function factOf<K extends NeedKind>(world: World, need: NeedOf<K>): Known<AnswerTo<K>> {
  // Every entry was written by `answered`, with an answer of its need's kind.
  const fact = world.facts.get(factKey(need as Need)) as Known<AnswerTo<K>> | undefined;
  return fact ?? (world.off.has(need.kind) ? unknown("off") : pending);
}

/** The files of a listing that could not be read in its state. */
export function unreadFiles(
  { facts }: World,
  need: Omit<NeedOf<"contents">, "paths">,
): ReadonlySet<string> {
  // Only `answered` writes an entry of this kind.
  const fact = facts.get(contentsKey(need)) as Unread | undefined;
  return fact?.paths ?? new Set();
}

/** The world with these answers. An answer about the files of a tree that is gone is dropped. */
export function answered(world: World, answers: Iterable<Answered>): World {
  const facts = new Map(world.facts);
  for (const [need, answer] of answers) {
    if (answer.kind === "pending") continue;
    if (need.kind !== "contents") facts.set(factKey(need), answer);
    else {
      const key = factKey({ kind: "tree", ...need.context });
      // The key of a listing.
      const listing = facts.get(key) as Known<Listing> | undefined;
      if (listing?.kind !== "known" || listing.value.state !== need.state) continue;
      if (answer.kind === "known") facts.set(key, answer);
      else facts.set(contentsKey(need), unread(facts.get(contentsKey(need)), need, answer.reason));
    }
  }
  return { ...world, facts };
}

/** The world in which nobody is asked for a kind, or in which somebody is again. */
export function switched(world: World, kind: NeedKind, isOn: boolean): World {
  const off = new Set(world.off);
  if (isOn) off.delete(kind);
  else off.add(kind);
  return { ...world, off };
}

/** The world without what none of these needs asks for. */
export function retained(world: World, needs: Iterable<Need>): World {
  const wanted = new Set<string>();
  for (const need of needs)
    wanted.add(need.kind === "contents" ? contentsKey(need) : factKey(need));
  const facts = new Map([...world.facts].filter(([key]) => wanted.has(key)));
  return facts.size === world.facts.size ? world : { ...world, facts };
}

/** True when two worlds answer all of these needs alike. */
export function isSameFor(a: World, b: World, needs: readonly Need[]): boolean {
  if (a === b) return true;
  return needs.every((need) => {
    const key = need.kind === "contents" ? contentsKey(need) : factKey(need);
    return a.facts.get(key) === b.facts.get(key) && a.off.has(need.kind) === b.off.has(need.kind);
  });
}

interface Unread {
  readonly kind: "unknown";
  readonly reason: Reason;
  readonly error: null;
  readonly paths: ReadonlySet<string>;
}

function unread(before: unknown, { paths }: NeedOf<"contents">, reason: Reason): Unread {
  // See `unreadFiles`.
  const others = (before as Unread | undefined)?.paths ?? [];
  return { kind: "unknown", reason, error: null, paths: new Set([...others, ...paths]) };
}

/** One object's words in one order, whoever wrote it. */
function factKey(need: Need): string {
  switch (need.kind) {
    case "tree":
      return needKey({ kind: need.kind, ...contextOf(need) });
    default:
      return needKey(need);
  }
}

/** Its words alone, in one order. */
export function contextOf({ folder, builder, dockerfile, unfiltered }: ContextAsk): ContextAsk {
  const ask = { folder, builder, dockerfile };
  return unfiltered === undefined ? ask : { ...ask, unfiltered };
}

function contentsKey({ context, state }: Omit<NeedOf<"contents">, "paths">): string {
  return `contents ${state} ${factKey({ kind: "tree", ...context })}`;
}
