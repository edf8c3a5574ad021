/** Simulates the build of an open Dockerfile; its result is shown until something of it is another thing. */
import { type BaselineChoice, withoutBuild } from "../core/analysis/baselineChoice.js";
import { eachPlatform } from "../core/analysis/platforms.js";
import { recordedWithBases } from "../core/analysis/recorded.js";
import type { Answer } from "../core/analysis/snapshot.js";
import type { View } from "../core/analysis/view.js";
import { areSameKeys, type Keys } from "../core/cache/predict.js";
import type { BuildState } from "../core/cache/state.js";
import { simulationLog } from "../core/documents/simulationLog.js";
import { type Cancellation, known } from "../core/host.js";
import { isSameList } from "../core/text/sameList.js";
import { say } from "../core/text/say.js";
import { interfaceText } from "../core/text/surfaces.js";
import { failsBuild } from "../core/words/problems.js";
import { summarySentence } from "../core/words/summary.js";
import { answered, factOf } from "../core/world/world.js";
import type { Machine } from "../host/machine.js";
import type { StateStore } from "../host/stateStore.js";
import type { SimulateResult } from "../protocol.js";

export interface SimulateProgress {
  report(message: string): void;
}

/** What a simulation needs of the build that it is of. */
export interface SimulatedOf {
  readonly host: {
    readonly machine: Machine;
    readonly store: StateStore;
    /** A sentence for the user. */
    readonly tell: (message: string) => void;
  };
  /** Looks at what the editor does not watch; tells once all is there to be hashed. */
  readAnew(cancel: Cancellation, listed: () => void): Promise<void>;
  baseline(): BaselineChoice;
  analyse(baseline: BaselineChoice): Answer;
  settled(baseline: BaselineChoice, cancel: Cancellation): Promise<Answer>;
  /** It was broken off: what is shown goes on without it. */
  brokenOff(): void;
}

export class SimulatedResult {
  readonly #of: SimulatedOf;
  /** The last simulated build, as long as it is shown. */
  #result: { keys: readonly Keys[]; readonly before: BuildState } | null = null;
  #view: { readonly of: Answer; readonly view: View } | null = null;
  #compared: {
    readonly of: Answer;
    readonly result: readonly Keys[];
    readonly isSame: boolean;
  } | null = null;

  constructor(of: SimulatedOf) {
    this.#of = of;
  }

  forget(): void {
    this.#result = null;
  }

  /**
   * The answer as it is shown: right after a simulation, what that did.
   * @param against the same answer against another baseline
   */
  viewOf(answer: Answer, against: (baseline: BaselineChoice) => Answer): View {
    const { analysis } = answer;
    if (this.#result === null || !this.#isResult(answer, this.#result.keys))
      return { analysis, isResult: false };
    // Equal ones, of steps that are there anyway, are sooner compared with what comes next.
    this.#result.keys = keysOf(answer);
    if (this.#view?.of !== answer) {
      const compared = against(withoutBuild(this.#of.baseline(), this.#result.before));
      this.#view = { of: answer, view: { analysis: compared.analysis, isResult: true } };
    }
    return this.#view.view;
  }

  /** Asked for each answer again, and again by each that is asked in the same moment. */
  #isResult(answer: Answer, result: readonly Keys[]): boolean {
    const all = keysOf(answer);
    if (isSameList(all, result)) return true;
    if (this.#compared?.of !== answer || this.#compared.result !== result) {
      const isSame =
        all.length === result.length &&
        all.every((keys, at) => areSameKeys(keys, result[at] ?? keys));
      this.#compared = { of: answer, result, isSame };
    }
    return this.#compared.isSame;
  }

  /** Reads anew what the editor does not watch, predicts, and records the build. */
  async simulate(cancel: Cancellation, progress: SimulateProgress): Promise<SimulateResult> {
    const { host, baseline, analyse, settled, brokenOff } = this.#of;
    const { pool } = host.machine;
    const cancelled = (): SimulateResult => {
      brokenOff();
      return { outcome: "cancelled" };
    };
    progress.report(say`Reading the build context`);
    await this.#of.readAnew(cancel, () => progress.report(say`Hashing files`));
    if (cancel.isCancelled) return cancelled();
    progress.report(say`Predicting the steps`);
    const forecast = analyse(baseline());
    const { analysis } = forecast;
    // A comparison with a commit leaves out what git does not keep; a record must not.
    const { kind } = analysis.input.baseline;
    const made = kind === "last" ? forecast : await settled({ kind: "last" }, cancel);
    if (cancel.isCancelled) return cancelled();
    const state = factOf(pool.world, { kind: "state" });
    const before = state.kind === "known" ? state.value : host.store.state;
    const log = simulationLog(analysis);
    const summary = interfaceText(summarySentence(analysis));
    const { digest } = host.store;
    const recorded = await host.store.add(...recordedWithBases(made, digest, Date.now()));
    if (!recorded.ok)
      host.tell(say`The simulated build could not be kept: ${recorded.error.message}`);
    else if (recorded.value !== null) host.tell(recorded.value);
    pool.update((world) => answered(world, [[{ kind: "state" }, known(host.store.state)]]));
    this.#result = { keys: keysOf(made), before };
    this.#view = null;
    const hasError = analysis.problems.some(failsBuild);
    return hasError
      ? { outcome: "failed", summary, log }
      : { outcome: "done", summary, log, counts: analysis.summary };
  }
}

/** For each platform. */
function keysOf(answer: Answer): readonly Keys[] {
  return eachPlatform(answer.analysis).map(({ keys }) => keys);
}
