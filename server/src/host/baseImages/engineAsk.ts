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
export function askEngine(endpoint: Endpoint, resource: string): Promise<Result<EngineAnswer>> {
  return new Promise<Result<EngineAnswer>>((resolve) => {
    const fail = (error: unknown): void => {
      const { code, message } = hostError(error, "");
      const isLate = error instanceof Error && /^(?:Abort|Timeout)Error$/.test(error.name);
      const why = isLate ? "it did not answer in time" : message;
      resolve(failure(isLate ? "ETIMEDOUT" : code, `the engine cannot be asked: ${why}`));
    };
    const signal = AbortSignal.timeout(patience);
    const usual = { path: resource, agent: false, signal, headers: { Host: "docker" } };
    const isSecured = endpoint.kind === "network" && endpoint.tls !== null;
    const request = (isSecured ? https : http).request(
      endpoint.kind === "local"
        ? { ...usual, socketPath: endpoint.path }
        : { ...usual, host: endpoint.host, port: endpoint.port, ...endpoint.tls },
    );
    request.once("response", (response) => {
      const answered = (body: Uint8Array | null): void => {
        if (body === null) fail(new Error("its answer is too long"));
        else resolve({ ok: true, value: { status: response.statusCode ?? 0, body: jsonOf(body) } });
      };
      boundedBody(response, maxAnswer).then(answered, fail);
    });
    request.once("error", fail);
    request.end();
  });
}
