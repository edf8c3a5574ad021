import { buildChoices } from "../core/features/buildChoices.js";
import type { BuildChoices } from "../protocol.js";
import type { Session } from "../workspace/session.js";

/** `stratacast/buildChoices` */
export function handleBuildChoices(session: Session): BuildChoices {
  return buildChoices(session.view().analysis);
}
