import { buildChoices } from "../core/features/buildChoices.js";
import type { BuildChoices } from "../protocol.js";
import type { LiveBuild } from "../workspace/build.js";

/** `stratacast/buildChoices` */
export function handleBuildChoices(build: LiveBuild): BuildChoices {
  return buildChoices(build.writtenView().analysis);
}
