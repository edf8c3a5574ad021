/** What a COPY or a mount takes from a stage or an image. */
import { contentDigest } from "../context/contentDigest.js";
import type { FolderNode } from "../context/fileTree.js";
import { childOf, nodeAt } from "../context/folder.js";
import { recordOf } from "../context/folderDigest.js";
import { selectSources } from "../context/select.js";
import type { CopyRequest, Selection } from "../context/selection.js";
import type { Digest } from "../host.js";
import { belowRoot } from "./destinations.js";
import { namesOf, type Origin, originOf, originsBelow, type StageFiles } from "./stageFiles.js";

export type StageContent =
  /** `digest` null: it cannot be taken. */
  | { readonly kind: "known"; readonly digest: string | null; readonly selection: Selection }
  | {
      readonly kind: "open";
      /** What holds the files that are not known, in the order in which they were met. */
      readonly origins: readonly Origin[];
      /** Digest of the known entries that lie over those. */
      readonly over: string;
    };

export function stageContent(
  files: StageFiles,
  request: CopyRequest,
  digest: Digest,
): StageContent {
  const origins = originsIn(files, request);
  if (origins.length > 0) return { kind: "open", origins, over: knownIn(files, request, digest) };
  const selection = selectSources(files, request);
  const content = contentDigest(files, selection, digest);
  return { kind: "known", digest: content.kind === "known" ? content.digest : null, selection };
}

/** What holds the unknown files that a selection may touch; empty: all of it is known. */
function originsIn({ root }: StageFiles, request: CopyRequest): readonly Origin[] {
  const found = new Set<Origin>();
  for (const source of request.sources) {
    const fixed = request.wildcards === false ? source : fixedPart(source, request.parents);
    collect(root, belowRoot(fixed), found);
  }
  return [...found];
}

function collect(root: FolderNode, path: string, found: Set<Origin>): void {
  let folder = root;
  let origin = originOf(root);
  for (const name of namesOf(path)) {
    const child = childOf(folder, name);
    if (child === null) {
      if (origin !== null) found.add(origin);
      return;
    }
    // Where a link leads can lie in unknown content: all of the stage's unknown content counts.
    if (child.kind === "symlink") {
      addAll(found, originsBelow(root));
      return;
    }
    if (child.kind !== "directory") return;
    folder = child;
    origin = originOf(child) ?? origin;
  }
  if (origin !== null) found.add(origin);
  addAll(found, originsBelow(folder));
}

function addAll(found: Set<Origin>, origins: readonly Origin[]): void {
  for (const origin of origins) found.add(origin);
}

function knownIn(files: StageFiles, request: CopyRequest, digest: Digest): string {
  const work = { digest, needed: new Set<string>(), errors: new Map() };
  const lines = request.sources.map((source) => {
    const path = belowRoot(fixedPart(source, request.parents));
    const node = nodeAt(files.root, path);
    // What stands in a stage is read: see `filesOf`.
    return `${path}\0${node === null ? "" : recordOf(work, node, path)}`;
  });
  return digest(lines.join("\0"));
}

/** The leading directories of a source that have no wildcard. */
function fixedPart(source: string, parents: boolean | undefined): string {
  if (parents === true && !/[*?[\\]/.test(source)) return source.replace("/./", "/");
  const parts = source.split("/");
  const wild = parts.findIndex((part) => /[*?[\\]/.test(part));
  return wild < 0 ? source : parts.slice(0, wild).join("/");
}
