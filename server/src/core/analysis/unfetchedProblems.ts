/** Steps that take what stands in the place of files that git fetches apart: a build takes it as it is. */
import { contextFolder } from "../build/definition.js";
import { nodeAt } from "../context/folder.js";
import type { Taken } from "../context/selection.js";
import type { Unfetched } from "../context/unfetched.js";
import { isWithin } from "../text/paths.js";
import { type Placed, placedAt } from "../text/range.js";
import type { Analysis } from "./analyse.js";
import { sourceRanges } from "./contextProblems.js";
import type { Problem, UnfetchedProblem } from "./problem.js";
import type { Read } from "./read.js";

export function unfetchedProblems(
  { graph, keys }: Analysis,
  read: Read,
): readonly Placed<Problem>[] {
  const folder = contextFolder(graph.definition);
  if (folder === null || keys.taking.length === 0) return nothing;
  const found = read({ kind: "unfetched", folder });
  if (found.kind !== "known") return nothing;
  const { pointers, submodules } = found.value;
  if (pointers.length + submodules.length === 0) return nothing;
  return keys.taking.flatMap((at): readonly Placed<Problem>[] => {
    const keyed = keys.steps[at];
    if (keyed === undefined) return nothing;
    const ranges = sourceRanges(keyed);
    return keyed.context
      .filter((input) => input.folder === null)
      .flatMap(({ selection }) => selection.sources)
      .flatMap(({ taken }, index) =>
        takenOf(taken, found.value).map((problem) =>
          placedAt(graph.starts[at] ?? 0, {
            ...problem,
            range: ranges[index] ?? keyed.step.instruction.range,
          }),
        ),
      );
  });
}

const nothing: readonly Placed<Problem>[] = [];

function takenOf(
  taken: readonly Taken[],
  { pointers, submodules }: Unfetched,
): readonly UnfetchedProblem[] {
  const files = pointers.filter((path) => taken.some((one) => takes(one, path, "file")));
  const folders = submodules.filter((path) => taken.some((one) => takes(one, path, "directory")));
  return [
    ...(files.length === 0 ? [] : [{ code: "lfs-pointer-taken" as const, paths: files }]),
    ...(folders.length === 0 ? [] : [{ code: "submodule-empty" as const, paths: folders }]),
  ];
}

function takes(one: Taken, path: string, kind: "file" | "directory"): boolean {
  if (path !== one.path && !(one.isWhole && isWithin(path, one.path))) return false;
  const below = one.path === "" ? path : path.slice(one.path.length + 1);
  const node = one.node.kind === "directory" ? nodeAt(one.node, below) : one.node;
  // A folder with something in it is not what was looked at.
  return node?.kind === kind && (node.kind !== "directory" || node.entryCount === 0);
}
