/**
 * What the core asks of the machine it runs on. The core has no environment of its own: whoever
 * calls it (the language server, the command line, a test) hands these in.
 */

/** Hex SHA-256 of the UTF-8 bytes of `text`. */
export type Digest = (text: string) => string;

/** A box to be placed; sizes in pixels. */
export interface LayoutNode {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** An edge between two boxes, with room for a label (0 × 0: none). */
export interface LayoutEdge {
  readonly from: string;
  readonly to: string;
  readonly width: number;
  readonly height: number;
}

export interface LayoutPoint {
  readonly x: number;
  readonly y: number;
}

/** Places in pixels from the top left corner, in the order of what was asked. */
export interface PlacedGraph {
  readonly width: number;
  readonly height: number;
  /** The top left corner of each box. */
  readonly nodes: readonly LayoutPoint[];
  readonly edges: readonly {
    /** From box to box. */
    readonly points: readonly LayoutPoint[];
    /** The middle of the label. */
    readonly label: LayoutPoint;
  }[];
}

/** Places the boxes of an acyclic graph in rows, what is needed above what needs it. */
export type GraphLayout = (
  nodes: readonly LayoutNode[],
  edges: readonly LayoutEdge[],
) => PlacedGraph;

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

/** Why something cannot be known. */
export type Reason =
  | "missing"
  | "refused"
  | "untrusted"
  | "off"
  | "offline"
  | "too-large"
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
