/** Where a COPY puts what it takes. */
import { blobId } from "../context/blobId.js";
import { type FileNode, fileNode } from "../context/fileTree.js";
import type { Selection, Taken } from "../context/selection.js";
import type { CopyOperation } from "../instructions/operation.js";
import { joinPath } from "../text/paths.js";
import { utf8Size } from "../text/utf8.js";
import type { Placed } from "./stageFiles.js";
import type { Standing } from "./standing.js";
import { archiveOf } from "./unpacking.js";

/**
 * What a selection takes and the documents of the Dockerfile at their places, in order: what comes
 * later takes the place of what came before. Source: BuildKit, fsutil copy/copy.go; moby,
 * builder/dockerfile/copy.go.
 * @param selection null: nothing is taken
 * @param standing what stands at the destination by now
 */
export function placesOf(
  operation: CopyOperation,
  selection: Selection | null,
  { path: target, what }: Standing,
): readonly Placed[] {
  const { destination } = operation;
  const sources = selection?.sources ?? [];
  const documents = operation.items.flatMap((item) => (item.kind === "inline" ? [item] : []));
  const isInto =
    what === "folder" ||
    destination.endsWith("/") ||
    destination.endsWith("/.") ||
    sources.length + documents.length > 1 ||
    sources.some(({ isWildcard }) => isWildcard) ||
    operation.parents;
  const placed = (taken: Taken, isOne: boolean): Placed => {
    const isNamed = isOne && !isInto && taken.node.kind !== "directory";
    const to = isNamed ? target : joinPath(target, taken.to);
    return { taken, to, isUnpacked: false, isPerhaps: isNamed && what === "unknown" };
  };
  return [
    ...sources.flatMap(({ taken }) =>
      taken.map((one) => {
        const archive = archiveOf(selection, one);
        if (archive?.kind !== "files") return placed(one, taken.length === 1);
        const content: Taken = { path: one.path, node: archive.root, to: "", isWhole: true };
        return { taken: content, to: target, isUnpacked: true, isPerhaps: false };
      }),
    ),
    ...documents.map(({ name, content }) => {
      const node = documentFile(name, content);
      return placed({ path: "", node, to: name, isWhole: false }, true);
    }),
  ];
}

/** A document of the Dockerfile, with the identity that a file of its bytes has. */
function documentFile(name: string, content: string): FileNode {
  return fileNode({ name, size: utf8Size(content), identity: blobId(content) });
}
