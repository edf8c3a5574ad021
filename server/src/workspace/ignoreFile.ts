/** The ignore file of a build context. */
import { contextAsk } from "../core/analysis/snapshot.js";
import type { BuildDefinition } from "../core/build/definition.js";
import type { Listing } from "../core/world/facts.js";
import { factOf, type World } from "../core/world/world.js";
import { ignorePaths } from "../host/ignoreFiles.js";

export interface IgnoreFile {
  /** Absolute path. */
  readonly file: string;
  /** False: there is one. */
  readonly isNew: boolean;
  readonly hiding: Listing["ignore"]["hiding"];
}

/** The one that counts, or the one that could; null: the context is no folder that is known. */
export function ignoreFileOf(definition: BuildDefinition, world: World): IgnoreFile | null {
  const ask = contextAsk(definition);
  const listing = ask === null ? null : factOf(world, { kind: "tree", ...ask });
  if (ask === null || listing?.kind !== "known") return null;
  const { ignorePath, ignore } = listing.value;
  const file = ignorePath ?? ignorePaths(ask).at(-1) ?? "";
  return { file, isNew: ignorePath === null, hiding: ignore.hiding };
}

/** Ignore files of any Dockerfile; they are opened for their text alone. */
export function isIgnoreFile(file: string | null): file is string {
  return file?.endsWith(".dockerignore") === true;
}
