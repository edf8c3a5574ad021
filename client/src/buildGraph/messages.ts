/** What the extension and the page of the build graph say to each other. */

export interface ToPage {
  readonly kind: "picture";
  /** null: there is nothing to draw. */
  readonly svg: string | null;
  /** What the page says then. */
  readonly nothing: string;
}

export type FromPage =
  | { readonly kind: "ready" }
  /** From 1. */
  | { readonly kind: "line"; readonly line: number }
  | { readonly kind: "saveSvg" }
  | { readonly kind: "savePng"; readonly base64: string };
