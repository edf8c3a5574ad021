import type { View } from "../analysis/view.js";
import { printable } from "../text/printable.js";
import { lensTitle } from "../words/lensTitle.js";

export type LensDetail = "all" | "layers" | "off";

export interface Lens {
  /** Offset of the instruction. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
  readonly title: string;
}

/** A lens longer than this pushes the rest off the screen. */
const maxTitle = 110;

export function codeLenses(view: View, detail: LensDetail): readonly Lens[] {
  if (detail === "off") return [];
  return view.analysis.steps.flatMap((analysed): readonly Lens[] => {
    const { step, place, effect } = analysed;
    // An ONBUILD that runs here has no text of its own: its FROM tells of it.
    if (step.isTrigger) return [];
    if (detail === "layers" && effect !== "layer" && effect !== "base") return [];
    const title = printable(lensTitle(view, analysed));
    return [
      {
        offset: place.start,
        line: place.line,
        title: title.length > maxTitle ? `${title.slice(0, maxTitle - 1)}…` : title,
      },
    ];
  });
}
