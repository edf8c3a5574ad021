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

/** A failed call of the host, as a value. `code` is the platform's (`ENOENT`, `EACCES`, …). */
export interface HostError {
  readonly code: string;
  readonly message: string;
  readonly path: string;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: HostError };
