/**
 * One source of a COPY or ADD as BuildKit selects and hashes it. What is copied and what is hashed
 * come from two pieces of BuildKit that agree nearly always; where they do not, `taken` follows
 * the copy (fsutil `copy/copy.go`) and `hashed` the hash (`cache/contenthash/checksum.go`).
 */

import { append } from "../text/longLists.js";
import { baseName, cleanPath, joinPath, pathInRoot } from "../text/paths.js";
import type { FileTree, FolderNode, Found, TreeNode } from "./fileTree.js";
import { childrenOf } from "./folder.js";
import { containsWildcards, matchPath } from "./glob.js";
import {
  createPatternMatcher,
  type MatchState,
  type PatternMatcher,
  startState,
} from "./patternMatcher.js";
import { resolvePath } from "./resolvePath.js";
import type {
  CopyRequest,
  HashedItem,
  HashedPart,
  Listing,
  SelectionProblem,
  SourceSelection,
  Taken,
} from "./selection.js";
import { problemsOf, splitWildcards, walkCandidates, wholeOf } from "./selectShared.js";

/** See `selectSources`. */
export function selectBuildKitSource(
  tree: FileTree,
  request: CopyRequest,
  source: string,
  index: number,
): SourceSelection {
  const problem = problemsOf(request, source, index, tree);
  const wanted = readSource(source, request.parents === true);
  const isWildcard = request.wildcards !== false && containsWildcards(wanted.path);
  const filters = filtersOf(wanted.include, request.exclude ?? []);
  const { listing = usualListing } = request;
  const asked = { tree, source, problem, wanted, filters, listing };
  const found =
    filters.bad !== null
      ? nothing(problem.badPattern(wanted.path, filters.bad))
      : isWildcard
        ? selectMatches(asked)
        : selectPath(asked);
  // BuildKit's `..` stays in the root.
  const taken = wanted.path || "/";
  const outside = leavesRoot(source)
    ? [problem.make(wanted.path, { code: "source-outside-context", taken })]
    : [];
  return {
    source,
    path: wanted.path,
    isWildcard,
    ...found,
    problems: [...outside, ...found.problems],
  };
}

/** One source, read: what to look for, what of it to take, and what makes its problems. */
interface AskedSource {
  readonly tree: FileTree;
  readonly source: string;
  readonly problem: ReturnType<typeof problemsOf>;
  readonly wanted: WantedSource;
  readonly filters: Filters;
  readonly listing: Listing;
}

const usualListing: Listing = { byPath: false, followsLinks: false };

type FoundSource = Pick<SourceSelection, "matches" | "taken" | "hashed" | "problems" | "through">;

function nothing(...problems: readonly SelectionProblem[]): FoundSource {
  return { matches: 0, taken: [], hashed: { kind: "empty" }, problems };
}

/** A path without wildcards. */
function selectPath({ tree, problem, wanted, filters, listing }: AskedSource): FoundSource {
  const target = resolvePath(tree, wanted.path, true);
  if (target.kind !== "found") return nothing(problem.unresolved(wanted.path, target));
  const taken = copiedFrom(target, baseName(wanted.path), filters);
  if (!filters.any) {
    const hashed: HashedPart = { kind: "record", path: target.path, node: target.node };
    return { matches: 1, taken, hashed, problems: [] };
  }
  const hashing = hashFiltered({ tree, filters, listing }, wanted.path);
  if (hashing.broken !== null) {
    const problems = brokenIn(tree, problem, hashing.broken);
    return { matches: 1, taken, hashed: { kind: "empty" }, problems };
  }
  const { items, through } = hashing;
  const { required } = wanted;
  if (required !== null && !items.some((item) => item.path.startsWith(required))) {
    return nothing(notThere(tree, problem, required));
  }
  const isNothingLeft = !taken.some((selected) => selected.to !== "");
  const problems =
    isNothingLeft && hasContent(target.node)
      ? [problem.make(wanted.path, { code: "everything-excluded" })]
      : [];
  return { matches: 1, taken, hashed: asPart(items, wanted.path, listing), problems, through };
}

function brokenIn(
  tree: FileTree,
  problem: AskedSource["problem"],
  path: string,
): readonly SelectionProblem[] {
  const link = resolvePath(tree, path, true);
  return link.kind === "found" ? [] : [problem.unresolved(path, link)];
}

/** Everything that a path with wildcards matches. */
function selectMatches(asked: AskedSource): FoundSource {
  const { tree, source, problem, wanted, filters, listing } = asked;
  if (matchPath(`/${wanted.path}`, "") === "bad-pattern") {
    return nothing(problem.badPattern(wanted.path, source));
  }
  const { fixed, rest } = splitWildcards(wanted.path);
  const base = resolvePath(tree, fixed, true);
  // The hash of a wildcard below nothing is fine, but the copy then fails to walk there.
  if (base.kind !== "found") return nothing(problem.unresolved(fixed, base));
  const taken: Taken[] = [];
  const items: HashedItem[] = [];
  const through: string[] = [];
  const broken: SelectionProblem[] = [];
  let matches = 0;
  const visit = (node: TreeNode, relative: string): "descend" | "skip" => {
    const path = joinPath(fixed, relative);
    if (matchPath(`/${wanted.path}`, `/${path}`) !== "match") return "descend";
    matches++;
    const found = { path: joinPath(base.path, relative), node };
    const target = resolvePath(tree, found.path, true);
    if (target.kind !== "found") {
      broken.push(problem.unresolved(path, target));
      return "skip";
    }
    append(taken, copiedFrom(target, baseName(path), filters));
    const hashing = hashBelow({ tree, filters, listing }, found, relative, true);
    append(items, hashing.items);
    append(through, hashing.through);
    if (hashing.broken !== null) append(broken, brokenIn(tree, problem, hashing.broken));
    return "skip";
  };
  if (base.node.kind === "directory") walkCandidates(base.node, rest, visit);
  if (matches === 0) {
    const none = { code: "wildcard-without-match", builder: "buildkit", fails: false } as const;
    return nothing(problem.make(wanted.path, none));
  }
  const hashed = asPart(items, wanted.path, listing);
  return { matches, taken, hashed, problems: broken, through };
}

interface WantedSource {
  readonly path: string;
  /** The --parents pattern, relative to `path`. */
  readonly include: string | null;
  /** With --parents and no wildcard: what must be there. */
  readonly required: string | null;
}

/** BuildKit `dockerfile2llb/convert_copy.go dispatchCopy`. */
function readSource(source: string, parents: boolean): WantedSource {
  if (!parents) return { path: pathInRoot(source), include: null, required: null };
  const pivot = source.indexOf("/./");
  const root = pivot < 0 ? "/" : source.slice(0, pivot);
  const pattern = pivot < 0 ? source : source.slice(pivot + 3);
  const include = pattern.startsWith("/") ? pattern.slice(1) : pathInRoot(pattern);
  const required =
    containsWildcards(root) || containsWildcards(pattern) ? null : pathInRoot(`${root}/${pattern}`);
  return { path: pathInRoot(root), include, required };
}

/** True when a source names something above its root, which `pathInRoot` silently drops. */
function leavesRoot(source: string): boolean {
  return cleanPath(source.replace(/^\/+/, "")).split("/")[0] === "..";
}

interface Filters {
  readonly include: PatternMatcher | null;
  readonly exclude: PatternMatcher | null;
  readonly any: boolean;
  /** The first pattern that the builder rejects. */
  readonly bad: string | null;
}

function filtersOf(includeText: string | null, excludeTexts: readonly string[]): Filters {
  // An empty pattern (`--parents /`) is dropped by the matcher, but not before it counts as a list.
  const include = includeText === null ? null : createPatternMatcher([includeText]);
  const exclude = excludeTexts.length === 0 ? null : createPatternMatcher(excludeTexts);
  const bad = include?.problems[0]?.pattern ?? exclude?.problems[0]?.pattern ?? null;
  return { include, exclude, any: include !== null || exclude !== null, bad };
}

interface FilterState {
  readonly include: MatchState;
  readonly exclude: MatchState;
}

const START: FilterState = { include: startState, exclude: startState };

function applyFilters(
  filters: Filters,
  path: string,
  parent: FilterState,
): { readonly passes: boolean; readonly state: FilterState } {
  const include = filters.include?.match(path, parent.include);
  // Exactly as in the hash: what is not included is never tested against the exclusions.
  if (include?.matched === false) {
    return { passes: false, state: { include: include.state, exclude: startState } };
  }
  const exclude = filters.exclude?.match(path, parent.exclude);
  return {
    passes: exclude?.matched !== true,
    state: { include: include?.state ?? startState, exclude: exclude?.state ?? startState },
  };
}

/** False when nothing below a directory that did not pass can pass either. */
function mayPassBelow(filters: Filters, directory: string, state: FilterState): boolean {
  const { include, exclude } = filters;
  if (include !== null && state.include.matched.length === 0) {
    if (!include.canMatchBelow(directory)) return false;
  }
  return (
    exclude === null || state.exclude.matched.length === 0 || exclude.canExceptBelow(directory)
  );
}

/** What fsutil copies of one resolved source: a directory's filtered content, or the file itself. */
function copiedFrom(source: Found, name: string, filters: Filters): readonly Taken[] {
  const { path, node } = source;
  if (node.kind !== "directory" || !filters.any) return [wholeOf(source, name)];
  const taken: Taken[] = [{ path, node, to: "", isWhole: false }];
  addFilteredContent(node, path, "", filters, START, [], taken);
  return taken;
}

/** `pending`: directories that did not pass themselves and are created only for what is in them. */
function addFilteredContent(
  folder: FolderNode,
  path: string,
  to: string,
  filters: Filters,
  parent: FilterState,
  pending: Taken[],
  taken: Taken[],
): void {
  for (const node of childrenOf(folder)) {
    const selected: Taken = {
      path: joinPath(path, node.name),
      node,
      to: joinPath(to, node.name),
      isWhole: false,
    };
    const { passes, state } = applyFilters(filters, selected.to, parent);
    if (passes) taken.push(...pending.splice(0), selected);
    if (node.kind !== "directory" || (!passes && !mayPassBelow(filters, selected.to, state))) {
      continue;
    }
    if (!passes) pending.push(selected);
    addFilteredContent(node, selected.path, selected.to, filters, state, pending, taken);
    if (pending.at(-1) === selected) pending.pop();
  }
}

interface Hashing {
  readonly items: readonly HashedItem[];
  /** See `SourceSelection.through`. */
  readonly through: readonly string[];
  /** A link that is hashed through and leads nowhere: BuildKit fails to compute the checksum. */
  readonly broken: string | null;
}

type AskedListing = Pick<AskedSource, "tree" | "filters" | "listing">;

/** What is hashed of a path without wildcards when there are filters. */
function hashFiltered(asked: AskedListing, path: string): Hashing {
  const base = resolvePath(asked.tree, path, false);
  if (base.kind !== "found") return { items: [], through: [], broken: null };
  return hashBelow(asked, base, "", path !== "");
}

/**
 * The records of one base entry: its header (or itself), then what passes below it. A link at the
 * top is hashed as what it leads to, unfiltered, and so is every link up to BuildKit 0.24. At the context root there is no header, which
 * makes its entries the top: BuildKit then hashes through the links among them as well.
 */
function hashBelow(
  { tree, filters, listing: { followsLinks } }: AskedListing,
  base: Found,
  name: string,
  hasHeader: boolean,
): Hashing {
  const items: HashedItem[] = [];
  const through: string[] = [];
  let broken: string | null = null;
  const add = ({ path, node }: Found, itemName: string, isTop: boolean): void => {
    if (node.kind === "symlink" && (isTop || followsLinks)) {
      const target = resolvePath(tree, path, true);
      if (target.kind === "found") {
        items.push({ name: itemName, path: target.path, node: target.node, what: "record" });
        // The client follows the links that a source names itself.
        if (!isTop) through.push(target.path);
      } else broken ??= path;
      return;
    }
    const what = node.kind === "directory" ? "header" : "record";
    items.push({ name: itemName, path, node, what });
  };
  const walk = (
    directory: Found,
    relative: string,
    parent: FilterState,
    pending: (readonly [Found, string])[],
    isTop: boolean,
  ): void => {
    if (directory.node.kind !== "directory") return;
    for (const node of childrenOf(directory.node)) {
      const path = joinPath(relative, node.name);
      const found = { path: joinPath(directory.path, node.name), node };
      const { passes, state } = applyFilters(filters, path, parent);
      if (passes) {
        for (const [header, headerName] of pending.splice(0)) add(header, headerName, false);
        add(found, joinPath(name, path), isTop);
      }
      if (node.kind !== "directory" || (!passes && !mayPassBelow(filters, path, state))) continue;
      const own = [found, joinPath(name, path)] as const;
      if (!passes) pending.push(own);
      walk(found, path, state, pending, false);
      if (pending.at(-1) === own) pending.pop();
    }
  };
  if (!hasHeader) {
    walk(base, "", START, [], true);
    return { items, through, broken };
  }
  if (!filters.any && !followsLinks && base.node.kind === "directory") {
    return { items: [{ name, what: "whole", ...base }], through, broken };
  }
  const { passes, state } = applyFilters(filters, "", START);
  if (passes) add(base, name, true);
  walk(base, "", state, passes ? [] : [[base, name]], false);
  return { items, through, broken };
}

/** `contenthash`: no match hashes nothing, a single one of the wanted name hashes without its name. */
function asPart(items: readonly HashedItem[], path: string, { byPath }: Listing): HashedPart {
  const [first, second] = items;
  if (first === undefined) return { kind: "empty" };
  const { name, what, ...found } = first;
  const isItself = second === undefined && what !== "whole" && baseName(path) !== "";
  if (isItself && (name === "" || baseName(name) === baseName(path))) {
    return { kind: what, ...found };
  }
  return { kind: "list", items, byPath };
}

function notThere(
  tree: FileTree,
  problem: ReturnType<typeof problemsOf>,
  path: string,
): SelectionProblem {
  const resolution = resolvePath(tree, path, true);
  // --parents does not look through links: what is behind one counts as missing.
  return problem.unresolved(
    path,
    resolution.kind === "found" ? { kind: "missing", path, throughLink: false } : resolution,
  );
}

function hasContent(node: TreeNode): boolean {
  return node.kind !== "directory" || node.entryCount > 0;
}
