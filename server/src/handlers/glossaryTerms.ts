import type { TextDocument } from "vscode-languageserver-textdocument";
import { toPosition } from "../convert/fromProtocol.js";
import { hoverTerms } from "../core/features/hoverTerms.js";
import type { GlossaryTerm } from "../protocol.js";
import type { LiveBuild } from "../workspace/build.js";

/** `stratacast/glossaryTerms` */
export function handleGlossaryTerms(
  document: TextDocument,
  build: LiveBuild,
  params: unknown,
): readonly GlossaryTerm[] {
  const position = toPosition(params);
  if (position === null || !build.settings.hover) return [];
  return hoverTerms(build.view().analysis, document.offsetAt(position)).map(({ id, term }) => ({
    id,
    term,
  }));
}
