/** Which stage a name means, for FROM, `--from` and `--target`. */
import type { Builder } from "../build/builder.js";
import { addTo } from "../text/grouped.js";
import { nearest } from "../text/nearest.js";

/** The names of a file's stages, as they are written. */
export interface StageNames {
  readonly builder: Builder;
  /** In lower case; null: the stage has none. */
  readonly written: readonly (string | null)[];
  /** Of each name the stages that have it, the first one first. */
  readonly stages: ReadonlyMap<string, readonly number[]>;
}

/** What the name in a `--from` means. */
export type Lookup =
  | { readonly kind: "stage"; readonly index: number }
  | { readonly kind: "image" }
  | { readonly kind: "later" }
  | { readonly kind: "itself" }
  | { readonly kind: "no-such-stage" };

/** @param written as `stageNamesIn` gives them */
export function stageNames(builder: Builder, written: readonly (string | null)[]): StageNames {
  const stages = new Map<string, number[]>();
  for (const [index, name] of written.entries()) {
    if (name === null) continue;
    addTo(stages, name, index);
  }
  return { builder, written, stages };
}

/** The stage that `FROM reference` continues in the stage at `index`; null: an image. */
export function baseStage(names: StageNames, reference: string, index: number): number | null {
  // BuildKit compares the text as typed with names in lower case: dockerfile2llb/convert.go.
  const name = { buildkit: reference, classic: reference.toLowerCase() }[names.builder];
  return lastBefore(names, name, index) ?? null;
}

/** What `--from=name` of a COPY means in the stage at `index`. */
export function copySource(names: StageNames, name: string, index: number): Lookup {
  return lookups[names.builder].copySource(names, name, index);
}

/** The same for `from=name` of a mount. */
export function mountSource(names: StageNames, name: string, index: number): Lookup {
  return lookups[names.builder].mountSource(names, name, index);
}

/** The stage that `--target` names; null: none. */
export function targetStage({ stages }: StageNames, name: string): number | null {
  return stages.get(name.toLowerCase())?.at(-1) ?? null;
}

/**
 * The stage above the one at `index` whose name is nearly this, where it names an image by one word;
 * null: none. With more than a hundred stages none is looked for.
 */
export function similarStage({ written }: StageNames, name: string, index: number): string | null {
  const isShort = name.length < 5 || !/^[\w.-]+$/.test(name);
  if (isShort || index > 100) return null;
  const word = name.toLowerCase();
  const others = written.slice(0, index).flatMap((other) => other ?? []);
  return nearest(
    word,
    others.filter((other) => !isCountedOn(other, word)),
  );
}

/** True for `ubuntu2` beside `ubuntu`: who numbers a stage after an image means both. */
function isCountedOn(stage: string, word: string): boolean {
  return stage.startsWith(word) && /^[._-]?\d+$/.test(stage.slice(word.length));
}

/** True where a stage above the one at `index` has the name already. */
export function isNameTaken(names: StageNames, name: string, index: number): boolean {
  return lastBefore(names, name, index) !== undefined;
}

type Look = (names: StageNames, name: string, index: number) => Lookup;

/** BuildKit's mounts know no numbers: dockerfile2llb/convert_runmount.go. */
const lookups: Readonly<
  Record<Builder, { readonly copySource: Look; readonly mountSource: Look }>
> = {
  buildkit: { copySource: buildkitCopySource, mountSource: buildkitNamed },
  classic: { copySource: classicSource, mountSource: classicSource },
};

function buildkitCopySource(names: StageNames, name: string, index: number): Lookup {
  if (!/^[+-]?\d+$/.test(name)) return buildkitNamed(names, name, index);
  const number = Number(name);
  return number < 0 || number >= names.written.length
    ? { kind: "no-such-stage" }
    : placed(number, index);
}

/**
 * A name may be that of any stage of the file, of several the last, and one that is not finished
 * yet is an error. Source: dockerfile2llb/convert.go `addState`, `toCommand`.
 */
function buildkitNamed({ stages }: StageNames, name: string, index: number): Lookup {
  return placed(stages.get(name.toLowerCase())?.at(-1), index);
}

function placed(target: number | undefined, index: number): Lookup {
  if (target === undefined) return { kind: "image" };
  if (target === index) return { kind: "itself" };
  return target > index ? { kind: "later" } : { kind: "stage", index: target };
}

/**
 * The classic builder knows the stages above only; every other name is an image, that of the stage
 * itself too, which hides one above. Source: moby, builder/dockerfile/imagecontext.go and dispatchers.go.
 */
function classicSource(names: StageNames, name: string, index: number): Lookup {
  if (/^\d+$/.test(name)) {
    const number = Number(name);
    if (number < index) return { kind: "stage", index: number };
    return { kind: number === index ? "itself" : "no-such-stage" };
  }
  const target = lastBefore(names, name.toLowerCase(), index + 1);
  return target === undefined || target === index
    ? { kind: "image" }
    : { kind: "stage", index: target };
}

/** The last stage of a name before the one at `index`, by bisection: a file may have one name for all. */
function lastBefore({ stages }: StageNames, name: string, index: number): number | undefined {
  const same = stages.get(name) ?? [];
  let [low, high] = [0, same.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((same[middle] ?? index) < index) low = middle + 1;
    else high = middle;
  }
  return same[low - 1];
}
