/**
 * What a text may cost, in one place. BuildKit has none of these limits but the length of a path: a
 * few lines, each of which doubles a value, take all of its memory too. What goes beyond one is a
 * finding on its line.
 */

/** Characters of a Dockerfile. Of a longer one nothing is read, so that an editor does not freeze. */
export const longestText = 4_000_000;

/** Instructions of a Dockerfile: of more nothing is read either. */
export const mostInstructions = 60_000;

/**
 * Work of a Dockerfile, as `keyword.ts` counts it: in proportion to what the first answer takes of time
 * for each instruction, five microseconds of a processor each. Of more nothing is read.
 */
export const mostWork = 400_000;

/** Words of one instruction, heredocs and flags included: of one with more nothing of the file is read. */
export const mostWords = 10_000;

/** Bytes of the path of a directory: Linux makes no longer one (PATH_MAX). */
export const longestPath = 4096;

/**
 * Directories in each other that are followed in a stage: what is put deeper leaves all that stands
 * in the stage unknown, as a RUN does. A change copies each of them.
 */
export const deepestDirectory = 128;

/**
 * Stages that hand files on, one taking them from the other: what a longer chain of them leaves is not
 * followed, as that of a RUN.
 */
export const mostHanded = 1_000;

/** ONBUILD instructions that a stage hands on: each stands in the image config, and in a list a line. */
export const mostTriggers = 500;

/** Instructions that all stages of a file together inherit by ONBUILD: stages times triggers. */
export const mostInherited = 1_000;

/** Ports of an EXPOSE that are listed one by one; what is more stays a range. */
export const mostListedPorts = 100;

/** Substitutions inside each other. A text nested deeper is no Dockerfile, and we have less stack than Go. */
export const deepestSubstitution = 400;

/**
 * Characters that an expansion may add to its text. Linux runs no program with a variable or an
 * argument of 128 KiB or more (MAX_ARG_STRLEN), so no RUN could follow; what is written out in full
 * may be as long as it is.
 */
export const mostAdded = 128 * 1024;

/**
 * Characters of values that all long expansions of a file together may take, and steps of their
 * patterns: a value that is as long as it may be would else stand on every line.
 */
export const mostExpanded = 1 << 20;

/** What an instruction expands of fewer characters is not counted for that. */
export const shortExpansion = 1024;

/** Steps of a pattern times characters of the value that it is matched with: the matcher's memory. */
export const mostMatching = 1 << 20;
