/** A Dockerfile's view without a build context or earlier builds: enough for what is drawn and told. */

import { onDisk } from "../../server/src/core/analysis/place.js";
import { analyse } from "../../server/src/core/analysis/snapshot.js";
import type { View } from "../../server/src/core/analysis/view.js";
import type { Builder } from "../../server/src/core/build/builder.js";
import { parseDockerfile } from "../../server/src/core/syntax/parse.js";
import { emptyWorld } from "../../server/src/core/world/world.js";
import { sha256 } from "../../server/src/host/digest.js";
import { buildOf } from "./definitions.js";

export interface ViewOptions {
  readonly builder?: Builder;
  readonly target?: string;
}

export function viewOf(text: string, { builder = "buildkit", target }: ViewOptions = {}): View {
  const { analysis } = analyse({
    place: onDisk,
    ...buildOf({ builder, target: target ?? null }),
    dockerfile: parseDockerfile(text),
    world: emptyWorld,
    baseline: { kind: "empty" },
    digest: sha256,
  });
  return { analysis, isResult: false };
}
