/** What a build is asked for. */

import type { Builder } from "./builder.js";
import type { BuildFlags } from "./buildFlags.js";
import type { Platform } from "./platform.js";

export interface BuildOptions {
  readonly builder: Builder;
  readonly buildArgs: ReadonlyMap<string, string>;
  /** The stage to build; null: the last one. */
  readonly target: string | null;
  readonly platform: Platform;
  /** Absent: `noBuildFlags`. */
  readonly flags?: BuildFlags;
}
