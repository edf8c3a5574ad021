/** The words of the lenses at the ends of the lines, for who wants no lines between their lines. */
import type { View } from "../analysis/view.js";
import { startOf } from "../graph/graph.js";
import type { TextRange } from "../text/range.js";
import { interfaceText } from "../text/surfaces.js";
import { isToldAtFrom, lensTitle } from "../words/lensTitle.js";

export interface InlayHint {
  /** The line of the instruction, from 1: the hint stands at its end. */
  readonly line: number;
  readonly title: string;
  /** As much of the title as an editor shows. */
  readonly label: string;
}

/** VS Code cuts what is longer, in the middle of a word. */
const mostCharacters = 43;

/** Those of the instructions that start in `range`, in their order. */
export function inlayHints(view: View, range: TextRange): readonly InlayHint[] {
  return view.analysis.steps.flatMap((analysed) => {
    const start = startOf(view.analysis.graph, analysed.place);
    if (analysed.step.isTrigger || isToldAtFrom(view, analysed)) return [];
    if (start < range.start || start > range.end) return [];
    const title = interfaceText(lensTitle(view, analysed));
    return title === "" ? [] : [{ line: analysed.place.line, title, label: shortened(title) }];
  });
}

/** Whole parts as long as they fit: what stands first matters most. */
function shortened(title: string): string {
  if (title.length <= mostCharacters) return title;
  const end = title.lastIndexOf(" · ", mostCharacters - 2);
  return end > 0 ? `${title.slice(0, end)} …` : `${title.slice(0, mostCharacters - 1)}…`;
}
