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
  /** Absent: it was handed in. */
  readonly origin?: ImageOrigin;
}

/** Where an image was found, and what is worth showing of it besides its config. */
export interface ImageOrigin {
  readonly source: ImageSource | "archive";
  /** What the reference leads to: the digest of an index or a manifest; null: it was never pushed. */
  readonly digest: string | null;
  /** When it was made. Milliseconds since the epoch; null: it does not say. */
  readonly created: number | null;
  /** The one that it is for, such as `linux/amd64`. */
  readonly platform: string;
  /** As a registry sends it, or as an engine stores it; null: not told. */
  readonly bytes: number | null;
  /** From the bottom up. */
  readonly layers: readonly BaseLayer[];
  /** When that was found out. Milliseconds since the epoch. */
  readonly at: number;
}

export type ImageSource = "registry" | "engine";

export interface BaseLayer {
  /** In a registry that of the packed files, in an engine that of the plain ones. */
  readonly digest: string;
  /** null: not told. */
  readonly bytes: number | null;
  /** The command of its history; empty: it has none. */
  readonly madeBy: string;
}

/** null: nothing is known of it; the prediction then goes by its name. */
export type BaseImageLookup = (reference: string, platform: string) => BaseImage | null;
