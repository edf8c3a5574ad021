/** The digests of what the steps of a build take, with the bytes of their files read for it. */
import type { Analysis } from "../core/analysis/analyse.js";
import { exactSources, wantedBytes } from "../core/analysis/exactSources.js";
import { contentRecords, type StepContents } from "../core/cache/exact/contents.js";
import { readBytesDigests } from "./bytesDigests.js";
import { nodeFileSystem } from "./nodeFileSystem.js";
import { createSlices } from "./slices.js";

/**
 * Reads every file that the build takes; one that cannot be read leaves its content unknown.
 * @param asCheckout as a fresh checkout has the files, with its modes
 */
export async function exactContents(analysis: Analysis, asCheckout = false): Promise<StepContents> {
  const sources = exactSources(analysis, asCheckout);
  const wanted = wantedBytes(analysis, sources);
  const bytes = await readBytesDigests(nodeFileSystem(), wanted, createSlices(undefined));
  return contentRecords(sources, bytes);
}
