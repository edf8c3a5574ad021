/**
 * What the explanations say, held against what the engine did: which lines rebuild after a changed
 * one, what a failing build leaves for the next, what `docker run` finds in the image, how many
 * layers there are in total.
 */

import type { Analysis, StepAnalysis } from "../../../server/src/core/analysis/analyse.js";
import { keyedAt } from "../../../server/src/core/cache/predict.js";
import { explain } from "../../../server/src/core/documents/explain.js";
import { simulationLog } from "../../../server/src/core/documents/simulationLog.js";
import { consequences } from "../../../server/src/core/insight/consequences.js";
import { failureAt } from "../../../server/src/core/insight/failure.js";
import { firstLines } from "../../../server/src/core/insight/lineSet.js";
import { runPlan } from "../../../server/src/core/insight/runPlan.js";
import { mayBringLayers } from "./compare.js";
import type { BuildRecord, ImageRecord } from "./recording.js";

export interface ClaimsInput {
  readonly recorded: BuildRecord;
  readonly analysis: Analysis;
  /** Layers of folders that the image starts with. */
  readonly folders: number;
  /** There is no build before that a change could be compared with. */
  readonly isFirst: boolean;
}

export interface CheckedClaims {
  /** How many claims could be held against something. */
  readonly facts: number;
  readonly wrong: readonly string[];
}

const nothing: CheckedClaims = { facts: 0, wrong: [] };

export function checkClaims({ recorded, analysis, folders, isFirst }: ClaimsInput): CheckedClaims {
  const checked = [
    isFirst || recorded.failure !== null ? nothing : checkConsequences(recorded, analysis),
    recorded.failure === null ? nothing : checkLeftovers(recorded, analysis),
    ...(recorded.image === null
      ? []
      : [
          checkRun(recorded.image, analysis),
          checkTotals(recorded.image, analysis, folders),
          checkIntermediateImages(recorded.image, analysis),
        ]),
  ];
  return {
    facts: checked.reduce((sum, { facts }) => sum + facts, 0),
    wrong: checked.flatMap(({ wrong }) => wrong),
  };
}

/** "If it changes, lines … rebuild; line … may rebuild", where one step alone began it all. */
function checkConsequences(recorded: BuildRecord, analysis: Analysis): CheckedClaims {
  const [root, ...others] = analysis.steps.filter(isRoot);
  if (root === undefined || others.length > 0) return nothing;
  const following = consequences(analysis, root);
  const certain = firstLines(following.certain, analysis.steps.length);
  const possible = firstLines(following.possible, analysis.steps.length);
  // A step that may rebuild for a reason of its own may have begun it just as well.
  const isOpen = analysis.steps.some(
    ({ place, prediction }) => prediction.kind === "unknown" && !possible.includes(place.line),
  );
  if (isOpen) return nothing;
  const ran = linesOf(recorded, "run");
  const cached = linesOf(recorded, "cached");
  const { line } = root.place;
  const wrong = [
    ...certain
      .filter((other) => cached.has(other) && !ran.has(other))
      .map((other) => `claims that line ${other} rebuilds with line ${line}: it is cached`),
    ...[...ran]
      .filter((other) => other !== line && !certain.includes(other) && !possible.includes(other))
      .map((other) => `claims that line ${other} does not rebuild with line ${line}: it runs`),
  ];
  return { facts: 1, wrong };
}

/** A step that rebuilds for a reason of its own. */
function isRoot({ prediction: { kind, causes } }: StepAnalysis): boolean {
  if (kind !== "miss") return false;
  return causes.some(({ code }) => code !== "earlier-step" && code !== "stage-files-changed");
}

/** With what they stand on: an engine that ends a build may call that unfinished. */
function withBelow(lines: ReadonlySet<number>, { steps, keys }: Analysis): ReadonlySet<number> {
  const all = new Set(lines);
  const placeOf = new Map(steps.map(({ keyed, place }) => [keyed, place.line]));
  for (const { keyed, place } of steps) {
    if (!lines.has(place.line)) continue;
    for (let at = keyedAt(keys, keyed.below); at !== null; at = keyedAt(keys, at.below)) {
      const line = placeOf.get(at);
      if (line !== undefined) all.add(line);
    }
  }
  return all;
}

/** "What is left" of a build that fails at a step: nothing of it is said to be kept that never ran. */
function checkLeftovers(recorded: BuildRecord, analysis: Analysis): CheckedClaims {
  const [failed, keyword = ""] = recorded.steps.find(([, , outcome]) => outcome === "failed") ?? [];
  // A report is of a line's own step: of what a FROM triggers there is none.
  if (failed === undefined || keyword.startsWith("ONBUILD ")) return nothing;
  const report = failureAt(analysis, failed, { dockerfile: "Dockerfile" });
  if (report === null) return { facts: 1, wrong: [`line ${failed} fails, and nothing is said`] };
  const done = withBelow(
    new Set([...linesOf(recorded, "run"), ...linesOf(recorded, "cached")]),
    analysis,
  );
  const said = new Set([...report.kept, ...report.possible].map(({ line }) => line));
  const froms = new Set(
    analysis.steps.flatMap(({ step, place }) => (step.keyword === "FROM" ? [place.line] : [])),
  );
  const silent = new Set(
    analysis.steps.flatMap(({ place, keyed }) => (keyed.definition === null ? [place.line] : [])),
  );
  return {
    facts: 1,
    wrong: [
      ...report.kept
        .filter(({ line }) => !done.has(line) && !froms.has(line) && !silent.has(line))
        .map(
          ({ line }) => `claims that line ${line} is kept when line ${failed} fails: it never ran`,
        ),
      ...[...done]
        .filter((line) => !said.has(line))
        .map((line) => `line ${line} is done when line ${failed} fails, and nothing is said of it`),
    ],
  };
}

/** `docker run` starts ENTRYPOINT with CMD, as the image has them. */
function checkRun({ config }: ImageRecord, analysis: Analysis): CheckedClaims {
  const plan = runPlan(analysis, { remove: true, args: [], image: null });
  if (plan === null)
    return { facts: 1, wrong: ["there is an image, and nothing is said of its run"] };
  const words = [...textList(config["Entrypoint"]), ...textList(config["Cmd"])];
  const value = (name: string) => plan.values.find((other) => other.name === name)?.value ?? null;
  const claims: readonly (readonly [string, unknown, unknown])[] = [
    ["argv", plan.argv, words.length === 0 ? null : words],
    ["user", value("User"), config["User"] || "root"],
    ["directory", value("Directory"), config["WorkingDir"] || "/"],
    ["environment", value("Environment"), textList(config["Env"]).join(", ") || null],
    ["ports", value("Ports"), keysOf(config["ExposedPorts"])],
    ["volumes", value("Volumes"), keysOf(config["Volumes"])],
    ["stop signal", value("Stop signal"), config["StopSignal"] || "SIGTERM"],
  ];
  return {
    facts: claims.length,
    wrong: claims.flatMap(([name, said, real]) =>
      sorted(said) === sorted(real)
        ? []
        : [`run, ${name}: said ${JSON.stringify(said)}, the image has ${JSON.stringify(real)}`],
    ),
  };
}

/** "N layers on top of the base image". */
function checkTotals(image: ImageRecord, analysis: Analysis, folders: number): CheckedClaims {
  const { totals, steps } = explain(analysis, "Dockerfile");
  // The classic builder keeps no layer of a command that changes no file, which nobody can foresee.
  const mayBeEmpty = mayBringLayers(analysis)
    ? totals.layers
    : analysis.graph.definition.builder === "classic"
      ? steps.filter(({ instruction, layer }) => instruction === "RUN" && layer !== null).length
      : 0;
  const said = totals.layers + folders;
  const isRight = image.layers <= said && said <= image.layers + mayBeEmpty;
  return {
    facts: 1,
    wrong: isRight
      ? []
      : [`${totals.layers} layers in total claimed, the image has ${image.layers}`],
  };
}

/** "N intermediate images kept": the classic builder made one for each entry of the history but the last. */
function checkIntermediateImages({ history }: ImageRecord, analysis: Analysis): CheckedClaims {
  const { stages, definition } = analysis.graph;
  if (definition.builder !== "classic" || stages.length !== 1) return nothing;
  const log = simulationLog(analysis).join("\n");
  const said = Number(/(\d+) intermediate images? kept/.exec(log)?.[1] ?? 0);
  const real = Math.max(0, history.length - 1);
  return {
    facts: 1,
    wrong: said === real ? [] : [`${said} intermediate images claimed, the engine made ${real}`],
  };
}

function linesOf({ steps }: BuildRecord, wanted: string): ReadonlySet<number> {
  return new Set(steps.flatMap(([line, , outcome]) => (outcome === wanted ? [line] : [])));
}

function textList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((word) => typeof word === "string") : [];
}

function keysOf(value: unknown): string | null {
  return typeof value === "object" && value !== null ? Object.keys(value).join(", ") : null;
}

/** Ports and volumes are sets: their order says nothing. */
function sorted(value: unknown): string {
  return JSON.stringify(typeof value === "string" ? value.split(", ").sort() : value);
}
