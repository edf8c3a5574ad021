import type { TextDocument } from "vscode-languageserver-textdocument";
import { toPosition } from "../convert/fromProtocol.js";
import { imageAt } from "../core/analysis/imageAt.js";
import { hoverTerms } from "../core/features/hoverTerms.js";
import type { HoverLinks } from "../protocol.js";
import type { LiveBuild } from "../workspace/build.js";
import { isLookUpOff } from "./lookUpImages.js";

/** `stratacast/hoverLinks` */
export function handleHoverLinks(
  document: TextDocument,
  build: LiveBuild,
  params: unknown,
): HoverLinks {
  const position = toPosition(params);
  if (position === null || !build.settings.hover) return { terms: [], offersLookUp: false };
  const offset = document.offsetAt(position);
  const { analysis } = build.viewAt(offset);
  const image = imageAt(analysis, offset);
  return {
    terms: hoverTerms(analysis, offset).map(({ id, term }) => ({ id, term })),
    offersLookUp: image !== null && isLookUpOff(build, image),
  };
}
