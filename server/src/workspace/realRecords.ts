/** The real builds of an open Dockerfile of which a record was made, and whether what they built is up to date. */
import type { Analysis } from "../core/analysis/analyse.js";
import type { BaselineChoice } from "../core/analysis/baselineChoice.js";
import type { Answer } from "../core/analysis/snapshot.js";
import type { FoundBuild } from "../core/build/foundBuild.js";
import type { RecordedBuild } from "../core/cache/record.js";
import type { BuildState } from "../core/cache/state.js";
import { type Cancellation, known, type Result } from "../core/host.js";
import type { Staleness } from "../core/insight/staleness.js";
import { answered, type World } from "../core/world/world.js";
import type { Machine } from "../host/machine.js";
import type { StateStore } from "../host/stateStore.js";
import type { Question } from "./keptAnswer.js";
import type { Settings } from "./settings.js";
import { staleBuilds } from "./staleBuilds.js";

/** What a record needs of the build that it is of. */
export interface RecordedOf {
  readonly host: {
    readonly machine: Machine;
    readonly recorded: StateStore;
    /** A sentence for the user. */
    readonly tell: (message: string) => void;
  };
  readonly cancel: Cancellation;
  /** Looks at what the editor does not watch. */
  readAnew(): Promise<void>;
  settled(baseline: BaselineChoice): Promise<Answer>;
  question(world: World): Question;
  found(): readonly FoundBuild[];
  settings(): Settings;
}

export class RealRecords {
  readonly #of: RecordedOf;

  constructor(of: RecordedOf) {
    this.#of = of;
  }

  /** The build as it would be simulated now, against the last real one. */
  async expected(): Promise<Analysis> {
    await this.#of.readAnew();
    const { analysis } = await this.#of.settled({ kind: "recorded" });
    return analysis;
  }

  /** Those that were recorded so far. */
  get builds(): BuildState {
    return this.#of.host.recorded.state;
  }

  /** Of the builds that files define for this Dockerfile, by their ids, those of which one was recorded. */
  async staleness(): Promise<ReadonlyMap<string, Staleness>> {
    const { host, cancel, question, found, settings } = this.#of;
    return staleBuilds({
      pool: host.machine.pool,
      cancel,
      settings: settings(),
      question,
      found,
      recorded: () => this.builds,
    });
  }

  /** Keeps one more of them: forecasts may stand against it from now on. */
  async keep(
    ...made: readonly [RecordedBuild, ...RecordedBuild[]]
  ): Promise<Result<string | null>> {
    const { recorded, machine, tell } = this.#of.host;
    const kept = await recorded.add(...made);
    if (kept.ok && kept.value !== null) tell(kept.value);
    machine.pool.update((world) =>
      answered(world, [[{ kind: "recorded" }, known(recorded.state)]]),
    );
    return kept;
  }
}
