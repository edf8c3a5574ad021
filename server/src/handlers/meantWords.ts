import { interfaceText } from "../core/text/surfaces.js";
import { buildWords } from "../core/words/buildWords.js";
import { pathRules } from "../host/paths.js";
import type { LiveBuild } from "../workspace/build.js";

/** Which build is meant, for a lens and the tree; empty: nobody has said. */
export function meantWords({ definition, foundBuilds, place }: LiveBuild): string {
  const { workspaceFolder } = place;
  const others = foundBuilds.filter(({ id }) => id !== definition.id).length;
  const shown = (path: string): string =>
    workspaceFolder === null ? path : pathRules.relative(workspaceFolder, path);
  return interfaceText(buildWords(definition, others, shown));
}
