import path from "node:path";
import { pathToFileURL } from "node:url";
import { toPath, toUri } from "../convert/fromProtocol.js";
import { definitionChoices } from "../core/features/definitionChoices.js";
import { pathRules } from "../host/paths.js";
import type { DefinedBuild } from "../protocol.js";
import type { Workspace } from "../workspace/workspace.js";

/** `stratacast/definedIn`: the builds that a Compose or Bake file of the workspace defines. */
export async function handleDefinedIn(
  { folders, buildsIn }: Pick<Workspace, "folders" | "buildsIn">,
  params: unknown,
): Promise<readonly DefinedBuild[]> {
  const file = toPath(toUri(params));
  if (file === null) return [];
  const inside = folders.filter((folder) => pathRules.isInside(folder, file));
  const root = inside.sort((a, b) => b.length - a.length)[0] ?? path.dirname(file);
  const builds = await buildsIn(root);
  const own = builds.filter(({ foundAt }) => pathRules.isSame(foundAt.file, file));
  const shown = (place: string): string => pathRules.relative(root, place);
  const rows = definitionChoices(own, null, shown, new Map());
  return own.map(({ id, dockerfile, foundAt }, at) => ({
    id,
    label: rows[at]?.label ?? "",
    description: rows[at]?.description ?? "",
    dockerfile: dockerfile.kind === "file" ? pathToFileURL(dockerfile.path).href : null,
    line: foundAt.line,
  }));
}
