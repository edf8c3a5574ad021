import { toPictureParams } from "../convert/fromProtocol.js";
import { pictureSvg } from "../core/picture/pictureSvg.js";
import { layoutGraph } from "../host/layout.js";
import type { Session } from "../workspace/session.js";

/** `stratacast/picture` */
export function handlePicture(session: Session, params: unknown): string | null {
  const asked = toPictureParams(params);
  if (asked === null) return null;
  const { part, reach } = asked;
  return pictureSvg(session.view(), { part, reach, layout: layoutGraph, id: "stratacast-picture" });
}
