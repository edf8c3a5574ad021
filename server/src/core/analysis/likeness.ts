/**
 * Whether a build was simulated with as much known of its images as is known now. What an image sets
 * is in the keys of all that stands on it: where one side knows it and the other does not, nothing
 * follows from their difference.
 */
import type { BuildRecord } from "../cache/records.js";
import type { Read } from "./read.js";

/** `pending`: that is being found out. */
export function likeness({ images }: BuildRecord, read: Read): "like" | "unlike" | "pending" {
  let isPending = false;
  for (const { reference, platform, isKnown } of images) {
    const image = read({ kind: "image", reference, platform });
    if (image.kind === "pending") isPending = true;
    else if ((image.kind === "known") !== isKnown) return "unlike";
  }
  return isPending ? "pending" : "like";
}
