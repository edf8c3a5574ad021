/** What a COPY or a mount takes from a stage or an image. */
import { contentDigest } from "../context/contentDigest.js";
import { selectSources } from "../context/select.js";
import type { CopyRequest, Selection } from "../context/selection.js";
import type { Digest } from "../host.js";
import { belowRoot } from "./destinations.js";
import { type FileNode, namesOf, nodeAt, type Origin, type StageFiles } from "./stageFiles.js";

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

function collect(root: FileNode, path: string, found: Set<Origin>): void {
  let node = root;
  for (const name of namesOf(path)) {
    const child = node.children.get(name);
    if (child === undefined) {
      if (node.origin !== null) found.add(node.origin);
      return;
    }
    if (child.entry.kind === "symlink") {
      // Where a link leads can lie in unknown content: all of the stage's unknown content counts.
      collectBelow(root, found);
      return;
    }
    node = child;
  }
  collectBelow(node, found);
}

function collectBelow({ origin, children }: FileNode, found: Set<Origin>): void {
  if (origin !== null) found.add(origin);
  for (const child of children.values()) collectBelow(child, found);
}

function knownIn({ root }: StageFiles, request: CopyRequest, digest: Digest): string {
  const lines: string[] = [];
  const walk = ({ entry, identity, children }: FileNode): void => {
    const what = identity ?? entry.linkTarget ?? "";
    lines.push(`${entry.path}|${entry.kind}|${entry.mode}|${entry.uid}|${what}`);
    for (const child of children.values()) walk(child);
  };
  for (const source of request.sources) {
    const node = nodeAt(root, belowRoot(fixedPart(source, request.parents)));
    if (node !== undefined) walk(node);
  }
  return digest(lines.sort().join("\n"));
}

/** The leading directories of a source that have no wildcard. */
function fixedPart(source: string, parents: boolean | undefined): string {
  if (parents === true && !/[*?[\\]/.test(source)) return source.replace("/./", "/");
  const parts = source.split("/");
  const wild = parts.findIndex((part) => /[*?[\\]/.test(part));
  return wild < 0 ? source : parts.slice(0, wild).join("/");
}
