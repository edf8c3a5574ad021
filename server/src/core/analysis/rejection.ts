/** What the builder finds wrong before it runs anything. */
import type { BuildGraph } from "../graph/graph.js";
import type { BadIgnorePattern } from "./problem.js";

interface Obstructed {
  readonly problems: readonly BadIgnorePattern[];
}

interface Contexts {
  readonly context: Obstructed | null;
  readonly folders?: ReadonlyMap<string, Obstructed>;
}

/** What is wrong with the build context and the named ones. */
export function contextObstacles({ context, folders }: Contexts): readonly BadIgnorePattern[] {
  const named = folders === undefined ? [] : [...folders.values()];
  return [context, ...named].flatMap((state) => state?.problems ?? []);
}

/** True where the builder runs nothing, because of the file or its contexts. */
export function isRejected(of: { readonly graph: BuildGraph; readonly input: Contexts }): boolean {
  return of.graph.isRejected || contextObstacles(of.input).length > 0;
}
