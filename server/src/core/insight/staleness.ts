/** Whether the image of a real build is what a build of now would make. */
import type { Analysis } from "../analysis/analyse.js";
import { isRecordOf } from "../cache/recordOf.js";
import { say } from "../text/say.js";
import { count } from "../text/sizes.js";
import { sayMoment } from "../text/times.js";
import { failsBuild } from "../words/problems.js";

export interface Staleness {
  /** Steps that would rebuild, or may. */
  readonly rebuilds: number;
  /** All that a builder runs. */
  readonly steps: number;
  /** True where none of them rebuilds for sure. */
  readonly isOpen: boolean;
  /** The build would fail. */
  readonly fails: boolean;
  /** When the recorded build was made. Milliseconds since the epoch. */
  readonly since: number;
}

/** @param analysis against the recorded build; null: none of this definition was recorded */
export function staleness(analysis: Analysis): Staleness | null {
  const { baseline } = analysis.input;
  const { build } = baseline;
  if (baseline.kind !== "recorded" || build === null) return null;
  if (!isRecordOf(build, analysis.graph.definition, analysis.input.digest)) return null;
  const { hit, miss, unknown } = analysis.summary;
  return {
    rebuilds: miss + unknown,
    steps: hit + miss + unknown,
    isOpen: miss === 0 && unknown > 0,
    fails: analysis.problems.some(failsBuild),
    since: build.at,
  };
}

/** `Up to date with the build of 6 August.` */
export function stalenessWords({ rebuilds, steps, isOpen, fails, since }: Staleness): string {
  const then = sayMoment(since);
  if (fails) return say`a build would fail now; the last one was of ${then}`;
  if (rebuilds === 0) return say`up to date with the build of ${then}`;
  const all = count(steps, "step");
  return isOpen
    ? say`${rebuilds} of ${all} may rebuild since the build of ${then}`
    : say`${rebuilds} of ${all} would rebuild since the build of ${then}`;
}
