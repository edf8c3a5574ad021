/**
 * The config of an image as what is known of a base. Sources: OCI image-spec, config.md; moby,
 * image/spec; the names of an engine's answer are those of `GET /images/{name}/json`.
 */
import { createHash } from "node:crypto";
import { formatPlatform, parsePlatform } from "../../core/build/platform.js";
import type { BaseImage, HistoryRow, ImageOrigin } from "../../core/image/baseImage.js";
import type { Healthcheck } from "../../core/image/config.js";
import { isObject, type JsonObject, objectsIn, textIn } from "./json.js";

/** The config of an image, its layers and its history, read and found to be whole. */
export interface ReadConfig {
  readonly config: JsonObject;
  readonly diffIds: readonly string[];
  /** Of each layer, where the history names as many as there are; else empty. */
  readonly madeBy: readonly string[];
  /** From the bottom up. */
  readonly history: readonly HistoryRow[];
  readonly created: number | null;
  readonly platform: string;
}

/** An image has no more of anything. */
const most = 10_000;

/** The blob that a manifest calls its config; null: it is none of an image. */
export function readConfig(value: unknown): ReadConfig | null {
  if (!isObject(value)) return null;
  const { config = {}, rootfs } = value;
  const diffIds = isObject(rootfs) ? rootfs["diff_ids"] : null;
  const history = objectsIn(value, "history") ?? [];
  const system = platformOf(textIn(value, "os"), value, "architecture", "variant");
  if (!isTexts(diffIds) || system === null || (config !== null && !isObject(config))) return null;
  const made = history.filter((step) => step["empty_layer"] !== true);
  const isAll = made.length === diffIds.length;
  const layers = new Map(isAll ? made.map((step, nth) => [step, nth] as const) : []);
  return {
    config: config ?? {},
    diffIds,
    madeBy: isAll ? made.map((step) => textIn(step, "created_by") ?? "") : [],
    history: history.map(
      (step): HistoryRow => ({
        madeBy: textIn(step, "created_by") ?? "",
        created: timeIn(textIn(step, "created")),
        layer: layers.get(step) ?? null,
      }),
    ),
    created: timeIn(textIn(value, "created")),
    platform: system,
  };
}

/** null: the platform cannot be read. */
export function platformOf(
  os: string | null,
  value: JsonObject,
  architecture: string,
  variant: string,
): string | null {
  const parts = [os, textIn(value, architecture), textIn(value, variant)];
  const platform = parsePlatform(parts.filter((part) => part !== null && part !== "").join("/"));
  return platform === null ? null : formatPlatform(platform);
}

/** Milliseconds since the epoch; null: not said, or the time zero of Go, which says the same. */
export function timeIn(text: string | null): number | null {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) || time < 0 ? null : time;
}

/**
 * null: something in the config is not of its type, so that no builder takes it.
 * @param id of the config
 */
export function baseImageOf(
  id: string,
  { config, diffIds }: ReadConfig,
  origin: ImageOrigin,
): BaseImage | null {
  const texts = ["Env", "Cmd", "Entrypoint", "Shell", "OnBuild"].map(
    (name) => config[name] ?? null,
  );
  const words = ["WorkingDir", "User", "StopSignal"].map((name) => config[name] ?? "");
  const { ExposedPorts = null, Volumes = null, Labels = null } = config;
  const healthcheck = readHealthcheck(config["Healthcheck"] ?? null);
  if (
    !texts.every((list): list is string[] | null => list === null || isTexts(list)) ||
    !words.every((word) => typeof word === "string") ||
    ![ExposedPorts, Volumes, Labels].every((one) => one === null || isObject(one)) ||
    healthcheck === "bad"
  ) {
    return null;
  }
  const labels = Object.entries(Labels ?? {});
  if (!labels.every((label): label is [string, string] => typeof label[1] === "string"))
    return null;
  const [environment, cmd, entrypoint, shell, onBuild] = texts;
  const [workingDirectory = "", user = "", stopSignal = ""] = words;
  return {
    id,
    layersId: chainId(diffIds),
    layers: diffIds.length,
    environment: environment ?? [],
    cmd: cmd ?? null,
    entrypoint: entrypoint ?? null,
    workingDirectory,
    user,
    exposedPorts: Object.keys(ExposedPorts ?? {}),
    volumes: Object.keys(Volumes ?? {}),
    labels: Object.fromEntries(labels),
    healthcheck,
    stopSignal: stopSignal === "" ? null : stopSignal,
    shell: shell ?? null,
    onBuild: onBuild ?? [],
    origin,
  };
}

/** The digest of all layers, one on the other: OCI image-spec, config.md "Layer ChainID". */
export function chainId(diffIds: readonly string[]): string {
  const [first = "", ...others] = diffIds;
  return others.reduce(
    (below, id) => `sha256:${createHash("sha256").update(`${below} ${id}`).digest("hex")}`,
    first,
  );
}

function readHealthcheck(value: unknown): Healthcheck | null | "bad" {
  if (value === null) return null;
  if (!isObject(value)) return "bad";
  const { Test = null } = value;
  if (Test === null) return null;
  if (!isTexts(Test)) return "bad";
  const numbers = ["Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"] as const;
  const given = numbers.flatMap((name) => {
    const number = value[name] ?? 0;
    return number === 0 ? [] : [[name, number] as const];
  });
  if (!given.every(([, number]) => typeof number === "number")) return "bad";
  return { Test, ...Object.fromEntries(given) };
}

function isTexts(value: unknown): value is string[] {
  return (
    Array.isArray(value) && value.length <= most && value.every((one) => typeof one === "string")
  );
}
