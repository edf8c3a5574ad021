/** From the core's plain data to the protocol. */

import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  type Command,
  type Diagnostic,
  type DiagnosticRelatedInformation,
  DiagnosticSeverity,
  type Range,
  type WorkspaceEdit,
} from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { ContextViewPart } from "../core/features/contextView.js";
import type { Diagnostic as CoreDiagnostic } from "../core/features/diagnostics.js";
import type { LayerNode as CoreNode } from "../core/insight/layerRow.js";
import type { RelatedPlace } from "../core/insight/relatedPlaces.js";
import type { TextRange } from "../core/text/range.js";
import { interfaceText } from "../core/text/surfaces.js";
import {
  type ContextPart,
  chooseBuildCommand,
  type IgnoreEdit,
  type LayerNode,
  putInTerminalCommand,
  revealLayerCommand,
} from "../protocol.js";

export function toRange(document: TextDocument, range: TextRange): Range {
  return { start: document.positionAt(range.start), end: document.positionAt(range.end) };
}

export function toLensCommand(uri: string, title: string, line: number): Command {
  return { title, command: revealLayerCommand, arguments: [uri, line] };
}

export function toBuildCommand(uri: string, title: string): Command {
  return { title, command: chooseBuildCommand, arguments: [uri] };
}

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** A problem with the severity that the settings give it. */
export interface ShownDiagnostic extends Omit<CoreDiagnostic, "severity" | "range"> {
  readonly range: TextRange | null;
  readonly severity: keyof typeof severities;
}

interface DiagnosticPlaces {
  /** Where the codes are described; null: nowhere that the editor could open. */
  readonly pages: string | null;
  /** The ignore file, as a path; null: not known. */
  readonly ignore: string | null;
}

export function toDiagnostic(
  document: TextDocument,
  { code, severity, message, range, related }: ShownDiagnostic,
  { pages, ignore }: DiagnosticPlaces,
): Diagnostic {
  const relatedInformation = related.flatMap((place) => toRelated(document, place, ignore));
  return {
    range: toRange(document, range ?? { start: 0, end: 0 }),
    severity: severities[severity],
    source: "stratacast",
    code,
    ...(pages === null ? {} : { codeDescription: { href: `${pages}#${code}` } }),
    message,
    ...(relatedInformation.length === 0 ? {} : { relatedInformation }),
  };
}

function toRelated(
  document: TextDocument,
  place: RelatedPlace,
  ignore: string | null,
): DiagnosticRelatedInformation[] {
  const message = interfaceText(place.words);
  if (place.kind === "dockerfile")
    return [{ location: { uri: document.uri, range: toRange(document, place.range) }, message }];
  if (ignore === null) return [];
  const start = { line: place.line - 1, character: 0 };
  const end = { line: place.line, character: 0 };
  return [{ location: { uri: pathToFileURL(ignore).href, range: { start, end } }, message }];
}

/**
 * @param contextFolder absolute
 * @param ignoreFile absolute; null: there is none
 */
export function toContextPart(
  { message, rows }: ContextViewPart,
  contextFolder: string,
  ignoreFile: string | null,
): ContextPart {
  return {
    message,
    ignoreFile: ignoreFile === null ? null : pathToFileURL(ignoreFile).href,
    rows: rows.map((row) => ({
      ...row,
      resource: row.path === null ? null : contextFileUri(contextFolder, row.path),
    })),
  };
}

/**
 * @param contextFolder absolute
 * @param contextPath relative to it, with slashes
 */
export function contextFileUri(contextFolder: string, contextPath: string): string {
  return pathToFileURL(path.join(contextFolder, ...contextPath.split("/"))).href;
}

/** A further line of an ignore file, and the file itself where there is none. */
export function ignoreLineEdit(
  { file, line, isNew }: IgnoreEdit,
  before: string | null,
): WorkspaceEdit {
  const uri = pathToFileURL(file).href;
  const lines = (before ?? "").split(/\r?\n/);
  const last = lines.at(-1) ?? "";
  const end = { line: lines.length - 1, character: last.length };
  const insert = {
    range: { start: end, end },
    newText: `${last === "" ? "" : "\n"}${line}\n`,
  };
  const edit = { textDocument: { uri, version: null }, edits: [insert] };
  const created = isNew
    ? [{ kind: "create", uri, options: { ignoreIfExists: true } } as const]
    : [];
  return { documentChanges: [...created, edit] };
}

/** @param folder where the shell stands: absolute */
export function toTerminalCommand(title: string, line: string, folder: string): Command {
  return { title, command: putInTerminalCommand, arguments: [line, folder] };
}

/** @param contextFolder absolute; null: the document has no build context */
export function toLayerNode(node: CoreNode, contextFolder: string | null): LayerNode {
  const { contextPath, children, ...rest } = node;
  const hasFile = contextPath !== null && contextFolder !== null;
  return {
    ...rest,
    children:
      children === null || children === "lazy"
        ? children
        : children.map((child) => toLayerNode(child, contextFolder)),
    ...(hasFile ? { resource: contextFileUri(contextFolder, contextPath) } : {}),
  };
}
