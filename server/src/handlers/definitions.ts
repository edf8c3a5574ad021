import { pathToFileURL } from "node:url";
import { contextCandidates, folderChoice } from "../core/definitions/editorDefinition.js";
import { contextActions } from "../core/features/contextActions.js";
import { definitionChoices } from "../core/features/definitionChoices.js";
import { pathRules } from "../host/paths.js";
import type { DefinitionRow } from "../protocol.js";
import type { LiveBuild } from "../workspace/build.js";

/** `stratacast/definitions`: what files define, then the folders that can be taken. */
export function handleDefinitions(build: LiveBuild): readonly DefinitionRow[] {
  const { definition, place, contextFolder } = build;
  const root = place.workspaceFolder ?? "";
  const rows = definitionChoices(build.foundBuilds, definition, (path) =>
    pathRules.relative(root, path),
  );
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
