/**
 * Maps that are never changed: setting a name gives another map, which shares all but a few nodes
 * with the one before, or the very same map when it says nothing new. So n settings cost
 * O(n log n), with the state after each of them kept or not. A trie over the bits of a hash.
 */

/** null: an empty one. Names have no order. */
export type PersistentMap<V> = Branch<V> | Leaf<V> | null;

interface Branch<V> {
  readonly kind: "branch";
  /** A bit for each of 32 children that is there. */
  readonly present: number;
  /** Those children, in the order of their bits. */
  readonly children: readonly (Branch<V> | Leaf<V>)[];
}

/** All names of one hash: nearly always one. */
interface Leaf<V> {
  readonly kind: "leaf";
  readonly hash: number;
  readonly entries: readonly (readonly [string, V])[];
}

/** All at once: what setting one after the other gives, without the maps between. */
export function persistentMap<V>(entries: ReadonlyMap<string, V>): PersistentMap<V> {
  const leaves = new Map<number, Leaf<V>>();
  for (const entry of entries) {
    const hash = hashOf(entry[0]);
    const same = leaves.get(hash)?.entries ?? [];
    leaves.set(hash, { kind: "leaf", hash, entries: [...same, entry] });
  }
  return leaves.size === 0 ? null : grown([...leaves.values()], 0);
}

export function valueIn<V>(map: PersistentMap<V>, name: string): V | undefined {
  const hash = hashOf(name);
  let node = map;
  for (let shift = 0; node?.kind === "branch"; shift += bitsOfLevel) {
    const bit = bitAt(hash, shift);
    node = (node.present & bit) === 0 ? null : (node.children[indexOf(node, bit)] ?? null);
  }
  return node?.hash === hash ? node.entries.find(([key]) => key === name)?.[1] : undefined;
}

export function withValue<V>(map: PersistentMap<V>, name: string, value: V): PersistentMap<V> {
  const leaf: Leaf<V> = { kind: "leaf", hash: hashOf(name), entries: [[name, value]] };
  return map === null ? leaf : inserted(map, leaf, 0);
}

/** All names with their values, in no order that means anything. */
export function entriesIn<V>(map: PersistentMap<V>): readonly (readonly [string, V])[] {
  const entries: (readonly [string, V])[] = [];
  const open = map === null ? [] : [map];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === "branch") open.push(...node.children);
    else entries.push(...node.entries);
  }
  return entries;
}

/**
 * The sum of a number for each name with its value, without those names that stand in `hidden`. What
 * was summed before is remembered with the nodes, so that one name more costs a few of them.
 * @param remembered of sums with the same `numberOf` alone
 */
export function sumOf<V>(
  map: PersistentMap<V>,
  hidden: PersistentMap<unknown>,
  numberOf: (name: string, value: V) => bigint,
  remembered: SumMemory,
): bigint {
  return map === null ? 0n : summed(map, hidden, 0);

  function summed(node: Branch<V> | Leaf<V>, other: PersistentMap<unknown>, shift: number): bigint {
    const sums = remembered.get(node) ?? new WeakMap<object, bigint>();
    remembered.set(node, sums);
    const known = sums.get(other ?? nothing);
    if (known !== undefined) return known;
    let sum = 0n;
    if (node.kind === "branch") {
      let rest = node.present;
      for (const child of node.children) {
        const bit = rest & -rest;
        rest ^= bit;
        sum += summed(child, childAt(other, bit), shift + bitsOfLevel);
      }
    } else {
      for (const [name, value] of node.entries)
        if (!isBelow(other, name, node.hash, shift)) sum += numberOf(name, value);
    }
    sums.set(other ?? nothing, sum);
    return sum;
  }
}

export type SumMemory = WeakMap<object, WeakMap<object, bigint>>;

/** Stands for an empty map where a memory needs an object. */
const nothing = {};

/** What of a map has the hashes of one child of a branch at the same place. */
function childAt(node: PersistentMap<unknown>, bit: number): PersistentMap<unknown> {
  // A leaf stands higher than it has to: whoever comes to a leaf compares its hash.
  if (node?.kind !== "branch") return node;
  return (node.present & bit) === 0 ? null : (node.children[indexOf(node, bit)] ?? null);
}

/** True where a name stands in what is below the bits that `shift` counts. */
function isBelow(map: PersistentMap<unknown>, name: string, hash: number, shift: number): boolean {
  let node = map;
  for (let at = shift; node?.kind === "branch"; at += bitsOfLevel)
    node = childAt(node, bitAt(hash, at));
  return node?.hash === hash && node.entries.some(([key]) => key === name);
}

const bitsOfLevel = 5;

/** At least one leaf, of hashes that are equal below `shift` and differ above. */
function grown<V>(leaves: readonly Leaf<V>[], shift: number): Branch<V> | Leaf<V> {
  const [first, second] = leaves;
  if (first !== undefined && second === undefined) return first;
  const groups: Leaf<V>[][] = Array.from({ length: 1 << bitsOfLevel }, () => []);
  for (const leaf of leaves) groups[indexAt(leaf.hash, shift)]?.push(leaf);
  let present = 0;
  const children: (Branch<V> | Leaf<V>)[] = [];
  for (const [index, group] of groups.entries()) {
    if (group.length === 0) continue;
    present |= 1 << index;
    children.push(grown(group, shift + bitsOfLevel));
  }
  return { kind: "branch", present, children };
}

function inserted<V>(node: Branch<V> | Leaf<V>, leaf: Leaf<V>, shift: number): Branch<V> | Leaf<V> {
  if (node.kind === "leaf")
    return node.hash === leaf.hash ? joined(node, leaf) : parted(node, leaf, shift);
  const bit = bitAt(leaf.hash, shift);
  const index = indexOf(node, bit);
  const child = (node.present & bit) === 0 ? undefined : node.children[index];
  if (child === undefined) {
    const children = node.children.toSpliced(index, 0, leaf);
    return { kind: "branch", present: node.present | bit, children };
  }
  const next = inserted(child, leaf, shift + bitsOfLevel);
  return next === child ? node : { ...node, children: node.children.with(index, next) };
}

/** Of two leaves with one hash. */
function joined<V>(node: Leaf<V>, leaf: Leaf<V>): Leaf<V> {
  const [added] = leaf.entries;
  if (added === undefined) return node;
  const index = node.entries.findIndex(([name]) => name === added[0]);
  if (index < 0) return { ...node, entries: [...node.entries, added] };
  const isSame = Object.is(node.entries[index]?.[1], added[1]);
  return isSame ? node : { ...node, entries: node.entries.with(index, added) };
}

/** Two leaves whose hashes are equal below `shift`: as deep as they differ. */
function parted<V>(one: Leaf<V>, other: Leaf<V>, shift: number): Branch<V> {
  const [bit, otherBit] = [bitAt(one.hash, shift), bitAt(other.hash, shift)];
  if (bit === otherBit) {
    return { kind: "branch", present: bit, children: [parted(one, other, shift + bitsOfLevel)] };
  }
  // As unsigned numbers: the last of 32 bits is the sign.
  const children = bit >>> 0 < otherBit >>> 0 ? [one, other] : [other, one];
  return { kind: "branch", present: bit | otherBit, children };
}

function bitAt(hash: number, shift: number): number {
  return 1 << indexAt(hash, shift);
}

function indexAt(hash: number, shift: number): number {
  return (hash >>> shift) & 31;
}

/** How many children stand before the one of `bit`. */
function indexOf({ present }: Branch<unknown>, bit: number): number {
  let before = present & (bit - 1);
  before -= (before >>> 1) & 0x5555_5555;
  before = (before & 0x3333_3333) + ((before >>> 2) & 0x3333_3333);
  return Math.imul((before + (before >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** FNV-1a over UTF-16, its bits mixed once more: names that count up differ in the last ones alone. */
function hashOf(name: string): number {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < name.length; at++) {
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x0100_0193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return hash ^ (hash >>> 13);
}
