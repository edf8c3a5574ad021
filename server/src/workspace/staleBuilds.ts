/** Of the builds that files define for a Dockerfile: whether what a real one built is up to date. */
import { PlatformMemory } from "../core/analysis/platforms.js";
import type { FoundBuild } from "../core/build/foundBuild.js";
import { foundDefinition } from "../core/build/foundDefinition.js";
import { isRecordOf } from "../core/cache/recordOf.js";
import type { BuildState } from "../core/cache/state.js";
import type { Cancellation } from "../core/host.js";
import { type Staleness, staleness } from "../core/insight/staleness.js";
import { factOf, type World } from "../core/world/world.js";
import type { Machine } from "../host/machine.js";
import { settle } from "../host/settle.js";
import { analyseText, type Question } from "./keptAnswer.js";
import type { Settings } from "./settings.js";

interface Asked {
  readonly pool: Machine["pool"];
  readonly cancel: Cancellation;
  readonly settings: Settings;
  /** About the text of the moment, by its own definition. */
  readonly question: (world: World) => Question;
  readonly found: () => readonly FoundBuild[];
  readonly recorded: () => BuildState;
}

/** By the ids of those builds of which one was recorded. */
export async function staleBuilds(asked: Asked): Promise<ReadonlyMap<string, Staleness>> {
  const { pool, cancel, settings, question } = asked;
  const stale = new Map<string, Staleness>();
  const need = { kind: "recorded" } as const;
  if (factOf(pool.world, need).kind === "pending") await pool.supply([need], cancel);
  for (const found of asked.found()) {
    const definition = foundDefinition(found, settings);
    const { digest } = question(pool.world);
    if (!asked.recorded().builds.some((build) => isRecordOf(build, definition, digest))) continue;
    const memory = new PlatformMemory();
    const answerIn = (world: World) => {
      const own = question(world);
      const chosen = { ...own.chosen, definition };
      return analyseText({ ...own, chosen }, { kind: "recorded" }, memory);
    };
    const { analysis } = await settle(pool, answerIn, cancel);
    const since = staleness(analysis);
    if (since !== null) stale.set(found.id, since);
  }
  return stale;
}
