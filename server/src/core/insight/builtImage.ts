/**
 * An image that was built beside the Dockerfile as it stands: which line made which layer, by the
 * commands of its history, what its config has that no line says, and what grew from one to another.
 */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import type {
  BuiltHistoryRow,
  BuiltLayer,
  ConfigDifference,
  ImageComparison,
  Likeness,
  ShownImage,
} from "../analysis/imageComparison.js";
import { stageSteps } from "../analysis/view.js";
import { knownConfig, type Stage } from "../graph/graph.js";
import { lineage } from "../graph/layers.js";
import type { BaseImage, BaseLayer, HistoryRow } from "../image/baseImage.js";
import { configToJson } from "../image/config.js";
import { onOneLine } from "../text/oneLine.js";
import { madeByWords } from "../words/imageWords.js";

/** null: the Dockerfile makes no image. */
export function compareImage(analysis: Analysis, image: BaseImage): ImageComparison | null {
  const { target } = analysis.graph;
  if (target === null) return null;
  const stages = lineage(analysis.graph, target);
  const all = stages.flatMap((stage) => stageSteps(analysis, stage));
  const steps = all.filter(({ effect }) => effect === "layer");
  const found = layersOf(image);
  const below = baseLayers(stages[0], found.length, steps.length);
  const own = aligned(steps.map(lineSaid), found.slice(below).map(madeSaid), stepLikeness);
  let number = 0;
  const layers: readonly BuiltLayer[] = [
    ...found.slice(0, below).map((layer): BuiltLayer => {
      return { step: null, layer, number: number++, likeness: null, isBase: true };
    }),
    ...own.map(({ a, b, likeness }): BuiltLayer => {
      const at = b === null ? null : number++;
      return { step: a, layer: b, number: at, likeness, isBase: false };
    }),
  ];
  const config = configDifferences(target, image);
  return {
    layers,
    history: historyBeside(all, image.origin?.history ?? [], below),
    config,
    isWhole: target.unknowns === null,
    isAlike: config.length === 0 && own.every(({ likeness }) => isAlike(likeness)),
  };
}

/**
 * An image to be shown beside the Dockerfile; null: that makes none.
 * @param name in few words
 */
export function shownImage(analysis: Analysis, image: BaseImage, name: string): ShownImage | null {
  const comparison = compareImage(analysis, image);
  if (comparison === null) return null;
  const layers = comparison.layers.flatMap((one) =>
    one.step === null ? [] : [[one.step.place.index, one] as const],
  );
  return { name, image, comparison, layers: new Map(layers), contents: null };
}

/** Rows of a base are those up to its last layer, and what it sets behind that. */
function historyBeside(
  steps: readonly StepAnalysis[],
  history: readonly HistoryRow[],
  below: number,
): readonly BuiltHistoryRow[] {
  const told = history.findIndex(({ layer }) => layer === below - 1) + 1;
  const base = history.slice(0, told);
  const written = steps.filter(({ effect }) => effect !== "base");
  const above = history.slice(told).map(madeSaid);
  const own = aligned(written.map(lineSaid), above, stepLikeness).filter(({ b }) => b !== null);
  const first = own.findIndex(({ a }) => a !== null);
  return [
    ...base.map((row) => ({ row, step: null, isBase: true })),
    ...own.flatMap(({ a, b }, at) =>
      b === null ? [] : [{ row: b, step: a, isBase: below > 0 && at < first }],
    ),
  ];
}

function isAlike(likeness: Likeness | null): boolean {
  return likeness === "same" || likeness === "unsure";
}

function baseLayers(root: Stage | undefined, all: number, steps: number): number {
  if (root?.base.kind === "scratch") return 0;
  const known = root?.base.kind === "image" ? (root.base.image?.layers ?? null) : null;
  return Math.min(all, known ?? Math.max(0, all - steps));
}

function layersOf({ origin, layers }: BaseImage): readonly BaseLayer[] {
  return (
    origin?.layers ??
    Array.from({ length: layers }, () => ({ digest: "", bytes: null, madeBy: "" }))
  );
}

/** Something with the command that is said of it, taken apart once for all that it is compared with. */
interface Said<T> {
  readonly of: T;
  readonly command: Command;
}

function lineSaid(of: StepAnalysis): Said<StepAnalysis> {
  return { of, command: plainCommand(of.step.text) };
}

function madeSaid<T extends Pick<BaseLayer, "madeBy">>(of: T): Said<T> {
  return { of, command: plainCommand(madeByWords(of)) };
}

/** By what the line says and what the history says of the layer. */
function stepLikeness(
  { command: line }: Said<StepAnalysis>,
  { command: made }: Said<unknown>,
): Likeness | null {
  if (line.keyword !== made.keyword) return null;
  if (line.rest === made.rest || isExecOf(line.rest, made.rest)) return "same";
  return mayBecome(line.rest, made.rest) ? "unsure" : "other";
}

/** The exec form, which the history writes as words, behind the build arguments. */
function isExecOf(line: string, made: string): boolean {
  if (!line.startsWith("[")) return false;
  try {
    const words: unknown = JSON.parse(line);
    const plain = Array.isArray(words) ? plainCommand(`RUN ${words.join(" ")}`).rest : null;
    return (
      plain !== null && (made === plain || (made.startsWith("|") && made.endsWith(` ${plain}`)))
    );
  } catch {
    return false;
  }
}

/** A variable may have become anything; of a heredoc the history has the text. */
function mayBecome(line: string, made: string): boolean {
  if (line.includes("<<")) return true;
  const parts = line.split(/\$(?:\{[^}]*\}|\w+)/);
  if (parts.length < 2) return false;
  let at = 0;
  for (const [nth, part] of parts.entries()) {
    const found = nth === 0 ? (made.startsWith(part) ? 0 : -1) : made.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return made.endsWith(parts.at(-1) ?? "");
}

interface Command {
  readonly keyword: string;
  readonly rest: string;
}

/** Without flags and what the builder puts before the command of a RUN. */
function plainCommand(text: string): Command {
  const [, keyword = "", args = ""] = /^(\w+)\s*(.*)$/s.exec(text.trim()) ?? [];
  const rest = args
    .replace(/^(?:--[a-z-]+(?:=\S*)?\s+)+/, "")
    .replace(/^\|\d+ .*? (?=\/bin\/sh -c )/, "")
    .replace(/^\/bin\/sh -c /, "")
    .replace(/\\\s+/g, " ");
  return { keyword: keyword.toUpperCase(), rest: onOneLine(rest) };
}

interface Aligned<A, B> {
  readonly a: A | null;
  readonly b: B | null;
  readonly likeness: Likeness | null;
}

const worth: Readonly<Record<Likeness, number>> = { same: 3, unsure: 2, other: 1 };

type Compare<A, B> = (a: Said<A>, b: Said<B>) => Likeness | null;

/** So many pairs of lines and layers are all compared. */
const mostPairs = 1_000_000;

/** Of more than those a layer is looked for in so many lines behind the last that was found. */
const reach = 100;

/** Both in their order, each with its like. Costs and memory are bounded, whatever an image says. */
function aligned<A, B>(
  as: readonly Said<A>[],
  bs: readonly Said<B>[],
  likeness: Compare<A, B>,
): readonly Aligned<A, B>[] {
  return as.length * bs.length <= mostPairs
    ? bestAligned(as, bs, likeness)
    : nearAligned(as, bs, likeness);
}

/** The first line within reach that is the same, else the first that may be. */
function nearAligned<A, B>(
  as: readonly Said<A>[],
  bs: readonly Said<B>[],
  likeness: Compare<A, B>,
): readonly Aligned<A, B>[] {
  const pairs: Aligned<A, B>[] = [];
  let next = 0;
  const passTo = (end: number): void => {
    for (const a of as.slice(next, end)) pairs.push({ a: a.of, b: null, likeness: null });
    next = end;
  };
  for (const b of bs) {
    const near = as.slice(next, next + reach).map((a) => likeness(a, b));
    const at = near.includes("same") ? near.indexOf("same") : near.indexOf("unsure");
    const like = near[at] ?? null;
    if (like !== null) passTo(next + at);
    const a = like === null ? null : (as[next++]?.of ?? null);
    pairs.push({ a, b: b.of, likeness: like });
  }
  passTo(as.length);
  return pairs;
}

/** So that as much as possible is alike. */
function bestAligned<A, B>(
  as: readonly Said<A>[],
  bs: readonly Said<B>[],
  likeness: Compare<A, B>,
): readonly Aligned<A, B>[] {
  const best = Array.from({ length: as.length + 1 }, () =>
    new Array<number>(bs.length + 1).fill(0),
  );
  const at = (i: number, j: number): number => best[i]?.[j] ?? 0;
  for (const [i, a] of [...as.entries()].reverse()) {
    for (const [j, b] of [...bs.entries()].reverse()) {
      const like = likeness(a, b);
      const paired = like === null ? 0 : worth[like] + at(i + 1, j + 1);
      const row = best[i];
      if (row !== undefined) row[j] = Math.max(paired, at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: Aligned<A, B>[] = [];
  let [i, j] = [0, 0];
  while (i < as.length || j < bs.length) {
    const [a, b] = [as[i] ?? null, bs[j] ?? null];
    const like = a === null || b === null ? null : likeness(a, b);
    if (like !== null && at(i, j) === worth[like] + at(i + 1, j + 1)) {
      pairs.push({ a: a?.of ?? null, b: b?.of ?? null, likeness: like });
      i++;
      j++;
    } else if (b === null || (a !== null && at(i, j) === at(i + 1, j))) {
      pairs.push({ a: a?.of ?? null, b: null, likeness: null });
      i++;
    } else {
      pairs.push({ a: null, b: b.of, likeness: null });
      j++;
    }
  }
  return pairs;
}

/** Of a base that is not known only what the Dockerfile says itself is compared. */
function configDifferences(target: Stage, image: BaseImage): readonly ConfigDifference[] {
  const expected = configToJson(knownConfig(target));
  const isWhole = target.unknowns === null;
  const differences: ConfigDifference[] = [];
  const compare = (field: string, mine: unknown, theirs: unknown): void => {
    const [a, b] = [JSON.stringify(mine ?? null), JSON.stringify(theirs ?? null)];
    // A variable of a base that is not known stands as it is typed.
    if (a === b || (!isWhole && a.includes("$"))) return;
    differences.push({ field, expected: orNull(a), found: orNull(b) });
  };
  const single = (field: string, mine: unknown, theirs: unknown): void => {
    if (isWhole || (mine !== null && mine !== "")) compare(field, mine, theirs);
  };
  const entries = (
    field: string,
    mine: ReadonlyMap<string, unknown>,
    theirs: ReadonlyMap<string, unknown>,
  ): void => {
    const names = new Set([...mine.keys(), ...(isWhole ? theirs.keys() : [])]);
    for (const name of names) compare(`${field} ${name}`, mine.get(name), theirs.get(name));
  };
  entries("Env", variables(expected.Env), variables(image.environment));
  entries("Label", new Map(Object.entries(expected.Labels)), new Map(Object.entries(image.labels)));
  entries("Port", named(Object.keys(expected.ExposedPorts)), named(image.exposedPorts));
  entries("Volume", named(Object.keys(expected.Volumes)), named(image.volumes));
  single("Cmd", expected.Cmd, image.cmd);
  single("Entrypoint", expected.Entrypoint, image.entrypoint);
  single("User", expected.User, image.user);
  // A relative one counts from a directory that may not be known.
  if (isWhole || expected.WorkingDir.startsWith("/"))
    single("WorkingDir", expected.WorkingDir || "/", image.workingDirectory || "/");
  return differences;
}

function orNull(json: string): string | null {
  return json === "null" ? null : json;
}

function variables(entries: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    entries.map((entry) => {
      const at = entry.indexOf("=");
      return at < 0 ? [entry, ""] : [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}

function named(names: readonly string[]): ReadonlyMap<string, true> {
  return new Map(names.map((name) => [name, true]));
}

export interface GrownLayer {
  /** null: the other image lacks it. */
  readonly before: BaseLayer | null;
  readonly after: BaseLayer | null;
  /** The very same layer. */
  readonly isSame: boolean;
}

/** The layers of two images, from the bottom up. */
export function grownLayers(before: BaseImage, after: BaseImage): readonly GrownLayer[] {
  const [old, now] = [layersOf(before), layersOf(after)];
  return aligned(old.map(madeSaid), now.map(madeSaid), layerLikeness).map(({ a, b }) => ({
    before: a,
    after: b,
    isSame: a !== null && a.digest === b?.digest,
  }));
}

function layerLikeness(a: Said<BaseLayer>, b: Said<BaseLayer>): Likeness | null {
  if (a.of.digest !== "" && a.of.digest === b.of.digest) return "same";
  const [one, other] = [a.command, b.command];
  if (one.keyword !== other.keyword) return null;
  return one.rest === other.rest ? "unsure" : "other";
}
