/** What the layer of a step holds, as far as that is known without a build. */
import { fileNode } from "../context/fileTree.js";
import type { Selection } from "../context/selection.js";
import type { Step } from "../graph/graph.js";
import { baseName } from "../text/paths.js";
import { utf8Size } from "../text/utf8.js";
import { placeOfDocument, placesOf } from "./destinations.js";
import { changed, putNode, stageFiles } from "./stageFiles.js";

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
  const isDirectory = () => false;
  const { root } = changed(stageFiles(null), (draft) => {
    for (const { taken: one, to } of taken === null
      ? []
      : placesOf(operation, taken, isDirectory)) {
      // Folders alone count for nothing.
      if (one.isWhole || one.node.kind !== "directory") putNode(draft, to, one.node);
    }
    for (const item of items) {
      if (item.kind !== "inline") continue;
      const path = placeOfDocument(operation, item, isDirectory);
      putNode(draft, path, fileNode({ name: baseName(path), size: utf8Size(item.content) }));
    }
  });
  return { files: root.fileCount, bytes: root.bytes };
}
