/** RUN instructions that require a secret or an agent which the build is not given. */
import type { BuildGraph } from "../graph/graph.js";
import { givenId } from "../instructions/mount.js";
import { type Placed, rangeAt } from "../text/range.js";
import type { Problem } from "./problem.js";

/** None where nobody said what the build is given. */
export function givenProblems({
  definition,
  stages,
  starts,
}: BuildGraph): readonly Placed<Problem>[] {
  const { secrets, agents } = definition.flags.given;
  if (secrets === null && agents === null) return [];
  const given = { secret: secrets, ssh: agents };
  const found: Placed<Problem>[] = [];
  for (const { steps, first, isBuilt } of stages) {
    if (!isBuilt) continue;
    for (const [nth, { operation, instruction }] of steps.entries()) {
      if (operation?.kind !== "run") continue;
      const range = rangeAt(starts[first + nth] ?? 0, instruction.keywordRange);
      for (const mount of operation.mounts) {
        if ((mount.type !== "secret" && mount.type !== "ssh") || !mount.required) continue;
        const id = givenId(mount);
        if (given[mount.type]?.has(id) === false)
          found.push({ code: "not-given", what: mount.type, id, range });
      }
    }
  }
  return found;
}
