/** From the core's plain data to the protocol. */

import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  type Command,
  type Diagnostic,
  DiagnosticSeverity,
  type Range,
} from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import type { ContextViewPart } from "../core/features/contextView.js";
import type { Diagnostic as CoreDiagnostic } from "../core/features/diagnostics.js";
import type { LayerNode as CoreNode } from "../core/features/layerStack.js";
import type { TextRange } from "../core/text/range.js";
import {
  type ContextPart,
  chooseBuildCommand,
  type LayerNode,
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
} as const;

/** @param pages where the codes are described; null: nowhere that the editor could open */
export function toDiagnostic(
  document: TextDocument,
  { code, severity, message, range }: CoreDiagnostic,
  pages: string | null,
): Diagnostic {
  return {
    range: toRange(document, range ?? { start: 0, end: 0 }),
    severity: severities[severity],
    source: "stratacast",
    code,
    ...(pages === null ? {} : { codeDescription: { href: `${pages}#${code}` } }),
    message,
  };
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
