import type { Diagnostic } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { toDiagnostic } from "../convert/toProtocol.js";
import { diagnostics } from "../core/features/diagnostics.js";
import type { LiveBuild } from "../workspace/build.js";

/** `textDocument/publishDiagnostics` */
export function makeDiagnostics(
  document: TextDocument,
  build: LiveBuild,
  pages: string | null,
): Diagnostic[] {
  if (!build.settings.diagnostics) return [];
  const { contextFolder, contextProblem } = build;
  const trouble =
    contextFolder === null || contextProblem === ""
      ? null
      : { folder: contextFolder, problem: contextProblem };
  return diagnostics(build.view().analysis, trouble).map((problem) =>
    toDiagnostic(document, problem, pages),
  );
}
