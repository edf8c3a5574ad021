/** The places that a problem comes from: other lines of the Dockerfile, lines of the ignore file. */
import type { Analysis } from "../analysis/analyse.js";
import type { Problem } from "../analysis/problem.js";
import type { IgnorePattern } from "../context/ignoreFile.js";
import { type Stage, startOf } from "../graph/graph.js";
import { type Placed, rangeAt, type TextRange } from "../text/range.js";
import { say } from "../text/say.js";

export type RelatedPlace =
  | { readonly kind: "dockerfile"; readonly range: TextRange; readonly words: string }
  /** A line of the ignore file, from 1. */
  | { readonly kind: "ignore"; readonly line: number; readonly words: string };

/** The line of the ignore file that decides on a path; null: none does, or it is not known. */
export type Hiding = (path: string) => IgnorePattern | null;

export function relatedPlaces(
  analysis: Analysis,
  problem: Placed<Problem>,
  hiding: Hiding,
): readonly RelatedPlace[] {
  switch (problem.code) {
    case "stage-name-taken":
    case "later-stage":
      return stageNamed(analysis, problem.name);
    case "name-like-stage":
      return stageNamed(analysis, problem.stage);
    case "directive-repeated": {
      const { directives } = analysis.input.dockerfile;
      const first = directives.find(({ name }) => name === problem.name);
      return first === undefined
        ? []
        : [{ kind: "dockerfile", range: first.range, words: say`The first one is here.` }];
    }
    case "package-index-stale":
      return lineOfStep(analysis, problem.line);
    case "source-ignored":
      return hidingLine(hiding, problem.source);
    case "bad-ignore-pattern":
      return [{ kind: "ignore", line: problem.line, words: say`The pattern is here.` }];
    default:
      return [];
  }
}

function stageNamed({ graph }: Analysis, name: string): readonly RelatedPlace[] {
  const isMeant = (stage: Stage): boolean => stage.name === name.toLowerCase();
  const stage = graph.stages.find(isMeant);
  const place = stage === undefined ? undefined : graph.places[stage.first];
  if (stage === undefined || place === undefined) return [];
  const range = rangeAt(startOf(graph, place), stage.instruction.range);
  return [{ kind: "dockerfile", range, words: say`The stage "${name}" is here.` }];
}

function lineOfStep({ graph, steps }: Analysis, line: number): readonly RelatedPlace[] {
  const found = steps.find(({ place }) => place.line === line);
  if (found === undefined) return [];
  const range = rangeAt(startOf(graph, found.place), found.step.instruction.range);
  return [{ kind: "dockerfile", range, words: say`The index is updated here.` }];
}

function hidingLine(hiding: Hiding, source: string): readonly RelatedPlace[] {
  const pattern = hiding(source.replace(/^\.?\/+/, "").replace(/\/+$/, ""));
  return pattern === null
    ? []
    : [{ kind: "ignore", line: pattern.line, words: say`The line "${pattern.text}" hides it.` }];
}
