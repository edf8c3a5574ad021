/** Digests of images, as people tell them apart. */

/** So many of its digits: as many as Docker shows. */
const shown = 12;

/** `sha256:0123456789ab` */
export function shortDigest(digest: string): string {
  const [algorithm = "", hex = ""] = digest.split(":", 2);
  return `${algorithm}:${hex.slice(0, shown)}`;
}
