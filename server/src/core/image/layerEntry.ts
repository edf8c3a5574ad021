/** What stands in the layer of an image that was built. Source: OCI image-spec, layer.md. */

export interface LayerEntry {
  /** Below the root, `/` between folders. */
  readonly path: string;
  readonly kind: LayerEntryKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes; 0 of what is no file. */
  readonly size: number;
  /** Of a link; of a hard link below the root. */
  readonly linkTarget: string | null;
  /** Equal for files with equal bytes; null: it is no file. */
  readonly identity: string | null;
}

export type LayerEntryKind =
  | "file"
  | "directory"
  | "symlink"
  | "hard-link"
  /** A device or a pipe. */
  | "special"
  /** What lay at its path below is gone. */
  | "removed"
  /** What lay in the folder of its path below is gone. */
  | "emptied";
