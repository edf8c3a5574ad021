import { pathToFileURL } from "node:url";
import { toUri } from "../convert/fromProtocol.js";
import { contextCandidates, folderChoice } from "../core/definitions/editorDefinition.js";
import { contextActions } from "../core/features/contextActions.js";
import { definitionChoices } from "../core/features/definitionChoices.js";
import { pathRules } from "../host/paths.js";
import type { DefinitionRow } from "../protocol.js";
import type { Workspace } from "../workspace/workspace.js";

/** `stratacast/definitions`: what files define, then the folders that can be taken. */
export async function handleDefinitions(
  workspace: Workspace,
  params: unknown,
): Promise<readonly DefinitionRow[] | null> {
  const build = workspace.build(toUri(params));
  if (build === undefined) return null;
  const stale = await build.records.staleness();
  const { definition, place, contextFolder } = build;
  const root = place.workspaceFolder ?? "";
  const shown = (path: string): string => pathRules.relative(root, path);
  const rows = definitionChoices(build.foundBuilds, definition, shown, stale);
  const folders = contextActions(contextCandidates(place, pathRules), "");
  return [
    ...rows.map(({ place: at, ...row }) => ({
      ...row,
      place: at === null ? null : { uri: pathToFileURL(at.file).href, line: at.line },
    })),
    ...folders.map(({ title, folder }) => ({
      id: folderChoice(folder),
      label: title,
      description: "",
      detail: "",
      isChosen: folder === contextFolder && rows.every(({ isChosen }) => !isChosen),
      place: null,
    })),
  ];
}
