/**
 * Manifests and indexes, of OCI and of Docker. Sources: OCI image-spec, manifest.md and
 * image-index.md; which of an index is taken: containerd/platforms, compare.go `platformVector`.
 */
import { formatPlatform, type Platform, parsePlatform } from "../../core/build/platform.js";
import { isObject, numberIn, objectsIn, textIn } from "./json.js";

export const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/** What a manifest names. */
export interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

export type Manifest =
  | { readonly kind: "index"; readonly entries: readonly IndexEntry[] }
  | {
      readonly kind: "manifest";
      readonly config: Descriptor;
      readonly layers: readonly Descriptor[];
    };

export interface IndexEntry extends Descriptor {
  /** null: it names none. */
  readonly platform: Platform | null;
}

/** An index of more, an image of more layers is none. */
const most = 1_000;

/** null: it is neither an index nor the manifest of an image. */
export function readManifest(value: unknown): Manifest | null {
  if (!isObject(value)) return null;
  const entries = objectsIn(value, "manifests");
  if (entries !== null) {
    if (entries.length > most) return null;
    return { kind: "index", entries: entries.flatMap((entry) => readEntry(entry) ?? []) };
  }
  const config = readDescriptor(value["config"]);
  const layers = objectsIn(value, "layers")?.map(readDescriptor) ?? null;
  if (config === null || layers === null || layers.length > most) return null;
  const known = layers.flatMap((layer) => layer ?? []);
  return known.length === layers.length ? { kind: "manifest", config, layers: known } : null;
}

/** null: it is none. */
export function readDescriptor(value: unknown): Descriptor | null {
  if (!isObject(value)) return null;
  const digest = textIn(value, "digest") ?? "";
  const size = numberIn(value, "size");
  return isDigest(digest) && size !== null ? { digest, size } : null;
}

/** null: it is not to be run, such as an attestation. */
function readEntry(value: Readonly<Record<string, unknown>>): IndexEntry | null {
  const described = readDescriptor(value);
  const { platform, annotations } = value;
  const isAbout = isObject(annotations) && "vnd.docker.reference.type" in annotations;
  if (described === null || isAbout) return null;
  if (!isObject(platform)) return { ...described, platform: null };
  const parts = ["os", "architecture", "variant"].map((name) => textIn(platform, name) ?? "");
  return { ...described, platform: parsePlatform(parts.filter((part) => part !== "").join("/")) };
}

/** True for digests that can be checked here. */
export function isDigest(text: string): boolean {
  return /^(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128})$/.test(text);
}

/** The entry that a builder takes for a platform; null: none fits. */
export function entryFor(entries: readonly IndexEntry[], platform: Platform): IndexEntry | null {
  for (const wanted of platformVector(platform)) {
    const found = entries.find(
      (entry) => entry.platform !== null && formatPlatform(entry.platform) === wanted,
    );
    if (found !== undefined) return found;
  }
  return entries.find((entry) => entry.platform === null) ?? null;
}

/** What runs on a platform, the best first. */
function platformVector(platform: Platform): readonly string[] {
  const { os, architecture, variant } = platform;
  const own = formatPlatform(platform);
  const arms = (from: number) =>
    [8, 7, 6, 5].filter((n) => n <= from).map((n) => `${os}/arm/v${n}`);
  const version = Number(/^v(\d+)$/.exec(variant)?.[1] ?? 0);
  switch (architecture) {
    case "amd64": {
      const lower = [3, 2].filter((n) => n < version).map((n) => `${os}/amd64/v${n}`);
      return [own, ...lower, `${os}/amd64`, `${os}/386`];
    }
    case "arm":
      return [own, ...arms(version - 1)];
    case "arm64":
      return [own, `${os}/arm64`, ...arms(8)];
    default:
      return [own];
  }
}
