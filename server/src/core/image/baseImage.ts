/** What is known of an image that a stage starts from; the host may ask a registry or an engine. */
import type { Healthcheck } from "./config.js";
import type { Unknowns } from "./unknowns.js";

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
  /** There when a build of the workspace makes it. */
  readonly built?: BuiltImage;
}

/** An image as another build of the workspace leaves it. */
export interface BuiltImage {
  /** The id of that build. */
  readonly build: string;
  /** What a person calls it. */
  readonly name: string;
  /** `linked`: both are one build, as Bake's `target:`; `tag`: it comes back as an image by its tag. */
  readonly by: "linked" | "tag";
  /** What its last step is known by in the cache: the text of a name. */
  readonly key: string;
  readonly fate: BuiltFate;
  /** What of it only its own base image can tell; null: nothing. */
  readonly unknowns: Unknowns | null;
}

/** What becomes of an image: `none`: it is not compared with an earlier build. */
export type BuiltFate = "cached" | "rebuilds" | "may-rebuild" | "fails" | "none";

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
  /** From the bottom up, as far as it is told; it is not kept, since it holds values of arguments. */
  readonly history?: readonly HistoryRow[];
}

/** A row of `docker history`. */
export interface HistoryRow {
  /** The command. */
  readonly madeBy: string;
  /** Milliseconds since the epoch; null: not told. */
  readonly created: number | null;
  /** The number of its layer in the image, from 0; null: it made none, or nobody tells which. */
  readonly layer: number | null;
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
