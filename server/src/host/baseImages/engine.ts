/**
 * Images as a Docker engine has them: BuildKit in the engine takes one that is there without asking
 * its registry. Source: moby, api/swagger.yaml, `GET /images/{name}/json`.
 */
import { parsePlatform } from "../../core/build/platform.js";
import { type HostError, type Known, known, unknown } from "../../core/host.js";
import type { BaseImage, BaseLayer, HistoryRow } from "../../core/image/baseImage.js";
import { readReference } from "../../core/image/reference.js";
import { baseImageOf, platformOf, timeIn } from "../registry/imageConfig.js";
import { isObject, type JsonObject, numberIn, objectsIn, textIn } from "../registry/json.js";
import { askEngine } from "./engineAsk.js";
import { engineEndpoint } from "./engineEndpoint.js";
import type { LookUp } from "./imageSupplier.js";

/**
 * Unknown with the error's code: `ENOIMAGE`, `EPLATFORM`, `EFORMAT`, `EREPLY`, those of
 * `engineEndpoint`, or what the system says.
 */
export function engineLookUp(env: NodeJS.ProcessEnv, now: () => number): LookUp {
  return async (reference, platform) => {
    if (readReference(reference) === null)
      return unknown("failed", errorOf("EFORMAT", `${reference} is no reference of an image`));
    const endpoint = engineEndpoint(env);
    if (!endpoint.ok) return unknown("refused", endpoint.error);
    // A reference is made of letters that an address may hold.
    const image = await askEngine(endpoint.value, `/images/${reference}/json`);
    if (!image.ok) return unknown("offline", image.error);
    if (image.value.status === 404)
      return unknown("missing", errorOf("ENOIMAGE", `the engine has no ${reference}`));
    if (image.value.status !== 200)
      return unknown("failed", errorOf("EREPLY", `the engine answers ${image.value.status}`));
    const history = await askEngine(endpoint.value, `/images/${reference}/history`);
    const steps = history.ok && history.value.status === 200 ? history.value.body : null;
    return read(reference, platform, { image: image.value.body, steps, at: now() });
  };
}

function errorOf(code: string, message: string): HostError {
  return { code, message, path: "" };
}

interface Told {
  readonly image: unknown;
  /** The newest first; null: not told. */
  readonly steps: unknown;
  readonly at: number;
}

function read(reference: string, platform: string, { image, steps, at }: Told): Known<BaseImage> {
  const bad = unknown(
    "failed",
    errorOf("EFORMAT", `what the engine has as ${reference} is no image`),
  );
  if (!isObject(image)) return bad;
  const { RootFS, Config } = image;
  const diffIds = isObject(RootFS) ? (RootFS["Layers"] ?? []) : null;
  const own = platformOf(textIn(image, "Os"), image, "Architecture", "Variant");
  const id = textIn(image, "Id");
  const isWhole = Array.isArray(diffIds) && diffIds.every((one) => typeof one === "string");
  if (!isWhole || own === null || id === null) return bad;
  if (!isFor(own, platform))
    return unknown("missing", errorOf("EPLATFORM", `the engine has ${reference} for ${own}`));
  const created = timeIn(textIn(image, "Created"));
  const config = isObject(Config) ? Config : {};
  const made = stepsOf(diffIds.length, steps);
  const found = baseImageOf(
    id,
    { config, diffIds, madeBy: [], history: [], created, platform: own },
    {
      source: "engine",
      digest: digestOf(reference, image),
      created,
      platform: own,
      bytes: numberIn(image, "Size"),
      layers: diffIds.map((digest, nth): BaseLayer => {
        const step = made[nth];
        if (step === undefined) return { digest, bytes: null, madeBy: "" };
        return { digest, bytes: numberIn(step, "Size"), madeBy: textIn(step, "CreatedBy") ?? "" };
      }),
      at,
      history: historyOf(steps, made),
    },
  );
  return found === null ? bad : known(found);
}

/** An engine has one image of a name; of variants of a processor it takes what it has. */
function isFor(own: string, platform: string): boolean {
  const [a, b] = [parsePlatform(own), parsePlatform(platform)];
  return a !== null && b !== null && a.os === b.os && a.architecture === b.architecture;
}

/** What the reference's repository calls it; null: it was never pushed there. */
function digestOf(reference: string, image: JsonObject): string | null {
  const own = readReference(reference);
  const all = image["RepoDigests"];
  for (const one of Array.isArray(all) ? all : []) {
    const other = typeof one === "string" ? readReference(one) : null;
    if (other?.digest != null && other.domain === own?.domain && other.path === own.path)
      return other.digest;
  }
  return null;
}

/**
 * Steps of the history that hold something are the layers, or those too that may hold nothing and make
 * one all the same, where there are as many: an engine does not say which of them do.
 */
function stepsOf(layers: number, steps: unknown): readonly JsonObject[] {
  const all = objectsIn({ steps }, "steps") ?? [];
  const holds = (step: JsonObject): boolean => (numberIn(step, "Size") ?? 0) > 0;
  const mayBeEmpty = (step: JsonObject): boolean =>
    /^(?:RUN|COPY|ADD|WORKDIR) /.test(textIn(step, "CreatedBy") ?? "");
  return (
    [all.filter(holds), all.filter((step) => holds(step) || mayBeEmpty(step))]
      .find(({ length }) => length === layers)
      ?.reverse() ?? []
  );
}

function historyOf(steps: unknown, made: readonly JsonObject[]): readonly HistoryRow[] {
  const all = objectsIn({ steps }, "steps") ?? [];
  const layers = new Map(made.map((step, nth) => [step, nth] as const));
  return [...all].reverse().map((step): HistoryRow => {
    const seconds = numberIn(step, "Created") ?? 0;
    return {
      madeBy: textIn(step, "CreatedBy") ?? "",
      created: seconds > 0 ? seconds * 1000 : null,
      layer: layers.get(step) ?? null,
    };
  });
}
