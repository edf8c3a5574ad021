/** Where a COPY puts what it takes. */
import type { Selection, Taken } from "../context/selection.js";
import type { CopyItem, CopyOperation } from "../instructions/operation.js";

export interface Placed {
  readonly taken: Taken;
  /** Below the root of the stage; "" is the root itself. */
  readonly to: string;
}

/**
 * What a selection takes at its places, in order: what comes later takes the place of what
 * came before. Source: BuildKit, fsutil copy/copy.go; moby, builder/dockerfile/copy.go.
 * @param isDirectory what stands at a path of the stage by now
 */
export function placesOf(
  operation: CopyOperation,
  { sources }: Selection,
  isDirectory: (path: string) => boolean,
): readonly Placed[] {
  const { destination } = operation;
  const target = belowRoot(destination);
  const isInto =
    destination.endsWith("/") ||
    destination.endsWith("/.") ||
    sources.length > 1 ||
    sources.some(({ isWildcard }) => isWildcard) ||
    operation.parents;
  return sources.flatMap(({ taken }) =>
    taken.map((one) => {
      const isNamed = taken.length === 1 && one.node.kind !== "directory" && !isInto;
      const isAsNamed = isNamed && !isDirectory(target);
      return { taken: one, to: isAsNamed ? target : joined(target, one.to) };
    }),
  );
}

/** The place of a document that stands in the Dockerfile itself. */
export function placeOfDocument(
  { destination }: CopyOperation,
  { name }: Extract<CopyItem, { kind: "inline" }>,
  isDirectory: (path: string) => boolean,
): string {
  const target = belowRoot(destination);
  return destination.endsWith("/") || isDirectory(target) ? joined(target, name) : target;
}

/** An absolute path as stages have it: relative to the root, cleaned of empty names and dots. */
export function belowRoot(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

function joined(target: string, to: string): string {
  return [target, to].filter((part) => part !== "").join("/");
}
