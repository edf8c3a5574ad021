/**
 * The history that `docker history` shows: of an image beside the lines that made its rows, and as an
 * image of this Dockerfile would have it. Source of the words: buildkit, frontend/dockerfile/
 * dockerfile2llb/convert.go, what it hands to `commitToHistory`.
 */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import type { ImageComparison } from "../analysis/imageComparison.js";
import { stageSteps } from "../analysis/view.js";
import { baseOf } from "../graph/images.js";
import { lineage } from "../graph/layers.js";
import type { BaseImage } from "../image/baseImage.js";
import { instructionKind } from "../instructions/index.js";
import type { CopyOperation } from "../instructions/operation.js";
import { onOneLine } from "../text/oneLine.js";

/** The newest first, as docker prints them. */
export interface ImageHistoryRow {
  /** As the history has it. */
  readonly command: string;
  /** Milliseconds since the epoch; null: not told, or not made yet. */
  readonly created: number | null;
  /** What its layer holds; null: not known. */
  readonly bytes: number | null;
  /** Of the Dockerfile, from 1; null: no line of it makes it. */
  readonly line: number | null;
  readonly isBase: boolean;
}

/**
 * Of an image that was built; empty: it tells none.
 * @param comparison null: it stands beside no Dockerfile
 */
export function builtHistory(
  { origin }: BaseImage,
  comparison: ImageComparison | null,
): readonly ImageHistoryRow[] {
  const layers = origin?.layers ?? [];
  const plain = (origin?.history ?? []).map((row) => ({ row, step: null, isBase: false }));
  const rows = (comparison?.history ?? plain).map(({ row, step, isBase }): ImageHistoryRow => {
    return {
      command: onOneLine(row.madeBy),
      created: row.created,
      bytes: row.layer === null ? 0 : (layers[row.layer]?.bytes ?? null),
      line: step?.place.line ?? null,
      isBase,
    };
  });
  return rows.reverse();
}

/** Of the image that this Dockerfile makes, its base as one row; empty: it makes none. */
export function simulatedHistory(analysis: Analysis): readonly ImageHistoryRow[] {
  const { target } = analysis.graph;
  if (target === null) return [];
  const stages = lineage(analysis.graph, target);
  const steps = stages
    .flatMap((stage) => stageSteps(analysis, stage))
    .filter(({ effect }) => effect !== "base");
  const declared = new Set<string>();
  const rows = steps.map((analysed): ImageHistoryRow => {
    const isLayer = analysed.effect === "layer";
    const command = commandOf(analysed, declared);
    for (const name of declaredNames(analysed)) declared.add(name);
    return {
      command,
      created: null,
      bytes: isLayer ? (analysed.files?.bytes ?? null) : 0,
      line: analysed.place.line,
      isBase: false,
    };
  });
  const [root] = stages;
  const base = root === undefined ? null : baseOf(root);
  const below: readonly ImageHistoryRow[] =
    base === null
      ? []
      : [{ command: base.reference, created: null, bytes: null, line: null, isBase: true }];
  return [...below, ...rows].reverse();
}

/** @param declared names of the build arguments above it */
function commandOf({ step }: StepAnalysis, declared: ReadonlySet<string>): string {
  const { operation } = step;
  if (operation?.kind === "copy") {
    const isOpen = step.openPath?.includes("$") === true;
    const destination = (isOpen ? step.openPath : null) ?? operation.destinationText;
    return `${step.keyword} ${copyWords(operation, destination)} # buildkit`;
  }
  if (operation?.kind === "run") {
    const plain = onOneLine(operation.argv.join(" "));
    return `${step.keyword} ${argumentWords(declared)}${plain} # buildkit`;
  }
  return onOneLine(step.text);
}

/** The build arguments stand before a command, by their names alone here: their values are nobody's to see. */
function argumentWords(names: ReadonlySet<string>): string {
  if (names.size === 0) return "";
  return `|${names.size} ${[...names].map((name) => `${name}=…`).join(" ")} `;
}

/** `A` and `B` of `ARG A=1 B`. */
function declaredNames({ step }: StepAnalysis): readonly string[] {
  if (instructionKind(step.keyword)?.declares === undefined) return [];
  const [, ...words] = step.text.replace(/"[^"]*"|'[^']*'/g, "").split(/\s+/);
  return words.flatMap((word) => word.split("=", 1).filter((name) => name !== ""));
}

function copyWords(operation: CopyOperation, destination: string): string {
  const sources = operation.items.map((item) =>
    item.kind === "paths"
      ? (item.openText ?? item.text)
      : item.kind === "inline"
        ? `<<${item.name}`
        : item.url,
  );
  return [
    ...(operation.parents ? ["--parents"] : []),
    ...(operation.owner === "" ? [] : [`--chown=${operation.openOwner ?? operation.owner}`]),
    ...(operation.mode === "" ? [] : [`--chmod=${operation.mode}`]),
    ...sources,
    destination,
  ].join(" ");
}
