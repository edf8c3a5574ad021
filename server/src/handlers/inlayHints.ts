import type { InlayHint, Range } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { toLensCommand } from "../convert/toProtocol.js";
import { inlayHints } from "../core/features/inlayHints.js";
import type { LiveBuild } from "../workspace/build.js";

/** `textDocument/inlayHint` */
export function handleInlayHints(
  document: TextDocument,
  build: LiveBuild,
  range: Range,
): InlayHint[] {
  if (build.settings.codeLens !== "inlay") return [];
  const asked = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
  return inlayHints(build.view(), asked).map(({ line, title, label }) => ({
    // Behind the last character of the line: a column beyond it stands for that.
    position: document.positionAt(
      document.offsetAt({ line: line - 1, character: Number.MAX_SAFE_INTEGER }),
    ),
    label: [{ value: label, command: toLensCommand(build.place.uri, title, line) }],
    tooltip: title,
    paddingLeft: true,
  }));
}
