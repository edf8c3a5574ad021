/** What is known of an image that a stage starts from; the host may ask a registry or an engine. */
import type { Healthcheck } from "./config.js";

export interface BaseImage {
  /** Equal for images with equal layers and config, whatever their names. */
  readonly id: string;
  /** Equal for images with equal layers. */
  readonly layersId: string;
  /** How many layers it brings. */
  readonly layers: number;
  /** `NAME=value`, in the config's order. */
  readonly environment: readonly string[];
  readonly cmd: readonly string[] | null;
  readonly entrypoint: readonly string[] | null;
  readonly workingDirectory: string;
  readonly user: string;
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly healthcheck: Healthcheck | null;
  readonly stopSignal: string | null;
  readonly shell: readonly string[] | null;
  readonly onBuild: readonly string[];
}

/** null: nothing is known of it; the prediction then goes by its name. */
export type BaseImageLookup = (reference: string, platform: string) => BaseImage | null;
