/**
 * Which files a COPY, an ADD or a bind mount takes from a tree, as the chosen builder decides it.
 * Synchronous and in memory: nothing here touches a disk.
 */

import { rulesOf } from "../build/builderRules.js";
import type { FileTree } from "./fileTree.js";
import { selectBuildKitSource } from "./selectBuildKit.js";
import { selectClassicSource } from "./selectClassic.js";
import {
  type CopyRequest,
  distinctTaken,
  type Selection,
  type SourceSelection,
} from "./selection.js";
/**
 * Selects the sources of one instruction. Never throws; every source that cannot be found is a
 * problem. Answers are remembered per tree, so that asking again on every keystroke is free.
 */
export function selectSources(tree: FileTree, request: CopyRequest): Selection {
  const key = JSON.stringify(Object.entries(request).sort(([a], [b]) => (a < b ? -1 : 1)));
  let known = remembered.get(tree);
  if (known === undefined) {
    known = new Map();
    remembered.set(tree, known);
  }
  let selection = known.get(key);
  if (selection === undefined) {
    // Half-typed sources come and go while someone writes; none of them is worth keeping for long.
    if (known.size >= REMEMBERED_REQUESTS) known.clear();
    selection = select(tree, request);
    known.set(key, selection);
  }
  return selection;
}

/** True where the content of a folder goes into the destination, which is then a folder itself. */
export function takesFolder({ sources }: Selection): boolean {
  return sources.some(({ taken }) =>
    taken.some(({ node, to }) => node.kind === "directory" && to === ""),
  );
}

const REMEMBERED_REQUESTS = 64;
const remembered = new WeakMap<FileTree, Map<string, Selection>>();

const selectSource = { buildkit: selectBuildKitSource, classic: selectClassicSource } as const;

function select(tree: FileTree, request: CopyRequest): Selection {
  const rules = rulesOf(request.builder);
  const selectOne = selectSource[request.builder];
  // One that is written again takes the same once more.
  const earlier = new Map<string, SourceSelection>();
  const sources = request.sources.map((source, index) => {
    const same = earlier.get(source);
    if (same !== undefined) return same;
    const one = selectOne(tree, request, source, index);
    // Each problem is of its own place.
    if (one.problems.length === 0) earlier.set(source, one);
    return one;
  });
  const everything = sources.flatMap((source) => source.problems);
  const found = sources.some((source) => source.matches > 0);
  const problems = everything.map((problem) =>
    rules.failsWithoutMatch && problem.code === "wildcard-without-match" && !found
      ? { ...problem, fails: true }
      : problem,
  );
  return {
    builder: request.builder,
    sources,
    digestOrder: digestOrder(request, sources),
    ...countFiles(sources),
    problems,
  };
}

/** Where overlaps are hashed once, plain paths below another plain path add nothing. */
function digestOrder(request: CopyRequest, sources: readonly SourceSelection[]): readonly number[] {
  const order = [...sources.keys()];
  if (!rulesOf(request.builder).hashesOverlapsOnce) return order;
  const isFiltered = request.parents === true || (request.exclude ?? []).length > 0;
  const pathOf = (index: number) => sources[index]?.path ?? "";
  const isPlain = (index: number) => !isFiltered && sources[index]?.isWildcard === false;
  /** The first of each. */
  const plain = new Map<string, number>();
  for (const index of order)
    if (isPlain(index) && !plain.has(pathOf(index))) plain.set(pathOf(index), index);
  const lengths = new Set([...plain.keys()].map(({ length }) => length));
  const isBelowAnother = (path: string): boolean =>
    lengths.size > 1 && foldersAbove(path, lengths).some((folder) => plain.has(folder));
  return order
    .filter(
      (index) =>
        !isPlain(index) || (plain.get(pathOf(index)) === index && !isBelowAnother(pathOf(index))),
    )
    .sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : pathOf(a) > pathOf(b) ? 1 : a - b));
}

/** Those of the lengths: a long path has many. */
function foldersAbove(path: string, lengths: ReadonlySet<number>): readonly string[] {
  const folders = path !== "" && lengths.has(0) ? [""] : [];
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1))
    if (lengths.has(at)) folders.push(path.slice(0, at));
  return folders;
}

/** A path that several sources take counts once. */
function countFiles(sources: readonly SourceSelection[]): { fileCount: number; bytes: number } {
  const taken = sources.length > 1 ? distinctTaken(sources) : (sources[0]?.taken ?? []);
  let fileCount = 0;
  let bytes = 0;
  for (const one of taken) {
    if (one.isWhole) {
      fileCount += one.node.fileCount;
      bytes += one.node.bytes;
    } else if (one.node.kind !== "directory") {
      fileCount++;
      bytes += one.node.size;
    }
  }
  return { fileCount, bytes };
}
