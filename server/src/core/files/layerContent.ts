/** What the layer of a step holds, as far as that is known without a build. */
import type { Selection } from "../context/selection.js";
import type { Step } from "../graph/graph.js";
import type { CopyItem } from "../instructions/operation.js";
import { placesOf } from "./destinations.js";
import { folderOf, putContent, putNode } from "./draft.js";
import { madeByRoot, stageFiles } from "./stageFiles.js";
import { standingAt } from "./standing.js";
import { isUnpackedAsKnown } from "./unpacking.js";

export interface LayerContent {
  /** Everything but directories. */
  readonly count: number;
  /** Of the regular files among them. */
  readonly bytes: number;
}

const remembered = new WeakMap<Step, { taken: Selection | null; content: LayerContent | null }>();

/**
 * Counts what stands at the destinations once the step has run: of two files that go to one place,
 * the last. null: only a build can tell. An archive that ADD unpacks counts as what is in it.
 * @param taken what a COPY takes; null: not known, or nothing
 */
export function layerContent(step: Step, taken: Selection | null): LayerContent | null {
  const known = remembered.get(step);
  if (known !== undefined && known.taken === taken) return known.content;
  const content = contentOf(step, taken);
  remembered.set(step, { taken, content });
  return content;
}

function contentOf({ operation }: Step, taken: Selection | null): LayerContent | null {
  if (operation?.kind === "makeDirectory") return { count: 0, bytes: 0 };
  if (operation?.kind !== "copy") return null;
  const { items, from } = operation;
  if (items.some((item) => item.kind === "http" || item.kind === "git" || isOpenText(item)))
    return null;
  const hasPaths = items.some(({ kind }) => kind === "paths");
  if (hasPaths && taken === null && from.kind !== "scratch") return null;
  if (taken !== null && !isUnpackedAsKnown(operation, taken, true)) return null;
  const standing = standingAt(stageFiles(null), operation.destination);
  const root = folderOf((draft) => {
    for (const { taken: one, to } of placesOf(operation, taken, standing)) {
      const { node, isWhole } = one;
      // Folders alone count for nothing.
      if (node.kind !== "directory") putNode(draft, to, node, madeByRoot);
      else if (isWhole) putContent(draft, to, node, madeByRoot);
    }
  });
  return { count: root.fileCount, bytes: root.bytes };
}

/** True for a document of which only the base image can tell the text. */
function isOpenText(item: CopyItem): boolean {
  return item.kind === "inline" && item.isOpen;
}
