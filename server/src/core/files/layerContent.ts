/** What the layer of a step holds, as far as that is known without a build. */
import type { Selection } from "../context/selection.js";
import type { Step } from "../graph/graph.js";
import { utf8Size } from "../text/utf8.js";
import { placeOfDocument, placesOf } from "./destinations.js";

export interface LayerContent {
  /** Everything but directories. */
  readonly files: number;
  /** Of the regular files among them. */
  readonly bytes: number;
}

/**
 * Counts what stands at the destinations once the step has run: of two files that go to one place,
 * the last. null: only a build can tell. An archive that ADD unpacks counts as itself.
 * @param taken what a COPY takes; null: not known, or nothing
 */
export function layerContent({ operation }: Step, taken: Selection | null): LayerContent | null {
  if (operation?.kind === "makeDirectory") return { files: 0, bytes: 0 };
  if (operation?.kind !== "copy") return null;
  const { items, from } = operation;
  if (items.some(({ kind }) => kind === "http" || kind === "git")) return null;
  const hasPaths = items.some(({ kind }) => kind === "paths");
  // Of another stage nothing is counted, although what COPY put there is known.
  if (hasPaths && (taken === null || from.kind !== "context")) return null;
  const sizes = new Map<string, number>();
  const places = taken !== null ? placesOf(operation, taken, () => false) : [];
  for (const { entry, path } of places) if (entry.kind !== "directory") sizes.set(path, entry.size);
  for (const item of items) {
    if (item.kind !== "inline") continue;
    sizes.set(
      placeOfDocument(operation, item, () => false),
      utf8Size(item.content),
    );
  }
  let bytes = 0;
  for (const size of sizes.values()) bytes += size;
  return { files: sizes.size, bytes };
}
