/** The definitions of a build's steps: they turn on no earlier build, so all comparisons share them. */
import type { Step } from "../graph/graph.js";
import { type Definition, type InputShape, isOfShape } from "./definition.js";
import type { Setting } from "./outcome.js";

/** What a definition turns on besides its step and the shape of its inputs. */
type DefinedIn = Pick<Setting, "definition" | "dialect" | "stagePlatform">;

interface Kept extends DefinedIn {
  readonly made: Definition;
}

/** So many shapes of one step: an edit above may make another one, and is taken back. */
const keptShapes = 2;

export class KeptDefinitions {
  readonly #kept = new WeakMap<Step, readonly Kept[]>();

  /** @param make it, where none is kept; null: the builder runs nothing for the step */
  of(
    step: Step,
    { definition, dialect, stagePlatform }: DefinedIn,
    shape: InputShape,
    make: () => Definition | null,
  ): Definition | null {
    const kept = this.#kept.get(step) ?? none;
    const same = kept.find(
      (one) =>
        one.definition === definition &&
        one.dialect === dialect &&
        one.stagePlatform === stagePlatform &&
        isOfShape(one.made, shape),
    );
    if (same !== undefined) return same.made;
    const made = make();
    if (made !== null)
      this.#kept.set(step, [
        { definition, dialect, stagePlatform, made },
        ...kept.slice(0, keptShapes - 1),
      ]);
    return made;
  }
}

const none: readonly Kept[] = [];
