/** Whether JSON of a file is what is known of an image, as it was written there. */
import type { BaseImage } from "../../core/image/baseImage.js";
import { isObject } from "../registry/json.js";

type Check = (value: unknown) => boolean;

export function isBaseImage(value: unknown): value is BaseImage {
  return fits(value, imageFields);
}

function fits(value: unknown, fields: Readonly<Record<string, Check>>): boolean {
  return (
    isObject(value) &&
    Object.keys(value).every((name) => Object.hasOwn(fields, name)) &&
    Object.entries(fields).every(([name, check]) => check(value[name]))
  );
}

const isText: Check = (value) => typeof value === "string";
const isCount: Check = (value) => typeof value === "number" && Number.isFinite(value) && value >= 0;
const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const orNothing =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const all =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(check);

const layerFields = { digest: isText, bytes: orNull(isCount), madeBy: isText };

const originFields = {
  source: ((value) => value === "registry" || value === "engine") satisfies Check,
  digest: orNull(isText),
  created: orNull(isCount),
  platform: isText,
  bytes: orNull(isCount),
  layers: ((value) =>
    Array.isArray(value) && value.every((layer) => fits(layer, layerFields))) satisfies Check,
  at: isCount,
};

const healthcheckFields = {
  Test: isTexts,
  ...Object.fromEntries(
    ["Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"].map((name) => [
      name,
      orNothing(isCount),
    ]),
  ),
};

const imageFields: { readonly [F in keyof Required<BaseImage>]: Check } = {
  id: isText,
  layersId: isText,
  layers: isCount,
  environment: isTexts,
  cmd: orNull(isTexts),
  entrypoint: orNull(isTexts),
  workingDirectory: isText,
  user: isText,
  exposedPorts: isTexts,
  volumes: isTexts,
  labels: all(isText),
  healthcheck: orNull((value) => fits(value, healthcheckFields)),
  stopSignal: orNull(isText),
  shell: orNull(isTexts),
  onBuild: isTexts,
  origin: (value) => fits(value, originFields),
  // Nobody asks others for what a build of the workspace makes.
  built: (value) => value === undefined,
};
