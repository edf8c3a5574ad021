/** All that lies in the build context of a Dockerfile, and what the builder sees of it. */
import { contextAsk } from "../core/analysis/snapshot.js";
import type { BuildDefinition } from "../core/build/definition.js";
import type { Cancellation } from "../core/host.js";
import type { Listing, Need } from "../core/world/facts.js";
import { factOf } from "../core/world/world.js";
import type { Pool } from "../host/settle.js";

/** A build context with and without its ignore file. */
export interface WholeContext {
  readonly listing: Listing;
  readonly everything: Listing;
}

/** What it is asked by; null: the context is no folder. */
export function wholeContextNeed(
  definition: BuildDefinition,
): Extract<Need, { kind: "tree" }> | null {
  const ask = contextAsk(definition);
  return ask === null ? null : { kind: "tree", ...ask, unfiltered: true };
}

/** null: it cannot be read. */
export async function wholeContext(
  pool: Pool,
  definition: BuildDefinition,
  cancel: Cancellation,
): Promise<WholeContext | null> {
  const ask = contextAsk(definition);
  const need = wholeContextNeed(definition);
  if (ask === null || need === null) return null;
  if (factOf(pool.world, need).kind === "pending") await pool.supply([need], cancel);
  const listing = factOf(pool.world, { kind: "tree", ...ask });
  const everything = factOf(pool.world, need);
  return listing.kind === "known" && everything.kind === "known"
    ? { listing: listing.value, everything: everything.value }
    : null;
}
