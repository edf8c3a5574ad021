/**
 * Lines of an ignore file that do less than they seem to: those that match nothing in the folder, and
 * those that name a folder and so count at the root alone, while others of that name stay in the context.
 */
import type { FolderNode } from "../context/fileTree.js";
import { childrenOf, folderAt } from "../context/folder.js";
import type { IgnorePattern } from "../context/ignoreFile.js";
import { createPatternMatcher, type Pattern } from "../context/patternMatcher.js";
import { joinPath } from "../text/paths.js";
import type { Amount, BuildContext } from "./buildContext.js";

export type IgnoreFinding =
  | { readonly code: "ignore-without-match"; readonly pattern: IgnorePattern }
  | {
      readonly code: "ignore-one-of-several";
      readonly pattern: IgnorePattern;
      /** The folders that stay in the context, the largest first. */
      readonly folders: readonly string[];
      /** What the fix takes out of the context. */
      readonly saved: Amount;
      /** The lines of the Dockerfile that take some of it: they rebuild when it changes. */
      readonly lines: readonly number[];
      /** What the line would be. */
      readonly fix: string;
    };

/** So many names are looked at; in a larger folder nothing is said of what was not found by then. */
const maxLooks = 300_000;

/** In the order of the file. */
export function ignoreFindings(context: BuildContext): readonly IgnoreFinding[] {
  const last = remembered.get(context);
  if (last !== undefined) return last;
  const budget = { looks: maxLooks };
  const findings = context.ignore.patterns.flatMap((pattern) => {
    const several = oneOfSeveral(context, pattern, budget);
    if (several !== null) return [several];
    const [compiled] = createPatternMatcher([pattern.text.replace(/^!/, "")]).patterns;
    const isSpent = compiled === undefined || matchesAny(context.everything, "", compiled, budget);
    return isSpent ? [] : [{ code: "ignore-without-match", pattern } as const];
  });
  remembered.set(context, findings);
  return findings;
}

const remembered = new WeakMap<BuildContext, readonly IgnoreFinding[]>();

interface Budget {
  looks: number;
}

/** True also where that would take too long to know. */
function matchesAny(folder: FolderNode, path: string, pattern: Pattern, budget: Budget): boolean {
  for (const node of childrenOf(folder)) {
    if (budget.looks-- <= 0) return true;
    const at = joinPath(path, node.name);
    if (pattern.matches(at)) return true;
    const isBelow = node.kind === "directory" && pattern.canMatchBelow(at);
    if (isBelow && matchesAny(node, at, pattern, budget)) return true;
  }
  return false;
}

/** Of a line that is a mere name, as `node_modules`. */
function oneOfSeveral(
  context: BuildContext,
  pattern: IgnorePattern,
  budget: Budget,
): IgnoreFinding | null {
  const { text } = pattern;
  if (!/^[^!/*?[\\]+$/.test(text)) return null;
  const folders = [...foldersNamed(context.seen, "", text, budget)].sort(
    (a, b) => b.folder.bytes - a.folder.bytes,
  );
  if (folders.length === 0) return null;
  const lines = context.takers
    .filter(({ root, isBuilt }) => isBuilt && folders.some(({ at }) => folderAt(root, at) !== null))
    .map(({ line }) => line);
  return {
    code: "ignore-one-of-several",
    pattern,
    folders: folders.map(({ at }) => at),
    saved: folders.reduce(
      (sum, { folder }) => ({
        count: sum.count + folder.fileCount,
        bytes: sum.bytes + folder.bytes,
      }),
      { count: 0, bytes: 0 },
    ),
    lines: [...new Set(lines)],
    fix: `**/${text}`,
  };
}

interface NamedFolder {
  readonly at: string;
  readonly folder: FolderNode;
}

/** The outermost ones below a folder that hold something. */
function* foldersNamed(
  folder: FolderNode,
  path: string,
  name: string,
  budget: Budget,
): Generator<NamedFolder> {
  for (const node of childrenOf(folder)) {
    if (budget.looks-- <= 0) return;
    if (node.kind !== "directory" || node.fileCount === 0) continue;
    const at = joinPath(path, node.name);
    if (node.name === name) yield { at, folder: node };
    else yield* foldersNamed(node, at, name, budget);
  }
}
