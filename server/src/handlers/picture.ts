import { toPictureParams } from "../convert/fromProtocol.js";
import { pictureSvg } from "../core/picture/pictureSvg.js";
import type { LiveBuild } from "../workspace/build.js";

/** `stratacast/picture` */
export function handlePicture(build: LiveBuild, params: unknown): string | null {
  const asked = toPictureParams(params);
  if (asked === null) return null;
  const { part, reach } = asked;
  return pictureSvg(build.writtenView(), { part, reach, id: "stratacast-picture" });
}
