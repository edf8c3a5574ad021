/** The images that a Docker engine has, by their names. Source: moby, api/swagger.yaml, `GET /images/json`. */
import type { Result } from "../../core/host.js";
import { readReference } from "../../core/image/reference.js";
import { failure } from "../registry/exchange.js";
import { isObject, numberIn } from "../registry/json.js";
import { askEngine } from "./engineAsk.js";
import { engineEndpoint } from "./engineEndpoint.js";

export interface EngineImage {
  readonly reference: string;
  readonly bytes: number | null;
  /** Milliseconds since the epoch; null: not told. */
  readonly created: number | null;
}

/** So many are offered; the newest first. */
const most = 300;

/** Errors: those of `engineEndpoint` and `askEngine`, `EREPLY`. */
export async function engineImages(
  env: NodeJS.ProcessEnv,
): Promise<Result<readonly EngineImage[]>> {
  const endpoint = engineEndpoint(env);
  if (!endpoint.ok) return endpoint;
  const answer = await askEngine(endpoint.value, "/images/json");
  if (!answer.ok) return answer;
  const { status, body } = answer.value;
  if (status !== 200 || !Array.isArray(body))
    return failure("EREPLY", `the engine answers ${status}`);
  const images = body.flatMap((one: unknown): EngineImage[] => {
    if (!isObject(one) || !Array.isArray(one["RepoTags"])) return [];
    const seconds = numberIn(one, "Created") ?? 0;
    const created = seconds > 0 ? seconds * 1000 : null;
    const bytes = numberIn(one, "Size");
    return one["RepoTags"].flatMap((tag: unknown) =>
      typeof tag === "string" && readReference(tag) !== null
        ? [{ reference: tag, bytes, created }]
        : [],
    );
  });
  const sorted = images.sort((a, b) => (b.created ?? 0) - (a.created ?? 0));
  return { ok: true, value: sorted.slice(0, most) };
}
