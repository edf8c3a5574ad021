/**
 * How much the tests try. A plain run tries what finds nearly every mistake in seconds; a thorough one,
 * `npm test -- --thorough`, is what continuous integration asks for.
 */

/** Environment variable: `1` in a thorough run. */
export const thoroughVariable = "STRATACAST_THOROUGH";

export const isThorough = process.env[thoroughVariable] === "1";

/** Of so many random cases of a thorough run, how many this run tries: all, or a tenth and at least 15. */
export function runs(thorough: number): number {
  return isThorough ? thorough : Math.max(15, Math.ceil(thorough / 10));
}
