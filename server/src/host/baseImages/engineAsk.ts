/** One request to a Docker engine, over its socket, its pipe or the network. */
import http from "node:http";
import https from "node:https";
import type { Result } from "../../core/host.js";
import { boundedBody } from "../boundedBody.js";
import { hostError } from "../errors.js";
import { failure } from "../registry/exchange.js";
import { jsonOf } from "../registry/json.js";
import type { Endpoint } from "./engineEndpoint.js";

/** Milliseconds. */
const patience = 10_000;

/** Bytes: of one image nobody says more. */
const maxAnswer = 16_000_000;

/** One answer of an engine. */
export interface EngineAnswer {
  readonly status: number;
  /** null: it is no JSON. */
  readonly body: unknown;
}

/** Errors: `ETIMEDOUT`, or what the system says. */
export async function askEngine(
  endpoint: Endpoint,
  resource: string,
): Promise<Result<EngineAnswer>> {
  const opened = await openEngine(endpoint, resource, AbortSignal.timeout(patience));
  if (!opened.ok) return opened;
  try {
    const body = await boundedBody(opened.value, maxAnswer);
    if (body === null) return cannotAsk(new Error("its answer is too long"));
    return { ok: true, value: { status: opened.value.statusCode ?? 0, body: jsonOf(body) } };
  } catch (error) {
    return cannotAsk(error);
  }
}

/** An answer whose body is still to come. Errors: those of `askEngine`. */
export function openEngine(
  endpoint: Endpoint,
  resource: string,
  signal: AbortSignal,
): Promise<Result<http.IncomingMessage>> {
  return new Promise<Result<http.IncomingMessage>>((resolve) => {
    const usual = { path: resource, agent: false, signal, headers: { Host: "docker" } };
    const isSecured = endpoint.kind === "network" && endpoint.tls !== null;
    const request = (isSecured ? https : http).request(
      endpoint.kind === "local"
        ? { ...usual, socketPath: endpoint.path }
        : { ...usual, host: endpoint.host, port: endpoint.port, ...endpoint.tls },
    );
    request.once("response", (value) => resolve({ ok: true, value }));
    request.once("error", (error) => resolve(cannotAsk(error)));
    request.end();
  });
}

/** As an error of `askEngine`. */
export function cannotAsk(error: unknown) {
  const { code, message } = hostError(error, "");
  const isLate = error instanceof Error && /^(?:Abort|Timeout)Error$/.test(error.name);
  const why = isLate ? "it did not answer in time" : message;
  return failure(isLate ? "ETIMEDOUT" : code, `the engine cannot be asked: ${why}`);
}
