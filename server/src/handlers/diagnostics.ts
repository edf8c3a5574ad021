import type { Diagnostic } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { type ShownDiagnostic, toDiagnostic } from "../convert/toProtocol.js";
import { type Diagnostic as CoreDiagnostic, diagnostics } from "../core/features/diagnostics.js";
import type { LiveBuild } from "../workspace/build.js";
import type { Settings } from "../workspace/settings.js";

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
  const { ignoreFile } = build;
  return diagnostics(build.view().analysis, trouble, part, ignoreFile?.hiding)
    .map((problem) => withSeverity(problem, build.settings.severity))
    .filter((problem) => problem !== null)
    .map((problem) => toDiagnostic(document, problem, { pages, ignore: ignoreFile?.file ?? null }));
}

/** As the settings want it; null: not at all. */
function withSeverity(
  problem: CoreDiagnostic,
  wanted: Settings["severity"],
): ShownDiagnostic | null {
  const severity = wanted.get(problem.code) ?? problem.severity;
  return severity === "off" ? null : { ...problem, severity };
}
