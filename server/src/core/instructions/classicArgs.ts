/**
 * What the classic builder puts in front of the command of a RUN, as its key has it: the arguments
 * that have a value, sorted, behind their number. Source: moby, builder/dockerfile/dispatchers.go
 * `prependEnvOnCmd`.
 */
import type { Digest } from "../host.js";
import type { OrderedMap } from "../image/orderedMap.js";
import type { SumMemory } from "../image/persistentMap.js";

export interface ClassicArgs {
  readonly declared: OrderedMap<string>;
  /** What ENV sets hides an argument. */
  readonly environment: OrderedMap<string>;
  /** Proxy arguments that are passed make the prefix appear, but are not in it unless declared. */
  readonly isProxied: boolean;
}

/**
 * Equal where the prefixes are. The sum of the digests of all arguments, as their list is as long as
 * the file: see `OrderedEnvironment`.
 */
export function classicArgsDigest(args: ClassicArgs, digest: Digest): string {
  const { declared, environment, isProxied } = args;
  const remembered = sums.get(digest) ?? new WeakMap();
  sums.set(digest, remembered);
  const numberOf = (name: string, value: string): bigint =>
    BigInt(`0x${digest(JSON.stringify([name, value]))}`);
  const sum = declared.sum(environment, numberOf, remembered);
  return sum === 0n && !isProxied ? "" : `|${BigInt.asUintN(256, sum).toString(16)}`;
}

const sums = new WeakMap<Digest, SumMemory>();
