/** Random texts. */
import fc from "fast-check";

/**
 * Texts of any code points, halves of surrogate pairs included. fast-check's own for that, the unit
 * `binary`, sorts all million of them into a map first: two seconds, and 100 MB for good.
 */
export function anyCodePoints(maxLength: number): fc.Arbitrary<string> {
  const noise = fc
    .array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength })
    .map((points) => String.fromCodePoint(...points));
  return fc.oneof({ weight: 9, arbitrary: noise }, fc.string({ maxLength }));
}
