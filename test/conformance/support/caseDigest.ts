import { createHash } from "node:crypto";

/** Ties a recording to the text of its case. */
export function caseDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
