/** A row of the layer tree, as plain data. */
import type { PredictionKind } from "../cache/prediction.js";

export interface LayerNode {
  readonly id: string;
  readonly kind:
    | "context"
    | "stage"
    | "writable"
    | "layer"
    | "base"
    | "baseLayer"
    | "config"
    | "metadata"
    | "folder"
    | "file"
    | "image"
    | "imageLayer"
    | "imageConfig"
    | "imageFolder"
    | "imageFile";
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly accessibilityLabel: string;
  readonly prediction: PredictionKind | null;
  /** Why there is none, where that is worth a sign of its own; of a file, what a layer does with it. */
  readonly state?: "new" | "fails" | "notNeeded" | "differs" | "added" | "changed" | "removed";
  /** From 1; null: no place in the Dockerfile. */
  readonly line: number | null;
  /** Path of a file or folder, relative to the build context; null: none. */
  readonly contextPath: string | null;
  /** Of a file in a built image, which can be read there. */
  readonly imagePlace?: { readonly layer: number; readonly path: string };
  /** There on an image of which nothing is known because nobody may be asked. */
  readonly offersLookUp?: true;
  readonly children: readonly LayerNode[] | "lazy" | null;
  readonly expanded: boolean;
}

/** What fits into a row. */
const maxLabel = 40;

/** The instruction without the flags that would hide what it does; where files come from stays. */
export function shorten(typed: string): string {
  const text = typed.replace(
    /^((?:ONBUILD )?\w+)((?: --[a-z-]+(?:=(?:"[^"]*"|\S)*)?)+)(?= )/i,
    (_all, keyword: string, flags: string) => keyword + (/ --from=\S+/.exec(flags)?.[0] ?? ""),
  );
  return text.length > maxLabel ? `${text.slice(0, maxLabel - 1)}…` : text;
}

/** A row that says nothing but its label. */
export function plainNode(id: string, kind: LayerNode["kind"], label: string): LayerNode {
  return {
    id,
    kind,
    label,
    description: "",
    tooltip: "",
    accessibilityLabel: label,
    prediction: null,
    line: null,
    contextPath: null,
    children: null,
    expanded: false,
  };
}
