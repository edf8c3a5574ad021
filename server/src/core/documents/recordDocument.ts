/** What a real build did: what `stratacast record` prints of it, and what the editor tells. */
import type { Analysis } from "../analysis/analyse.js";
import { stageOf } from "../analysis/view.js";
import type { OtherBuild } from "../cache/loggedBuild.js";
import type { HeldForecast, LoggedRecord, LoggedRow } from "../insight/loggedRecord.js";
import { listed, listedSome } from "../text/lists.js";
import { type Paint, type Style, unpainted } from "../text/paint.js";
import { say } from "../text/say.js";
import { count } from "../text/sizes.js";
import { printable } from "../text/surfaces.js";
import { sayMoment, saySeconds } from "../text/times.js";
import type { SimulationPlace } from "./place.js";
import { targetName } from "./simulation.js";

/** Version 1 of docs/schema/record.schema.json. */
export function recordJson(
  analysis: Analysis,
  place: SimulationPlace,
  { recorded: [{ build }], steps, result, platforms, since, forecast }: LoggedRecord,
): unknown {
  return {
    version: 1,
    ...place,
    target: targetName(analysis),
    platform: platforms[0] ?? null,
    platforms,
    at: new Date(build.at).toISOString(),
    result,
    steps: steps.map(({ analysed, run, byPlatform }) => ({
      stage: stageOf(analysis, analysed)?.name ?? null,
      line: analysed.place.line,
      instruction: analysed.step.keyword,
      number: analysed.place.number,
      outcome: run?.outcome ?? null,
      seconds: run?.seconds ?? null,
      ...(byPlatform.length === 0 ? {} : { byPlatform: byPlatform.map(platformJson) }),
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

function platformJson({ platform, run }: LoggedRow["byPlatform"][number]) {
  return { platform, outcome: run?.outcome ?? null, seconds: run?.seconds ?? null };
}

/** For a terminal: a line a step, then what the build was as a whole. */
export function recordText(made: LoggedRecord, paint: Paint = unpainted): string {
  const { steps } = made;
  const width = String(steps.at(-1)?.analysed.place.line ?? 1).length;
  const rows = steps.flatMap(({ analysed: { place, step }, run: own, byPlatform }) => {
    const each = byPlatform.length === 0 ? [{ platform: "", run: own }] : byPlatform;
    return each.map(({ platform, run }) => {
      const took = run?.seconds == null ? "" : saySeconds(run.seconds);
      const outcome = run === null ? "not told" : run.outcome;
      const on = platform === "" ? "" : `${platform}: `;
      return `${String(place.line).padStart(width)}  ${paint(styles[outcome] ?? "quiet", outcome.padEnd(10))}  ${took.padStart(8)}  ${printable(on + step.text)}`;
    });
  });
  return [...rows, "", ...recordSummary(made), ""].join("\n");
}

/** By what became of a step. */
const styles: Readonly<Record<string, Style>> = {
  cached: "cached",
  ran: "rebuilds",
  failed: "fails",
};

/** What it holds as a whole, in a few lines for a terminal. */
export function recordSummary(made: LoggedRecord): readonly string[] {
  const { since } = made;
  const hint = since.count === 0 ? "" : " (--same-files: nothing has changed.)";
  return recordSentences(made).map((sentence, at) =>
    printable(at === 0 ? `${sentence}${hint}` : sentence),
  );
}

/** What a person should know of a record, the most surprising first. */
export function recordSentences(made: LoggedRecord): readonly string[] {
  return [changedSentence(made), forecastSentence(made), recordedSentence(made)].filter(
    (sentence) => sentence !== "",
  );
}

function recordedSentence({ steps, result, recorded: [{ build }] }: LoggedRecord): string {
  // On several platforms a step has run where it did on one of them.
  const runs = steps.map(({ analysed, run, byPlatform }) => {
    const all = [run, ...byPlatform.map((one) => one.run)];
    const is = (outcome: string) => all.find((one) => one?.outcome === outcome);
    return { analysed, run: is("failed") ?? is("ran") ?? run };
  });
  const of = (outcome: string) => runs.filter(({ run }) => run?.outcome === outcome);
  const [cached, ran] = [of("cached"), of("ran")];
  const spent = ran.reduce((sum, { run }) => sum + (run?.seconds ?? 0), 0);
  const [failed] = of("failed");
  const recorded = say`Recorded the build of ${sayMoment(build.at)}: ${cached.length} cached, ${ran.length} ran in ${saySeconds(spent)}.`;
  switch (result) {
    case "done":
      return recorded;
    case "failed":
      return failed === undefined
        ? say`${recorded} It failed.`
        : say`${recorded} It failed at line ${failed.analysed.place.line}.`;
    case "cut":
      return say`${recorded} The log ends before the build does.`;
  }
}

function changedSentence({ since: { paths, count: all } }: LoggedRecord): string {
  if (all === 0) return "";
  return say`${count(all, "file")} changed after the build began: ${listedSome(paths, all - paths.length)}. What the build took there is not known: such steps, and what stands on them, count as not cached.`;
}

/** How well the forecast before the build did; empty: there was none. */
function forecastSentence({ forecast: { right, open, wrong } }: LoggedRecord): string {
  if (right + open + wrong.length === 0) return "";
  const all = right + wrong.length;
  const sentence =
    wrong.length === 0
      ? say`The forecast was right for all ${count(all, "step")}.`
      : say`The forecast was right for ${right} of ${count(all, "step")}: ${listed(wrong.map(wrongWords))}.`;
  return open === 0 ? sentence : say`${sentence} ${count(open, "step")} had been left open.`;
}

function wrongWords({ analysed, outcome }: HeldForecast["wrong"][number]): string {
  const { line } = analysed.place;
  return outcome === "ran"
    ? say`line ${line} ran and had been said to be cached`
    : say`line ${line} was cached and had been said to rebuild`;
}

/** Why a log is not recorded. */
export function otherBuildWords(analysis: Analysis, { logged, at }: OtherBuild): string {
  const { stage, number, total } = logged;
  const name = `[${stage === "" ? "" : `${stage} `}${number}/${total}]`;
  const ours = at === null ? undefined : analysis.steps[at];
  return ours === undefined
    ? say`the log is not of this build: it has a step ${name} that this Dockerfile, with this target, does not have`
    : say`the log is not of this build: its step ${name} is another one than line ${ours.place.line} is now`;
}
