import type { Diagnostic } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { toDiagnostic } from "../convert/toProtocol.js";
import { diagnostics } from "../core/features/diagnostics.js";
import type { Session } from "../workspace/session.js";

/** `textDocument/publishDiagnostics` */
export function makeDiagnostics(document: TextDocument, session: Session): Diagnostic[] {
  if (!session.settings.diagnostics) return [];
  const { contextFolder, contextProblem } = session;
  const trouble =
    contextFolder === null || contextProblem === ""
      ? null
      : { folder: contextFolder, problem: contextProblem };
  return diagnostics(session.view().analysis, trouble).map((problem) =>
    toDiagnostic(document, problem),
  );
}
