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
  const { typed } = build;
  const part =
    typed === null
      ? null
      : { range: typed.range, analysis: typed.hasPaused ? typed.analysis : null };
  return diagnostics(build.view().analysis, trouble, part).map((problem) =>
    toDiagnostic(document, problem, pages),
  );
}
