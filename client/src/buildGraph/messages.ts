/** What the extension and the page of the build graph say to each other. */

export interface ToPage {
  readonly kind: "picture";
  /** null: there is nothing to draw. */
  readonly svg: string | null;
  /** What the page says then. */
  readonly nothing: string;
}

/** What a page may say; the extension takes nothing else of it. */
export type FromPage =
  /** It shows pictures of this many pixels at their natural size. */
  | { readonly kind: "room"; readonly room: number }
  /** From 1. */
  | { readonly kind: "line"; readonly line: number }
  | { readonly kind: "saveSvg" }
  | { readonly kind: "savePng"; readonly base64: string };

/** null: it is nothing that a page of ours says. */
export function toFromPage(value: unknown): FromPage | null {
  if (typeof value !== "object" || value === null || !("kind" in value)) return null;
  const { kind } = value;
  if (kind === "saveSvg") return { kind };
  if (kind === "room" && "room" in value) {
    const { room } = value;
    return typeof room === "number" && room > 0 ? { kind, room } : null;
  }
  if (kind === "line" && "line" in value) {
    const { line } = value;
    return typeof line === "number" && Number.isSafeInteger(line) && line > 0
      ? { kind, line }
      : null;
  }
  if (kind === "savePng" && "base64" in value) {
    const { base64 } = value;
    return typeof base64 === "string" && /^[A-Za-z0-9+/]+={0,2}$/.test(base64)
      ? { kind, base64 }
      : null;
  }
  return null;
}

/** null: it is nothing that the extension says. */
export function toToPage(value: unknown): ToPage | null {
  if (typeof value !== "object" || value === null) return null;
  if (!("kind" in value && "svg" in value && "nothing" in value)) return null;
  const { kind, svg, nothing } = value;
  if (kind !== "picture" || typeof nothing !== "string") return null;
  return svg === null || typeof svg === "string" ? { kind, svg, nothing } : null;
}
