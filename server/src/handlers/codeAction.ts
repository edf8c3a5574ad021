import { type CodeAction, CodeActionKind, type CodeActionParams } from "vscode-languageserver";
import { contextFolder, isGuess } from "../core/build/definition.js";
import { contextCandidates, folderChoice } from "../core/definitions/editorDefinition.js";
import { contextActions } from "../core/features/contextActions.js";
import { pathRules } from "../host/paths.js";
import { useBuildCommand } from "../protocol.js";
import type { LiveBuild } from "../workspace/build.js";

/** `textDocument/codeAction` */
export function handleCodeAction(build: LiveBuild, { context }: CodeActionParams): CodeAction[] {
  const { definition, place } = build;
  const folder = contextFolder(definition);
  if (folder === null || !isGuess(definition)) return [];
  const diagnostics = context.diagnostics.filter(
    ({ source, code }) => source === "stratacast" && sourceCodes.has(String(code)),
  );
  if (diagnostics.length === 0) return [];
  return contextActions(contextCandidates(place, pathRules), folder).map((action) => ({
    title: action.title,
    kind: CodeActionKind.QuickFix,
    diagnostics,
    command: {
      title: action.title,
      command: useBuildCommand,
      arguments: [place.uri, folderChoice(action.folder)],
    },
  }));
}

/** What another build context may mend. */
const sourceCodes: ReadonlySet<string> = new Set([
  "source-not-found",
  "source-ignored",
  "source-link-broken",
  "source-outside-context",
  "wildcard-without-match",
]);
