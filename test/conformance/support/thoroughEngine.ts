/** A real engine for a test of its own, in a thorough run alone. */
import type { TestContext } from "node:test";
import { type Engine, startEngine } from "../../support/engine/engine.js";
import { EngineUnavailable } from "../../support/engine/files.js";
import { inCache } from "../../support/repository.js";
import { isThorough } from "../../support/thorough.js";

/**
 * Ends with the test; null: the test is left out, and says so.
 * @param store the one of containerd alone exports caches with its own driver
 */
export async function thoroughEngine(
  t: TestContext,
  store: "graphdriver" | "containerd",
): Promise<Engine | null> {
  if (!isThorough) {
    t.skip("left out: a thorough run starts an engine");
    return null;
  }
  try {
    const cache = inCache("engine");
    const engine = await startEngine({ cache, data: null, store, mayUseGiven: false });
    t.after(() => engine.stop());
    return engine;
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    t.skip("left out: no Docker engine can be had");
    return null;
  }
}
