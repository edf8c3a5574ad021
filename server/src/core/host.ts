/**
 * What the core asks of the machine it runs on. The core has no environment of its own: whoever
 * calls it (the language server, the command line, a test) hands these in.
 */

/** Hex SHA-256 of the UTF-8 bytes of `text`. */
export type Digest = (text: string) => string;

/** Asked at every step of long work; once true it stays true. */
export interface Cancellation {
  readonly isCancelled: boolean;
}

/** Of work that nobody breaks off. */
export const neverCancelled: Cancellation = { isCancelled: false };

/** A failed call of the host, as a value. `code` is the platform's (`ENOENT`, `EACCES`, …). */
export interface HostError {
  readonly code: string;
  readonly message: string;
  readonly path: string;
}

/** The code of what has a name that is no text in UTF-8: a builder may take it, and it is not known. */
export const notUtf8 = "EILSEQ";

/** The code of a file that is too large to be read for a forecast: a builder takes it. */
export const tooLarge = "EFBIG";

/** Why something cannot be known. */
export type Reason =
  | "missing"
  | "refused"
  | "untrusted"
  | "off"
  | "offline"
  | "too-large"
  /** In a form that is not read here. */
  | "unsupported"
  | "failed";

/** A fact from outside: known, asked for and not answered yet, or not to be had. */
export type Known<T> =
  | { readonly kind: "known"; readonly value: T }
  | { readonly kind: "pending" }
  | {
      readonly kind: "unknown";
      readonly reason: Reason;
      /** What the machine says; null: nothing. */
      readonly error: HostError | null;
    };

export const pending: Known<never> = { kind: "pending" };

export function known<T>(value: T): Known<T> {
  return { kind: "known", value };
}

export function unknown(reason: Reason, error: HostError | null = null): Known<never> {
  return { kind: "unknown", reason, error };
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: HostError };
