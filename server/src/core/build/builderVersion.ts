/**
 * Versions of Docker and of BuildKit. Which BuildKit a Docker brings stands in the vendor.mod of its
 * release; BuildKit 0.n brings Dockerfile 1.(n - 6) as its built-in frontend.
 */

export interface BuilderVersion {
  /** As people write it: `28.5.2`, `0.25`. */
  readonly text: string;
  /** BuildKit 0.minor. */
  readonly buildKit: number;
  /** False: nobody has said which it is. */
  readonly isGiven: boolean;
}

/** The newest whose answers and digests were held against a real engine. */
export const usualVersion: BuilderVersion = { text: "28.5.2", buildKit: 25, isGiven: false };

/** The newest BuildKit whose release notes and source were read: 0.minor. */
export const newestBuildKit = 32;

/** From this Docker on (major, minor), BuildKit 0.minor; the oldest first. */
const engines: readonly (readonly [major: number, minor: number, buildKit: number])[] = [
  [19, 3, 6],
  [20, 10, 8],
  [23, 0, 10],
  [24, 0, 11],
  [25, 0, 12],
  [26, 0, 13],
  [27, 0, 14],
  [27, 1, 15],
  [27, 3, 16],
  [27, 4, 17],
  [27, 5, 18],
  [28, 0, 20],
  [28, 1, 21],
  [28, 2, 22],
  [28, 3, 23],
  [28, 4, 24],
  [28, 5, 25],
  // Later ones bring a newer one still, and nothing that we tell apart has changed since.
  [29, 1, 26],
];

/**
 * Reads `28.5.2`, `v0.25` or `28`; null: no version of Docker or of BuildKit. A Docker that is newer
 * than the table counts as the newest in it.
 */
export function parseBuilderVersion(written: string): BuilderVersion | null {
  const match = /^v?(\d{1,3})(?:\.(\d{1,3})(?:\.\d{1,5})?)?(?:[-+~].*)?$/.exec(written.trim());
  if (match === null) return null;
  const [, majorText = "", minorText] = match;
  const text = written.trim().replace(/^v/, "");
  const major = Number(majorText);
  if (major === 0) {
    if (minorText === undefined || Number(minorText) < (engines[0]?.[2] ?? 0)) return null;
    return { text, buildKit: Number(minorText), isGiven: true };
  }
  // Of 28 alone the last one is meant.
  const minor = minorText === undefined ? Number.POSITIVE_INFINITY : Number(minorText);
  const row = engines.findLast(([of, from]) => of < major || (of === major && from <= minor));
  return row === undefined ? null : { text, buildKit: row[2], isGiven: true };
}
