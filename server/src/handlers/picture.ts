import { toPictureParams } from "../convert/fromProtocol.js";
import { pictureSvg } from "../core/picture/pictureSvg.js";
import type { LiveBuild } from "../workspace/build.js";

/** `stratacast/picture` */
export function handlePicture(build: LiveBuild, params: unknown): string | null {
  const asked = toPictureParams(params);
  if (asked === null) return null;
  return pictureSvg(build.writtenView(), { ...asked, id: "stratacast-picture" });
}
