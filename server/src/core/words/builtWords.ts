/** What becomes of an image that another build of the workspace makes. */
import { outcomeOf } from "../cache/builtOutcome.js";
import type { PredictionKind } from "../cache/prediction.js";
import type { BuiltFate, BuiltImage } from "../image/baseImage.js";
import { say } from "../text/say.js";
import { causeWords } from "./causeWords.js";

/** `base rebuilds: libs/a.ts changed`; empty: it is not compared with an earlier build. */
export function builtWords(built: BuiltImage): string {
  const { name } = built;
  const why = builtReason(built);
  switch (built.fate) {
    case "cached":
      return say`${name} is cached`;
    case "rebuilds":
      return why === null ? say`${name} rebuilds` : say`${name} rebuilds: ${why}`;
    case "may-rebuild":
      return why === null ? say`${name} may rebuild` : say`${name} may rebuild: ${why}`;
    case "fails":
      return say`${name} cannot be built`;
    case "none":
      return "";
  }
}

/** `rebuilds: libs/a.ts changed`, where its name stands already; empty: as above. */
export function fateWords(built: BuiltImage): string {
  const why = builtReason(built);
  switch (built.fate) {
    case "cached":
      return say`cached`;
    case "rebuilds":
      return why === null ? say`rebuilds` : say`rebuilds: ${why}`;
    case "may-rebuild":
      return why === null ? say`may rebuild` : say`may rebuild: ${why}`;
    case "fails":
      return say`fails`;
    case "none":
      return "";
  }
}

/** Why it is made anew; null: it is not, or nobody knows. */
export function builtReason(built: BuiltImage): string | null {
  const outcome = outcomeOf(built);
  const [cause] = outcome?.causes ?? [];
  return outcome === null || cause === undefined ? null : causeWords(cause, outcome.graph);
}

/** The same as a prediction; null: there is none. */
export function fatePrediction(fate: BuiltFate): PredictionKind | null {
  switch (fate) {
    case "cached":
      return "hit";
    case "rebuilds":
      return "miss";
    case "may-rebuild":
      return "unknown";
    case "fails":
    case "none":
      return null;
  }
}
