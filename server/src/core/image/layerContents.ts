/** What each layer of an image does with the files below it. */
import type { LayerEntry } from "./layerEntry.js";

export interface ContentChange {
  readonly path: string;
  readonly kind: "added" | "changed" | "removed";
  readonly isFolder: boolean;
  /** null: it is removed. */
  readonly entry: LayerEntry | null;
  /** Bytes that it puts into the layer; of what is removed those that are hidden by it. */
  readonly bytes: number;
  /** Of the file that it replaces; null: it replaces none. */
  readonly bytesBefore: number | null;
  /** How many files: 1 but for a removed folder. */
  readonly files: number;
  /** True of a change that writes the same bytes once more, under other rights or another owner. */
  readonly isSameBytes: boolean;
}

export interface LayerContents {
  /** By path. */
  readonly changes: readonly ContentChange[];
  /** Of all its files. */
  readonly bytes: number;
  /** Of those that a later layer replaces or removes, each once. */
  readonly wasted: number;
}

export interface ImageContents {
  /** From the bottom up. */
  readonly layers: readonly LayerContents[];
}
