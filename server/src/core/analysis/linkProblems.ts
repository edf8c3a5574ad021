/** What is wrong with the other builds of the workspace that a Dockerfile stands on, at the lines that name them. */
import type { BuildGraph, StageBase } from "../graph/graph.js";
import { sourcesOf } from "../graph/sources.js";
import type { SourceReference } from "../instructions/operation.js";
import { type Placed, placedAt } from "../text/range.js";
import type { Link } from "./linkedBuilds.js";
import type { Problem } from "./problem.js";

export function linkProblems(
  graph: BuildGraph,
  links: readonly Link[],
): readonly Placed<Problem>[] {
  const wrong = links.flatMap((link) => {
    const problem = problemOf(link);
    return problem === null ? [] : [{ link, problem }];
  });
  if (wrong.length === 0) return [];
  return graph.stages.flatMap((stage) =>
    !stage.isBuilt
      ? []
      : stage.steps.flatMap((step, nth) =>
          wrong.flatMap(({ link, problem }) => {
            const isBase = nth === 0 && isFromLink(stage.base, link);
            if (!isBase && !sourcesOf(step).some((from) => isOfLink(from, link))) return [];
            return [
              placedAt(graph.starts[stage.first + nth] ?? 0, {
                ...problem,
                range: step.instruction.range,
              }),
            ];
          }),
        ),
  );
}

function isFromLink(base: StageBase, { by, reference }: Link): boolean {
  return by === "linked"
    ? base.kind === "elsewhere" && base.name === reference
    : base.kind === "image" && base.reference === reference;
}

function isOfLink(from: SourceReference, { by, reference }: Link): boolean {
  return by === "linked"
    ? from.kind === "context" && from.folder === reference
    : from.kind === "image" && from.reference === reference;
}

function problemOf({ id, by, reference, to }: Link): Problem | null {
  switch (to.kind) {
    case "build":
    case "pending":
      return null;
    case "circle":
      return {
        code: "no-linked-build",
        reference,
        why: { kind: to.kind, by, through: to.through },
      };
    case "missing":
    case "unreadable":
    case "deep":
      return { code: "no-linked-build", reference, why: { kind: to.kind, build: id } };
  }
}
