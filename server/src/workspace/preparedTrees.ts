/** Work on files that changed, done in slices before an answer turns on it. */
import { preparing } from "../core/analysis/contextStates.js";
import type { Cancellation } from "../core/host.js";
import { type Listing, type Need, needKey } from "../core/world/facts.js";
import { factOf, type World } from "../core/world/world.js";
import { Cancelled, createSlices, inSlices } from "../host/slices.js";

export class PreparedTrees {
  /** The last of which all was known, by need. */
  #listings: ReadonlyMap<string, Listing> = new Map();

  /** @param reads what the last answer turned on */
  async prepare(world: World, reads: readonly Need[], cancel: Cancellation): Promise<void> {
    const slices = createSlices(cancel);
    const before = this.#listings;
    const now = new Map<string, Listing>();
    this.#listings = now;
    for (const need of reads) {
      if (need.kind !== "tree") continue;
      const listing = factOf(world, need);
      if (listing.kind !== "known") continue;
      const name = needKey(need);
      now.set(name, listing.value);
      const last = before.get(name);
      if (last === undefined || last === listing.value) continue;
      try {
        const tracked = factOf(world, { kind: "tracked", folder: need.folder });
        const isWhole = await inSlices(preparing(listing.value, last, tracked), slices);
        // What still has to be read shows in the next one, beside what was known before.
        if (!isWhole) now.set(name, last);
      } catch (error) {
        if (error instanceof Cancelled) return;
        throw error;
      }
    }
  }
}
