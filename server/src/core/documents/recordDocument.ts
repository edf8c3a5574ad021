/** What `stratacast record` prints: what a real build did, step by step, in English. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { stageOf } from "../analysis/view.js";
import type { OtherBuild } from "../cache/loggedBuild.js";
import type { HeldForecast, LoggedRecord } from "../insight/loggedRecord.js";
import { listed, listedSome } from "../text/lists.js";
import { count } from "../text/sizes.js";
import { printable } from "../text/surfaces.js";
import { saySeconds } from "../text/times.js";
import type { SimulationPlace } from "./place.js";
import { targetName } from "./simulation.js";

/** Version 1 of docs/schema/record.schema.json. */
export function recordJson(
  analysis: Analysis,
  place: SimulationPlace,
  { recorded: { build }, steps, result, platform, since, forecast }: LoggedRecord,
): unknown {
  return {
    version: 1,
    ...place,
    target: targetName(analysis),
    platform,
    at: new Date(build.at).toISOString(),
    result,
    steps: steps.map(({ analysed, run }) => ({
      stage: stageOf(analysis, analysed)?.name ?? null,
      line: analysed.place.line,
      instruction: analysed.step.keyword,
      number: analysed.place.number,
      outcome: run?.outcome ?? null,
      seconds: run?.seconds ?? null,
    })),
    changedSince: since.paths,
    forecast: {
      right: forecast.right,
      open: forecast.open,
      wrong: forecast.wrong.map(({ analysed, outcome }) => ({
        line: analysed.place.line,
        forecast: analysed.prediction.kind,
        outcome,
      })),
    },
  };
}

export function recordText({ steps, recorded, ...rest }: LoggedRecord): string {
  const width = String(steps.at(-1)?.analysed.place.line ?? 1).length;
  const rows = steps.map(({ analysed: { place, step }, run }) => {
    const took = run?.seconds == null ? "" : saySeconds(run.seconds);
    const outcome = run === null ? "not told" : run.outcome;
    return `${String(place.line).padStart(width)}  ${outcome.padEnd(10)}  ${took.padStart(8)}  ${printable(step.text)}`;
  });
  return [
    ...rows,
    "",
    ...changedWords(rest.since),
    ...forecastWords(rest.forecast),
    recordedWords({ steps, recorded, ...rest }),
    "",
  ].join("\n");
}

/** One line for what a record holds. */
function recordedWords({ steps, result, recorded: { build } }: LoggedRecord): string {
  const of = (outcome: string) => steps.filter(({ run }) => run?.outcome === outcome);
  const [cached, ran] = [of("cached"), of("ran")];
  const spent = ran.reduce((sum, { run }) => sum + (run?.seconds ?? 0), 0);
  const [failed] = of("failed");
  const ended = {
    done: "",
    failed:
      failed === undefined ? ", and it failed" : `, and line ${failed.analysed.place.line} failed`,
    cut: ", and then the log ends",
  }[result];
  const at = new Date(build.at).toISOString().slice(0, 16).replace("T", " ");
  return `Recorded the build of ${at} UTC: ${cached.length} cached, ${ran.length} ran in ${saySeconds(spent)}${ended}.`;
}

function changedWords({ paths, count: all }: LoggedRecord["since"]): readonly string[] {
  if (all === 0) return [];
  const names = printable(listedSome(paths, all - paths.length));
  return [
    `${count(all, "file")} changed after the build began: ${names}. What the build took there is not known: such steps, and what stands on them, count as not cached. (--same-files: nothing has changed.)`,
  ];
}

/** How well the forecast before the build did; nothing where there was none. */
function forecastWords({ right, open, wrong }: HeldForecast): readonly string[] {
  if (right + open + wrong.length === 0) return [];
  const all = right + wrong.length;
  const rest = open === 0 ? "" : ` ${count(open, "step")} had been left open.`;
  if (wrong.length === 0) return [`The forecast was right for all ${count(all, "step")}.${rest}`];
  const lines = wrong.map(({ analysed, outcome }) => wrongWords(analysed, outcome));
  return [`The forecast was right for ${right} of ${count(all, "step")}: ${listed(lines)}.${rest}`];
}

function wrongWords({ place }: StepAnalysis, outcome: "cached" | "ran"): string {
  return outcome === "ran"
    ? `line ${place.line} ran and had been said to be cached`
    : `line ${place.line} was cached and had been said to rebuild`;
}

/** Why a log is not recorded. */
export function otherBuildWords(analysis: Analysis, { logged, at }: OtherBuild): string {
  const { stage, number, total } = logged;
  const name = printable(`[${stage === "" ? "" : `${stage} `}${number}/${total}]`);
  const ours = at === null ? undefined : analysis.steps[at];
  return ours === undefined
    ? `the log is not of this build: it has a step ${name} that this Dockerfile, with this target, does not have`
    : `the log is not of this build: its step ${name} is another one than line ${ours.place.line} is now`;
}
