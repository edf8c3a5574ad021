/** Which stage a name means, for FROM, `--from` and `--target`. */
import type { Builder } from "../build/builder.js";

/** Why a `--from` names no stage that can be used here. */
export type Lookup =
  | { readonly kind: "stage"; readonly index: number }
  | { readonly kind: "image" }
  | { readonly kind: "later" }
  | { readonly kind: "itself" }
  | { readonly kind: "no-such-index" };

export interface StageNames {
  define(name: string | null, index: number): void;
  /** The stage that `FROM reference` continues; null: an image. */
  base(reference: string, index: number): number | null;
  /** What `--from=name` means in the stage at `index`. */
  source(name: string, index: number): Lookup;
  /** The same for `RUN --mount=from=`, which knows no numbers. */
  mountSource(name: string, index: number): Lookup;
  /** The stage that `--target` names; null: none. */
  target(name: string): number | null;
}

/** @param written as `stageNamesIn` gives them */
export function stageNames(builder: Builder, written: readonly (string | null)[]): StageNames {
  return { buildkit: buildkitStages, classic: classicStages }[builder](written);
}

/**
 * BuildKit: names are stored in lower case, FROM compares its text as typed, `--from` and
 * `--target` ignore case; a `--from` may name any stage of the file, and one that is not finished
 * yet is an error. Source: dockerfile2llb/convert.go `addState`, `toCommand`.
 */
function buildkitStages(written: readonly (string | null)[]): StageNames {
  const all = new Map<string, number>();
  for (const [index, name] of written.entries()) if (name !== null) all.set(name, index);
  const soFar = new Map<string, number>();
  const place = (target: number | undefined, index: number): Lookup => {
    if (target === undefined) return { kind: "image" };
    if (target === index) return { kind: "itself" };
    return target > index ? { kind: "later" } : { kind: "stage", index: target };
  };
  return {
    define: (name, index) => {
      if (name !== null) soFar.set(name, index);
    },
    base: (reference) => soFar.get(reference) ?? null,
    source(name, index) {
      if (!/^[+-]?\d+$/.test(name)) return place(all.get(name.toLowerCase()), index);
      const number = Number(name);
      return number < 0 || number >= written.length
        ? { kind: "no-such-index" }
        : place(number, index);
    },
    mountSource: (name, index) => place(all.get(name.toLowerCase()), index),
    target: (name) => all.get(name.toLowerCase()) ?? null,
  };
}

/**
 * The classic builder knows the stages above only; every other name is an image. Source: moby,
 * builder/dockerfile/imagecontext.go and dispatchers.go.
 */
function classicStages(): StageNames {
  const soFar = new Map<string, number>();
  let count = 0;
  const source = (name: string, index: number): Lookup => {
    if (/^\d+$/.test(name)) {
      const number = Number(name);
      if (number < index) return { kind: "stage", index: number };
      return { kind: number === index ? "itself" : "no-such-index" };
    }
    const target = soFar.get(name.toLowerCase());
    return target === undefined || target >= index
      ? { kind: "image" }
      : { kind: "stage", index: target };
  };
  return {
    define(name, index) {
      if (name !== null) soFar.set(name, index);
      count = index + 1;
    },
    base: (reference, index) => {
      const target = soFar.get(reference.toLowerCase());
      return target === undefined || target >= index || count === 0 ? null : target;
    },
    source,
    mountSource: source,
    target: (name) => soFar.get(name.toLowerCase()) ?? null,
  };
}
