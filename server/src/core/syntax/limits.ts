/**
 * What an expansion may cost, in one place. BuildKit has none of these limits: a few lines, each of
 * which doubles a value, take all of its memory too. What goes beyond one is a finding on its line.
 */

/** Substitutions inside each other. A text nested deeper is no Dockerfile, and we have less stack than Go. */
export const deepestSubstitution = 400;

/**
 * Characters that an expansion may add to its text. Linux runs no program with a variable or an
 * argument of 128 KiB or more (MAX_ARG_STRLEN), so no RUN could follow; what is written out in full
 * may be as long as it is.
 */
export const mostAdded = 128 * 1024;

/** Steps of a pattern times characters of the value that it is matched with: the matcher's memory. */
export const mostMatching = 1 << 23;
