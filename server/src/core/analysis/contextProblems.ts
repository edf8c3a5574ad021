/** What is wrong with the files that steps take, as problems at their sources. */
import { contextFolder, isGuess } from "../build/definition.js";
import type { KeyedStep, Keys } from "../cache/predict.js";
import { overwrittenBy } from "../files/overwritten.js";
import type { BuildGraph } from "../graph/graph.js";
import type { HostError } from "../host.js";
import { addTo } from "../text/grouped.js";
import { type Placed, placedAt, type TextRange } from "../text/range.js";
import type { Problem } from "./problem.js";

export function contextProblems(graph: BuildGraph, keys: Keys): readonly Placed<Problem>[] {
  const problems: Placed<Problem>[] = [];
  const guessed = isGuess(graph.definition) ? contextFolder(graph.definition) : null;
  for (const at of keys.taking) {
    const keyed = keys.steps[at];
    const start = graph.starts[at] ?? 0;
    for (const problem of keyed === undefined ? [] : problemsOf(keyed, guessed))
      problems.push(placedAt(start, problem));
  }
  return problems;
}

/** @param guessed the folder of the main context where it is but a guess; else null */
function problemsOf(keyed: KeyedStep, guessed: string | null): readonly Placed<Problem>[] {
  const { step, context, stageProblems } = keyed;
  // What takes the place of whatever else is to be said of a source.
  const unsent = new Set(
    stageProblems.flatMap((other) => (other.code === "source-not-sent" ? [other.index] : [])),
  );
  const selected = context
    .flatMap(({ selection }) => selection.problems)
    .filter(({ index }) => !unsent.has(index))
    .map((problem) =>
      guessed !== null && problem.place === undefined
        ? { ...problem, place: { kind: "guess", name: guessed } as const }
        : problem,
    );
  const errors = context.flatMap(({ content }) =>
    content.kind === "unreadable" ? content.errors : [],
  );
  const lost =
    step.operation?.kind === "copy" ? context.map(overwritten).filter((one) => one !== null) : [];
  if (selected.length + stageProblems.length + errors.length + lost.length === 0) return [];
  const { range } = step.instruction;
  const sources = sourceRanges(keyed);
  return [
    ...[...selected, ...stageProblems].map((problem) => ({
      ...problem,
      range: ("index" in problem ? sources[problem.index] : undefined) ?? range,
    })),
    ...unreadable(errors).map((problem) => ({ ...problem, range })),
    ...lost.map((problem) => ({ ...problem, range })),
  ];
}

/** So many files of which one thing is to be said are named: a whole context may be unreadable. */
const namedErrors = 3;

function unreadable(errors: readonly HostError[]): readonly UnreadableProblem[] {
  const byCode = new Map<string, HostError[]>();
  for (const error of errors) addTo(byCode, error.code, error);
  return [...byCode.values()].flatMap((alike) => {
    const named = alike.slice(0, namedErrors);
    return named.map((error, at): UnreadableProblem => {
      const others = at + 1 === named.length ? alike.length - named.length : 0;
      return { code: "file-unreadable", error, ...(others > 0 && { others }) };
    });
  });
}

type UnreadableProblem = Extract<Problem, { code: "file-unreadable" }>;

function overwritten({ selection }: KeyedStep["context"][number]) {
  const found = overwrittenBy(selection);
  return found && { code: "files-overwritten" as const, ...found };
}

/**
 * Where the sources of the build context stand in the text, in the order of the selection; none, or
 * null for one, where the instruction does not name them.
 */
export function sourceRanges({ step }: KeyedStep): readonly (TextRange | null)[] {
  const { instruction, operation } = step;
  if (operation?.kind !== "copy" || step.isTrigger) return [];
  const documents = new Set(instruction.heredocs.map(({ range }) => range.start));
  const words = instruction.args
    .slice(0, -1)
    .map(({ range }) => range)
    .filter(({ start }) => !documents.has(start));
  return operation.items
    .filter(({ kind }) => kind !== "inline")
    .flatMap(({ kind }, at) => (kind === "paths" ? [words[at] ?? null] : []));
}
