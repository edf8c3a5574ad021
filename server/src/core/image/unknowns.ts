/** What only a base image can tell of a stage, where nothing is known of it. */
import type { OrderedMap } from "./orderedMap.js";

export interface Unknowns {
  /**
   * The current directory: empty is the image's own, a relative path counts from that, and variables
   * of the image stand in it as they are written. null: it is known.
   */
  readonly directory: string | null;
  /**
   * The user: empty is the image's own, else as it is written where a variable of the image stands in it.
   * null: it is known.
   */
  readonly user: string | null;
  /**
   * The variables that such an image has a share in: what sets them, as it is written; null: a later
   * line set it to what is known. One that is not in it is known if a line sets it.
   */
  readonly variables: OrderedMap<string | null>;
  /** What the lines have made of those since the image, the last first; null: nothing. */
  readonly values: OpenValues | null;
}

export interface OpenValues {
  readonly name: string;
  /** As in `Unknowns.variables`. */
  readonly written: string | null;
  readonly before: OpenValues | null;
}
