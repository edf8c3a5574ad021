import type { TextDocument } from "vscode-languageserver-textdocument";
import { toPosition } from "../convert/fromProtocol.js";
import { hoverTerms } from "../core/features/hoverTerms.js";
import type { GlossaryTerm } from "../protocol.js";
import type { Session } from "../workspace/session.js";

/** `stratacast/glossaryTerms` */
export function handleGlossaryTerms(
  document: TextDocument,
  session: Session,
  params: unknown,
): readonly GlossaryTerm[] {
  const position = toPosition(params);
  if (position === null || !session.settings.hover) return [];
  return hoverTerms(session.view().analysis, document.offsetAt(position)).map(({ id, term }) => ({
    id,
    term,
  }));
}
