import {
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  type Diagnostic,
  type WorkspaceEdit,
} from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { toIgnoreEdit } from "../convert/fromProtocol.js";
import { ignoreLineEdit, toRange, toTerminalCommand } from "../convert/toProtocol.js";
import { contextFolder, isGuess } from "../core/build/definition.js";
import { contextCandidates, folderChoice } from "../core/definitions/editorDefinition.js";
import { contextActions } from "../core/features/contextActions.js";
import { type QuickFix, quickFixes } from "../core/features/quickFixes.js";
import type { Result } from "../core/host.js";
import { pathRules } from "../host/paths.js";
import { type IgnoreEdit, useBuildCommand } from "../protocol.js";
import type { LiveBuild } from "../workspace/build.js";
import type { IgnoreFile } from "../workspace/ignoreFile.js";

/** `textDocument/codeAction` */
export function handleCodeAction(
  document: TextDocument,
  build: LiveBuild,
  { context, range }: CodeActionParams,
): CodeAction[] {
  const told = context.diagnostics.filter(({ source }) => source === "stratacast");
  if (told.length === 0) return [];
  const asked = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
  const toActions = (fix: QuickFix): CodeAction | readonly CodeAction[] => {
    const diagnostics = told.filter(
      (one) => one.code === fix.code && isSameRange(one, toRange(document, fix.range)),
    );
    return diagnostics.length === 0 ? [] : (toAction(document, build, fix, diagnostics) ?? []);
  };
  const fixes = quickFixes(build.writtenView().analysis, asked);
  return [
    ...fixes.filter(({ mends }) => mends).flatMap(toActions),
    ...folderActions(build, told),
    ...fixes.filter(({ mends }) => !mends).flatMap(toActions),
  ];
}

/** `codeAction/resolve`: the edit of an ignore file, which is read for it. */
export function handleCodeActionResolve(
  action: CodeAction,
  readText: (file: string) => Result<string>,
): CodeAction {
  const asked = toIgnoreEdit(action.data);
  if (asked === null) return action;
  const before = asked.isNew ? null : readText(asked.file);
  if (before?.ok === false) return action;
  return { ...action, edit: ignoreLineEdit(asked, before?.value ?? null) };
}

function toAction(
  document: TextDocument,
  build: LiveBuild,
  { title, change, mends }: QuickFix,
  diagnostics: Diagnostic[],
): CodeAction | null {
  const action = { title, kind: CodeActionKind.QuickFix, diagnostics };
  switch (change.kind) {
    case "edit": {
      const edits = change.edits.map(({ range, text }) => ({
        range: toRange(document, range),
        newText: text,
      }));
      const edit: WorkspaceEdit = { changes: { [document.uri]: edits } };
      return { ...action, edit, ...(mends ? { isPreferred: true } : {}) };
    }
    case "ignore": {
      const { ignoreFile } = build;
      return ignoreFile === null ? null : { ...action, data: ignoreEdit(ignoreFile, change.line) };
    }
    case "command":
      return {
        ...action,
        command: toTerminalCommand(title, change.line, build.contextFolder ?? ""),
      };
  }
}

function ignoreEdit({ file, isNew }: IgnoreFile, line: string): IgnoreEdit {
  return { file, isNew, line };
}

function isSameRange({ range }: Diagnostic, other: Diagnostic["range"]): boolean {
  return (
    range.start.line === other.start.line &&
    range.start.character === other.start.character &&
    range.end.line === other.end.line &&
    range.end.character === other.end.character
  );
}

/** Other folders to build in, where that may mend something. */
function folderActions(build: LiveBuild, told: readonly Diagnostic[]): readonly CodeAction[] {
  const { definition, place } = build;
  const folder = contextFolder(definition);
  const diagnostics = told.filter(({ code }) => sourceCodes.has(String(code)));
  if (folder === null || !isGuess(definition) || diagnostics.length === 0) return [];
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
