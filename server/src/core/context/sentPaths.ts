/**
 * What BuildKit's client sends of a build context. It reads the paths that the steps take as patterns
 * of an ignore file and sends what these match, so that a name can mean something else to it than to
 * the step that takes it. Source: fsutil, filter.go; BuildKit, dockerfile2llb/convert.go
 * `normalizeContextPaths`.
 */
import { createPatternMatcher } from "./patternMatcher.js";
import type { Selection, SelectionProblem, SourceSelection, UnsentReason } from "./selection.js";
import { splitWildcards } from "./selectShared.js";

/** True for a source that needs something which the client does not send for it. */
export function needsOthers(source: SourceSelection): boolean {
  return neededPaths(source).length > 0;
}

/**
 * The sources that need something which the client sends neither for them nor for another one.
 * @param all what the steps of the build take of this context
 * @param isCopied false: an earlier copy is taken, which does not look into folders
 */
export function unsentSources(
  selection: Selection,
  all: readonly Selection[],
  isCopied: boolean,
): readonly SelectionProblem[] {
  return selection.sources.flatMap((source, index): readonly SelectionProblem[] => {
    const unsent = neededPaths(source).find(
      (needed) =>
        !all.some(({ sources }) => sources.some((other) => sends(other, needed))) &&
        (needed.why !== "folder" || isCopied),
    );
    if (unsent === undefined) return [];
    const { path, why } = unsent;
    return [{ code: "source-not-sent", why, index, source: source.source, path }];
  });
}

/** What has to be sent for another source's sake; `why` it is not sent for its own. */
interface NeededPath {
  readonly path: string;
  /**
   * `folder`: a wildcard that matches nothing in it; `pattern`: the name is a pattern of another one;
   * `link`: a link leads there, and is hashed as what it leads to.
   */
  readonly why: UnsentReason;
}

function neededPaths(source: SourceSelection): readonly NeededPath[] {
  const own = neededPath(source);
  const through = (source.through ?? []).map((path) => ({ path, why: "link" }) as const);
  return own === null ? through : [own, ...through];
}

function neededPath(source: SourceSelection): NeededPath | null {
  const { path, isWildcard, matches, problems } = source;
  if (isWildcard) {
    const { fixed } = splitWildcards(path);
    const isEmpty =
      matches === 0 && problems.every(({ code }) => code === "wildcard-without-match");
    return isEmpty && fixed !== "" ? { path: fixed, why: "folder" } : null;
  }
  return matches > 0 && !isOwnPattern(path) ? { path, why: "pattern" } : null;
}

/** True for a name that matches itself, as nearly all do. */
function isOwnPattern(path: string): boolean {
  if (/^[\w./@+-]*$/.test(path)) return true;
  const matcher = createPatternMatcher([path]);
  return matcher.problems.length === 0 && matcher.match(path, matcher.start).matched;
}

function sends(other: SourceSelection, { path, why }: NeededPath): boolean {
  if (neededPath(other) !== null) return false;
  const sent = other.isWildcard ? other.taken.map((one) => one.path) : [other.path];
  return sent.some(
    (one) =>
      one === "" ||
      one === path ||
      path.startsWith(`${one}/`) ||
      (why === "folder" && one.startsWith(`${path}/`) && other.matches > 0),
  );
}
