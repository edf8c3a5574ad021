/**
 * The door to the network: one request, one answer. Who opens it decides about proxies and
 * certificates; what is said through it, and to whom, is decided by those who use it.
 */
import type { HostError, Result } from "../../core/host.js";

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST";
  /** `http:` or `https:`, without a user. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a POST. */
  readonly body?: string;
  /** A longer body is given up. */
  readonly maxBytes: number;
  /** Milliseconds, for the whole of it. */
  readonly timeout: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Follows no redirect and never rejects. Errors: `ETIMEDOUT`, `EFBIG`, else what the system says. No
 * message of it holds a header or a body.
 */
export type HttpDoor = (request: HttpRequest) => Promise<Result<HttpAnswer>>;

export function failure(
  code: string,
  message: string,
  path = "",
): { readonly ok: false; readonly error: HostError } {
  return { ok: false, error: { code, message, path } };
}
