/** What open builds turn on, asked for again. */
import { neverCancelled } from "../core/host.js";
import type { Need } from "../core/world/facts.js";
import type { Pool } from "../host/settle.js";
import type { LiveBuild } from "./build.js";

export interface Renewing {
  /** Settles these builds once some work has changed the world. */
  settleAfter(concerned: readonly LiveBuild[], work: Promise<unknown>): Promise<void>;
  /** Asks again for all such needs of the builds, beside; the answers so far stay until then. */
  renew(name: string, isMeant: (need: Need) => boolean): void;
}

/** @param run does some work beside; a failure is logged with the name */
export function openRenewing(
  builds: ReadonlyMap<string, LiveBuild>,
  pool: Pick<Pool, "renew">,
  run: (name: string, work: () => Promise<unknown>) => void,
): Renewing {
  const settleAfter: Renewing["settleAfter"] = async (concerned, work) => {
    const settling = concerned.map((build) => {
      const settled = build.settleAfter(work);
      run("files", () => settled);
      return settled;
    });
    await Promise.allSettled(settling);
  };
  return {
    settleAfter,
    renew(name, isMeant) {
      const concerned = [...builds.values()].filter(({ reads }) => reads.some(isMeant));
      const needs = concerned.flatMap(({ reads }) => reads.filter(isMeant));
      if (needs.length === 0) return;
      run(name, () => settleAfter(concerned, pool.renew(needs, neverCancelled)));
    },
  };
}
