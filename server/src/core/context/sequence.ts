/**
 * What a list of digests is known by, made from what its parts are known by: equal for equal lists,
 * however they are cut into parts. A polynomial over a prime field of 255 bits: two lists that differ
 * have the same value by chance only.
 */

export interface Sequence {
  readonly value: bigint;
  /** The base to the power of the length. */
  readonly shift: bigint;
}

const prime = 2n ** 255n - 19n;
/** Any number of the field that nobody chose for its meaning: digits of pi. */
const base = 31415926535897932384626433832795028841971693993751058209749445923078164062862n;

export const emptySequence: Sequence = { value: 0n, shift: 1n };

/** @param digest hexadecimal */
export function sequenceOf(digest: string): Sequence {
  return { value: BigInt(`0x${digest}`) % prime, shift: base };
}

export function joined(first: Sequence, second: Sequence): Sequence {
  return {
    value: (first.value * second.shift + second.value) % prime,
    shift: (first.shift * second.shift) % prime,
  };
}

export function sequenceText({ value, shift }: Sequence): string {
  return `${value.toString(16)} ${shift.toString(16)}`;
}
