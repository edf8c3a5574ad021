/** Words of a Dockerfile that lead somewhere: sources to their files, names of stages to their FROM. */
import type { Analysis, StepAnalysis } from "../analysis/analyse.js";
import { sourceRanges } from "../analysis/contextProblems.js";
import { stageOf } from "../analysis/view.js";
import { stageLine, startOf } from "../graph/graph.js";
import { rangeAt, type TextRange } from "../text/range.js";

export interface DocumentLink {
  /** In the text. */
  readonly range: TextRange;
  readonly to: LinkTarget;
}

type LinkTarget =
  /** `path`: below the root of the main build context. */
  | { readonly kind: "file"; readonly path: string }
  /** `line`: of this text, from 1. */
  | { readonly kind: "line"; readonly line: number };

/** In the order of the text. A folder or a pattern is no file that an editor could open. */
export function documentLinks(analysis: Analysis): readonly DocumentLink[] {
  return analysis.steps.flatMap((analysed): readonly DocumentLink[] => {
    const { step, place } = analysed;
    if (step.isTrigger) return [];
    const start = startOf(analysis.graph, place);
    return [...stageLinks(analysis, analysed), ...fileLinks(analysed)].map((link) => ({
      ...link,
      range: rangeAt(start, link.range),
    }));
  });
}

/** The stage that a FROM continues, or that a COPY takes files from. */
function stageLinks(analysis: Analysis, analysed: StepAnalysis): readonly DocumentLink[] {
  const { instruction, operation, effect } = analysed.step;
  const isBase = effect === "base";
  const copied = operation?.kind === "copy" ? operation.from : undefined;
  const from = isBase ? stageOf(analysis, analysed)?.base : copied;
  const flag = instruction.flags.find(({ name }) => name === "from");
  const range = isBase ? instruction.args[0]?.range : flag?.valueRange;
  const stage = from?.kind === "stage" ? analysis.graph.stages[from.index] : undefined;
  return stage === undefined || range === undefined
    ? []
    : [{ range, to: { kind: "line", line: stageLine(analysis.graph, stage) } }];
}

function fileLinks({ step, keyed }: StepAnalysis): readonly DocumentLink[] {
  const input = keyed.context.find(({ folder }) => folder === null);
  if (step.operation?.kind !== "copy" || input === undefined) return [];
  const ranges = sourceRanges(keyed);
  return input.selection.sources.flatMap(({ isWildcard, taken }, index) => {
    const [only] = taken;
    const range = ranges[index] ?? null;
    if (isWildcard || only?.node.kind !== "file" || range === null) return [];
    return [{ range, to: { kind: "file", path: only.path } }];
  });
}
