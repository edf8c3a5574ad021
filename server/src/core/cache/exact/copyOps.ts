/** The ops of a COPY or an ADD. Source: dockerfile2llb/convert_copy.go, convert.go `dispatchCopy`. */
import { copyRequest } from "../../files/requests.js";
import type { Digest } from "../../host.js";
import type { CopyItem, CopyOperation } from "../../instructions/operation.js";
import { parentsSource } from "../../instructions/paths.js";
import { addTo } from "../../text/grouped.js";
import { cleanPath, compareBytes } from "../../text/paths.js";
import { type Copied, copyAction, documentOp, type FileAction, fileOp, ownerOf } from "./fileOp.js";
import { mergeOp } from "./mergeOp.js";
import {
  type ExactInput,
  type Lookup,
  type Op,
  type OpSetting,
  type StepOps,
  selectorOf,
  type Vertex,
  vertexOf,
} from "./op.js";

export interface CopySetting extends OpSetting {
  /** Where paths come from. */
  readonly source: Vertex;
  /** True where `--unpack` is typed: what is downloaded is not unpacked unasked. */
  readonly isUnpackTyped: boolean;
}

/** @param root what the files are copied onto */
export function copyOps(operation: CopyOperation, root: Vertex, setting: CopySetting): StepOps {
  const { digest, dialect } = setting;
  const paths = pathsContent(operation, setting);
  const sources = operation.items.map((item) => sourceOf(item, operation, paths, setting));
  const actions = sources.map(({ action }) => action);
  const documents = sources.flatMap(({ document }) => document ?? []);
  // A mode, of whatever kind, makes it an ordinary COPY; a merge with nothing is none.
  const isLinked = setting.mergesLinks && operation.link && operation.mode === "";
  const base = isLinked ? null : root;
  const own = fileOp(base, actions);
  const copy = vertexOf(own, digest);
  const lookups = lookupsOf(sources, base, digest);
  if (!isLinked || root === null) return { ops: [...documents, own], own, lookups, result: copy };
  const merge = mergeOp([root, copy], dialect);
  return { ops: [...documents, own, merge], own, lookups, result: vertexOf(merge, digest) };
}

/**
 * Of each vertex that files are taken of, but for what the first action changes. Source:
 * solver/llbsolver/ops/file.go `CacheMap`.
 */
function lookupsOf(
  sources: readonly SourceOps[],
  base: Vertex,
  digest: Digest,
): ReadonlyMap<string, Lookup> {
  const taken = new Map<string, SourceOps[]>();
  for (const one of sources) {
    const { source } = one.action;
    if (source !== null && source !== base) addTo(taken, source, one);
  }
  return new Map(
    [...taken].map(([source, all]): [string, Lookup] => {
      const paths = all.map(({ path }) => path).sort(compareBytes);
      const [{ content } = { content: null }] = all;
      return [source, { selector: selectorOf(paths.reverse(), digest), content }];
    }),
  );
}

interface SourceOps {
  readonly action: FileAction;
  /** Absolute. */
  readonly path: string;
  /** What it takes. */
  readonly content: ExactInput;
  /** The op that writes an inline document; absent: it is none. */
  readonly document?: Op;
}

/** What all its paths together take. */
function pathsContent(operation: CopyOperation, { dialect }: CopySetting): ExactInput {
  const request = copyRequest(operation, "buildkit");
  const isOpen = operation.items.some((item) => item.kind === "paths" && item.openText);
  if (request === null || isOpen) return open;
  const { listing } = dialect;
  return { kind: "paths", from: operation.from, request: { ...request, listing } };
}

/** @param paths see `pathsContent` */
function sourceOf(
  item: CopyItem,
  operation: CopyOperation,
  paths: ExactInput,
  setting: CopySetting,
): SourceOps {
  const { dialect, digest } = setting;
  const copied = copiedBy(operation, item, setting);
  switch (item.kind) {
    case "paths": {
      const { path, include } = pathsOf(item, operation);
      const search = { include, exclude: operation.exclude };
      return {
        action: copyAction(setting.source, { ...copied, path }, search, dialect),
        path,
        content: paths,
      };
    }
    case "inline": {
      const document = documentOp(item.name, item.content, 0o644);
      const path = `/${item.name}`;
      const action = copyAction(vertexOf(document, digest), { ...copied, path }, null, dialect);
      const { name, content } = item;
      return {
        action,
        path,
        document,
        content: { kind: "document", name, content, mode: 0o644, isWhole: false },
      };
    }
    case "http":
    case "git": {
      const path = item.kind === "http" ? `/${item.fileName}` : "/";
      const vertex = downloadVertex(item);
      const action = copyAction(vertex, { ...copied, path }, null, dialect);
      return { action, path, content: open };
    }
  }
}

export type Download = Extract<CopyItem, { kind: "http" | "git" }>;

export function downloadVertex(item: Download): string {
  const { url, checksum } = item;
  return item.kind === "http"
    ? `http:${JSON.stringify([url, checksum])}`
    : `git:${JSON.stringify([url, item.keepGitDir, checksum])}`;
}

const open: ExactInput = { kind: "open" };

function copiedBy(
  operation: CopyOperation,
  item: CopyItem,
  { dialect, isUnpackTyped }: CopySetting,
): Omit<Copied, "path"> {
  const { destination, destinationText, mode, unpack, isAdd } = operation;
  const isRelative = !destinationText.startsWith("/");
  const dropsDot = !dialect.keepsRelativeDot && isRelative && destinationText.endsWith("/.");
  const unpacks = item.kind === "paths" ? isAdd : item.kind === "http" && isUnpackTyped;
  return {
    destination: dropsDot ? cleanPath(destination) : destination,
    owner: ownerOf(operation.owner, dialect),
    mode,
    unpack: unpacks && unpack,
  };
}

/** With --parents what stands behind `/./` is a pattern below what stands before it. */
function pathsOf(
  { source, text }: Extract<CopyItem, { kind: "paths" }>,
  { parents }: CopyOperation,
): { readonly path: string; readonly include: readonly string[] } {
  if (!parents) return { path: source, include: [] };
  const { root, pattern } = parentsSource(text);
  return { path: root, include: [pattern.slice(1)] };
}
