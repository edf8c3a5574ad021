/**
 * The build context as a person looks into it, one folder at a time: what is in it, what the ignore
 * file hides and by which line, which instructions take it, and what a build of this Dockerfile sends.
 */
import type { Analysis } from "../analysis/analyse.js";
import type { Builder } from "../build/builder.js";
import type { FileTree, FolderNode, Found, TreeNode } from "../context/fileTree.js";
import { childOf, childrenOf, folderAt } from "../context/folder.js";
import type { IgnoreMatcher, IgnorePattern } from "../context/ignoreFile.js";
import { selectSources } from "../context/select.js";
import { selectedTree } from "../context/selectedTree.js";
import type { CopyRequest, Selection } from "../context/selection.js";
import { sentFolder } from "../context/sentFolder.js";
import { transferSize } from "../context/transferSize.js";
import { copyRequest, hasOpenSources, mountRequest, sendsWholeContext } from "../files/requests.js";
import type { Step } from "../graph/graph.js";
import type { CopyOperation } from "../instructions/operation.js";
import { compareBytes, joinPath } from "../text/paths.js";
import type { Listing } from "../world/facts.js";

export interface Amount {
  /** Everything but folders. */
  readonly count: number;
  readonly bytes: number;
}

/** An instruction that takes files of the context, at its place today. */
export interface Taker {
  /** In `Analysis.steps`. */
  readonly index: number;
  /** From 1. */
  readonly line: number;
  /** False: the target does not need it. */
  readonly isBuilt: boolean;
  /** All that it takes. */
  readonly root: FolderNode;
}

export interface BuildContext {
  /** All that lies in the folder. */
  readonly everything: FolderNode;
  /** What the builder sees of it. */
  readonly seen: FolderNode;
  /** What a build of the target sends of that. */
  readonly sent: FolderNode;
  /** See `BuilderRules`. */
  readonly sendsEverything: boolean;
  readonly ignore: IgnoreMatcher;
  readonly takers: readonly Taker[];
  /** The lines that are built and of which only the base image can tell what they take. */
  readonly openLines: readonly number[];
}

export interface ContextEntry extends Found {
  /** `part`: a folder of which something is hidden. */
  readonly state: "in" | "part" | "hidden";
  /** What of it is in the context, … */
  readonly seen: Amount;
  /** … and what is not. */
  readonly hidden: Amount;
  /** The line that hides it; null: it is in the context, at least in part. */
  readonly hiddenBy: IgnorePattern | null;
  readonly sent: Amount;
  /** See `BuildContext.openLines`. */
  readonly openLines: readonly number[];
  /** In the order of the file. `isWhole`: it takes all that is seen of it. */
  readonly takers: readonly { readonly taker: Taker; readonly isWhole: boolean }[];
}

/**
 * @param listing of the context as the builder sees it
 * @param everything of the same folder without an ignore file
 */
export function buildContext(
  analysis: Analysis,
  listing: Listing,
  everything: FileTree,
): BuildContext {
  const last = remembered.get(analysis);
  if (last?.seen === listing.tree.root && last.everything === everything.root) return last;
  const context = contextOf(analysis, listing, everything);
  remembered.set(analysis, context);
  return context;
}

/** It is looked into folder by folder. */
const remembered = new WeakMap<Analysis, BuildContext>();

function contextOf(analysis: Analysis, listing: Listing, everything: FileTree): BuildContext {
  const { steps, graph } = analysis;
  const { sendsEverything } = graph.rules;
  const { tree, ignore } = listing;
  const takers: Taker[] = [];
  const sent: Selection[] = [];
  const openLines: number[] = [];
  for (const [index, { step, keyed, isBuilt, place }] of steps.entries()) {
    if (hasOpenSources(step)) {
      if (isBuilt && takesOfMain(step)) openLines.push(place.line);
      continue;
    }
    const selections = isBuilt
      ? keyed.context.flatMap(({ folder, selection }) => (folder === null ? [selection] : []))
      : mainRequests(step, ignore.builder).map((request) => selectSources(tree, request));
    for (const selection of selections)
      takers.push({ index, line: place.line, isBuilt, root: selectedTree(selection).root });
    if (isBuilt) sent.push(...selections);
  }
  const isWhole =
    sendsEverything ||
    (sent.length > 0 && steps.some(({ step, isBuilt }) => isBuilt && sendsWholeContext(step)));
  return {
    everything: everything.root,
    seen: tree.root,
    sent: isWhole ? tree.root : sentFolder(tree, sent),
    sendsEverything,
    ignore,
    takers,
    openLines,
  };
}

function takesOfMain({ operation }: Step): boolean {
  if (operation?.kind === "copy") return isMain(operation.from);
  return operation?.kind === "run" && operation.mounts.some(({ from }) => isMain(from));
}

/** What a step asks of the main context, whether or not it is built. */
function mainRequests({ operation }: Step, builder: Builder): readonly CopyRequest[] {
  if (operation?.kind === "copy") {
    const request = isMain(operation.from) ? copyRequest(operation, builder) : null;
    return request === null ? [] : [request];
  }
  const mounts = operation?.kind === "run" ? operation.mounts : [];
  return mounts.filter(({ from }) => isMain(from)).map((mount) => mountRequest(mount, builder));
}

function isMain(from: CopyOperation["from"] | null): boolean {
  return from?.kind === "context" && from.folder === undefined;
}

/** What is in a folder ("": the root): first what the builder sees, the largest first, then what is hidden. */
export function contextEntries(context: BuildContext, path: string): readonly ContextEntry[] {
  const everything = folderAt(context.everything, path);
  if (everything === null) return [];
  const [seen, sent] = [folderAt(context.seen, path), folderAt(context.sent, path)];
  const takers = context.takers.flatMap((taker) => {
    const folder = folderAt(taker.root, path);
    return folder === null ? [] : [{ taker, folder }];
  });
  const entries: ContextEntry[] = [];
  for (const node of childrenOf(everything)) {
    const at = joinPath(path, node.name);
    const inSeen = seen === null ? null : childOf(seen, node.name);
    const whole = amountOf(node);
    const visible = amountOf(inSeen);
    const hidden = less(whole, visible);
    entries.push({
      path: at,
      node,
      state: inSeen === null ? "hidden" : hidden.count > 0 ? "part" : "in",
      seen: visible,
      hidden,
      hiddenBy: inSeen === null ? context.ignore.hiding(at) : null,
      sent: amountOf(sent === null ? null : childOf(sent, node.name)),
      openLines: context.openLines,
      takers: takers.flatMap(({ taker, folder }) => {
        const taken = childOf(folder, node.name);
        return taken === null ? [] : [{ taker, isWhole: amountOf(taken).count === visible.count }];
      }),
    });
  }
  return entries.sort(inOrder);
}

/** The three figures of the whole context. */
export interface ContextSums {
  readonly seen: Amount;
  readonly hidden: Amount;
  readonly sent: Amount;
  /** See `BuildContext.openLines`: what they take is not in it. */
  readonly openLines: readonly number[];
  /** What BuildKit prints at "transferring context" of a first build; null: another builder, or nothing is sent. */
  readonly transferred: number | null;
}

export function contextSums({
  everything,
  seen,
  sent,
  sendsEverything,
  openLines,
}: BuildContext): ContextSums {
  const all = amountOf(everything);
  return {
    seen: amountOf(seen),
    hidden: less(all, amountOf(seen)),
    sent: amountOf(sent),
    openLines: sendsEverything ? [] : openLines,
    transferred: sendsEverything || sent.entryCount === 0 ? null : transferSize(sent),
  };
}

function amountOf(node: TreeNode | null): Amount {
  if (node === null) return { count: 0, bytes: 0 };
  return node.kind === "directory"
    ? { count: node.fileCount, bytes: node.bytes }
    : { count: 1, bytes: node.size };
}

/** The two may be of different moments: nothing is less than nothing. */
function less(all: Amount, part: Amount): Amount {
  return {
    count: Math.max(0, all.count - part.count),
    bytes: Math.max(0, all.bytes - part.bytes),
  };
}

function inOrder(a: ContextEntry, b: ContextEntry): number {
  const order = Number(a.state === "hidden") - Number(b.state === "hidden");
  const bytes = b.seen.bytes - a.seen.bytes || b.hidden.bytes - a.hidden.bytes;
  return order || bytes || compareBytes(a.node.name, b.node.name);
}
