import { type Hover, MarkupKind, type Position } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { toRange } from "../convert/toProtocol.js";
import { hover } from "../core/features/hover.js";
import type { LiveBuild } from "../workspace/build.js";

/** `textDocument/hover` */
export function handleHover(
  document: TextDocument,
  build: LiveBuild,
  position: Position,
): Hover | null {
  if (!build.settings.hover) return null;
  const offset = document.offsetAt(position);
  const found = hover(build.viewAt(offset), offset, (reference, platform) =>
    build.image(reference, platform),
  );
  if (found === null) return null;
  return {
    contents: { kind: MarkupKind.Markdown, value: found.markdown },
    range: toRange(document, found.range),
  };
}
