/** The variable under the cursor, where the builder or a shell expands variables. */

import { placeOf, type Step, startOf } from "../graph/graph.js";
import { instructionKind } from "../instructions/index.js";
import { variableReferences } from "../syntax/expand.js";
import type { TextRange } from "../text/range.js";
import type { Analysis } from "./analyse.js";

export interface VariablePlace {
  readonly name: string;
  readonly range: TextRange;
}

/** null: there is none at this offset. */
export function variableAt(analysis: Analysis, step: Step, offset: number): VariablePlace | null {
  if (instructionKind(step.keyword)?.expandedBy === undefined) return null;
  const { instruction } = step;
  const { dockerfile } = analysis.input;
  const origin = startOf(analysis.graph, placeOf(analysis.graph, step));
  const start = origin + instruction.keywordRange.end;
  for (const { name, range } of variableReferences(
    dockerfile.text.slice(start, origin + instruction.range.end),
    dockerfile.escape,
  )) {
    const place = { start: start + range.start, end: start + range.end };
    if (offset >= place.start && offset <= place.end) return { name, range: place };
  }
  return null;
}
