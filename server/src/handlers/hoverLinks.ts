import type { TextDocument } from "vscode-languageserver-textdocument";
import { toPosition } from "../convert/fromProtocol.js";
import { imageAt } from "../core/analysis/imageAt.js";
import { stepAt } from "../core/analysis/stepAt.js";
import { hoverTerms } from "../core/features/hoverTerms.js";
import { type HoverLinks, noHoverLinks } from "../protocol.js";
import type { LiveBuild } from "../workspace/build.js";
import { isLookUpOff } from "./lookUpImages.js";

/** `stratacast/hoverLinks` */
export function handleHoverLinks(
  document: TextDocument,
  build: LiveBuild,
  params: unknown,
): HoverLinks {
  const position = toPosition(params);
  if (position === null || !build.settings.hover) return noHoverLinks;
  const offset = document.offsetAt(position);
  const { analysis } = build.viewAt(offset);
  const analysed = stepAt(analysis, offset);
  const image = imageAt(analysis, offset);
  return {
    terms: hoverTerms(analysis, offset).map(({ id, term }) => ({ id, term })),
    offersLookUp: image !== null && isLookUpOff(build, image),
    line: analysed?.place.line ?? null,
    takesContext: (analysed?.inputs?.count ?? 0) > 0,
  };
}
