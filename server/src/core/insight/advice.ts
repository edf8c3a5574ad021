/** What fails no build and is no mistake of the text, and yet is mostly not meant. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { sourceRanges } from "../analysis/contextProblems.js";
import type { Advice } from "../analysis/problem.js";
import { contextFolder, dockerfileName } from "../build/definition.js";
import { nodeAt } from "../context/folder.js";
import { originalOf } from "../context/gitNotion.js";
import { startOf } from "../graph/graph.js";
import { type Placed, rangeAt, type TextRange } from "../text/range.js";
import { staleIndexes } from "./packageIndex.js";

/**
 * At the words that it is about, so that the hover of a keyword begins with what the cache does: an
 * editor shows problems above it.
 */
export function advice(analysis: Analysis): readonly Placed<Advice>[] {
  const at = ({ step, place }: StepAnalysis, range = step.instruction.keywordRange) =>
    rangeAt(startOf(analysis.graph, place), range);
  return [
    ...analysis.keys.taking.flatMap((index): readonly Placed<Advice>[] => {
      const analysed = analysis.steps[index];
      if (analysed === undefined || !analysed.isBuilt || analysed.step.isTrigger) return [];
      const names = strayNames(analysis, analysed);
      const range = at(analysed, rootRange(analysed));
      return names.length === 0 ? [] : [{ code: "stray-files-taken", names, range }];
    }),
    ...staleIndexes(analysis).map(
      ({ step, updated }): Placed<Advice> => ({
        code: "package-index-stale",
        line: updated.place.line,
        range: at(step),
      }),
    ),
  ];
}

/** The word that takes the whole of the build context: a source, or the mount of a RUN. */
function rootRange({ step, keyed }: StepAnalysis): TextRange | undefined {
  const context = keyed.context.find(({ folder }) => folder === null);
  const at = context?.selection.sources.findIndex(({ taken }) => taken.some(isRoot)) ?? -1;
  const source = at < 0 ? null : (sourceRanges(keyed)[at] ?? null);
  return source ?? step.instruction.flags.find(({ name }) => name === "mount")?.range;
}

function isRoot({ path, isWhole }: { readonly path: string; readonly isWhole: boolean }): boolean {
  return path === "" && isWhole;
}

/** Of a step that takes the whole of the build context: what in it is mostly not meant. */
function strayNames({ input }: Analysis, { keyed }: StepAnalysis): readonly string[] {
  const roots = keyed.context
    .filter(({ folder }) => folder === null)
    .flatMap(({ selection }) => selection.sources.flatMap(({ taken }) => taken))
    .filter(isRoot);
  if (roots.length === 0) return [];
  const candidates = [".git", ".env", ...ownName(input.definition)];
  return candidates.filter((name) =>
    roots.some(({ node }) => {
      // Against a commit the repository's own folder is left out of the comparison, and taken all the same.
      const onDisk = originalOf(node);
      return onDisk.kind === "directory" && nodeAt(onDisk, name) !== null;
    }),
  );
}

/** The Dockerfile, where it lies at the root of the context. */
function ownName(definition: Analysis["input"]["definition"]): readonly string[] {
  const folder = contextFolder(definition);
  const file = dockerfileName(definition).replaceAll("\\", "/");
  const root = `${folder?.replaceAll("\\", "/").replace(/\/+$/, "") ?? ""}/`;
  const name = file.startsWith(root) ? file.slice(root.length) : "";
  return name === "" || name.includes("/") ? [] : [name];
}
