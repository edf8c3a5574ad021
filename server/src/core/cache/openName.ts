/** What inputs and positions are called before the keys of a build are made: see `names.ts`. */
import { isSameRef, type StepRef } from "../graph/graph.js";
import { type InputName, isSameName } from "./inputName.js";

/** A name as it is known before the keys are made. */
export type OpenName =
  | InputName
  /** What a step leaves. */
  | { readonly kind: "result"; readonly of: StepRef }
  /** All files of something, by their content. */
  | { readonly kind: "whole"; readonly of: OpenName }
  /** Files that a build alone can tell: what is known of them, and what holds the others. */
  | {
      readonly kind: "made";
      readonly known: readonly unknown[];
      readonly holders: readonly OpenName[];
      /** Of all else the same, another one is other content for certain; null: nothing is that sure. */
      readonly over: string | null;
    };

/**
 * What BuildKit runs once has one vertex: a step with all that is below it, or what a stage starts
 * with.
 */
export type Vertex =
  | { readonly kind: "base"; readonly name: string }
  | { readonly kind: "step"; readonly of: StepRef };

/** True where both come to the same name, as long as the steps in the same places have the same keys. */
export function isSameOpenName(one: OpenName, other: OpenName): boolean {
  if (one === other) return true;
  switch (one.kind) {
    case "result":
      return other.kind === "result" && isSameRef(one.of, other.of);
    case "whole":
      return other.kind === "whole" && isSameOpenName(one.of, other.of);
    case "made":
      return false;
    default:
      return (
        other.kind !== "result" &&
        other.kind !== "whole" &&
        other.kind !== "made" &&
        isSameName(one, other)
      );
  }
}
