/** What a small change would let two Dockerfiles share. */
import type { StepAnalysis } from "../analysis/analyse.js";
import { type Keys, keyOf } from "../cache/predict.js";
import { keywordThatSets } from "../instructions/index.js";
import { listedAll } from "../text/lists.js";
import { onOneLine } from "../text/oneLine.js";
import { say } from "../text/say.js";

export interface SharingHint {
  readonly message: string;
  /** How many more steps would be shared. */
  readonly gain: number;
}

/** The steps of one stage with everything below it, the lowest first. */
export interface Chain {
  readonly file: string;
  readonly base: string;
  readonly platform: string;
  readonly fromLine: number;
  readonly steps: readonly StepAnalysis[];
  /** Of their build. */
  readonly keys: Keys;
}

/** More than this nobody reads. */
const most = 20;

/** For every pair of chains of two files at most one, the largest gain first. */
export function sharingHints(chains: readonly Chain[]): readonly SharingHint[] {
  const hints = new Map<string, SharingHint>();
  for (const [at, a] of chains.entries()) {
    for (const b of chains.slice(at + 1)) {
      if (a.file === b.file || a.platform !== b.platform) continue;
      const hint = a.base === b.base ? stepHint(a, b) : baseHint(a, b);
      if (hint !== null) hints.set(hint.message, hint);
    }
  }
  return [...hints.values()].sort((x, y) => y.gain - x.gain).slice(0, most);
}

/** Two tags of one image. */
function baseHint(a: Chain, b: Chain): SharingHint | null {
  if (repositoryOf(a.base) !== repositoryOf(b.base)) return null;
  const gain = sameDefinitions(a.steps, b.steps, 0);
  return { message: baseMessage(a, b, gain), gain: gain + 1 };
}

/** @param steps how many of the first steps would be shared with the base */
function baseMessage(a: Chain, b: Chain, steps: number): string {
  switch (steps) {
    case 0:
      return say`${a.file} stands on ${a.base} (line ${a.fromLine}), ${b.file} on ${b.base} (line ${b.fromLine}): with the same tag they would share the base image.`;
    case 1:
      return say`${a.file} stands on ${a.base} (line ${a.fromLine}), ${b.file} on ${b.base} (line ${b.fromLine}): with the same tag they would share the base image and their first step.`;
    default:
      return say`${a.file} stands on ${a.base} (line ${a.fromLine}), ${b.file} on ${b.base} (line ${b.fromLine}): with the same tag they would share the base image and their first ${steps} steps.`;
  }
}

/** The same base: what keeps the first differing step apart? */
function stepHint(a: Chain, b: Chain): SharingHint | null {
  let shared = 0;
  while (isShared(a, b, shared)) shared++;
  const [first, second] = [a.steps[shared], b.steps[shared]];
  if (first === undefined || second === undefined) return null;
  return sameText(a, first, b, second) ?? moved(a, b, shared) ?? moved(b, a, shared);
}

function sameText(
  a: Chain,
  first: StepAnalysis,
  b: Chain,
  second: StepAnalysis,
): SharingHint | null {
  const [line, other] = [first.place.line, second.place.line];
  if (onOneLine(first.step.text) !== onOneLine(second.step.text)) return null;
  const facets = differingFacets(first, second);
  if (facets.length === 1 && facets[0] === "command") {
    return {
      message: say`Line ${line} of ${a.file} and line ${other} of ${b.file} differ only in blanks: written alike they would be one layer.`,
      gain: 1,
    };
  }
  const words = facets.flatMap((facet) => facetWords[facet]?.() ?? []);
  if (words.length === 0) return null;
  const above = listedAll(words);
  return {
    message:
      words.length === 1
        ? say`Line ${line} of ${a.file} and line ${other} of ${b.file} say the same, but ${above} above differs: set it after them, or alike, and they would be one layer.`
        : say`Line ${line} of ${a.file} and line ${other} of ${b.file} say the same, but ${above} above differ: set it after them, or alike, and they would be one layer.`,
    gain: 1,
  };
}

const facetWords: Readonly<Record<string, () => string>> = {
  environment: () => say`ENV or ARG`,
  directory: () => keywordThatSets("directory"),
  user: () => keywordThatSets("user"),
};

/** A step of `a` that stands further down in `b`, with nothing of the context in it. */
function moved(a: Chain, b: Chain, shared: number): SharingHint | null {
  const step = a.steps[shared];
  const digest = step?.keyed.definition?.digest;
  if (step === undefined || digest === undefined || step.keyed.context.length > 0) return null;
  if (step.keyed.sources.length > 0 || step.step.operation?.kind !== "run") return null;
  const below = b.steps.find(({ keyed }, at) => at > shared && keyed.definition?.digest === digest);
  const above = b.steps[shared];
  if (below === undefined || above === undefined) return null;
  return {
    message: say`Line ${step.place.line} of ${a.file} runs the same as line ${below.place.line} of ${b.file}: moved up before line ${above.place.line} there, if it needs nothing from in between, it would be one layer.`,
    gain: 1,
  };
}

function isShared(a: Chain, b: Chain, at: number): boolean {
  const [one, other] = [a.steps[at], b.steps[at]];
  if (one === undefined || other === undefined) return false;
  return keyOf(a.keys, one.keyed) === keyOf(b.keys, other.keyed);
}

/** How many leading steps are the same if only what is below them were. */
function sameDefinitions(
  a: readonly StepAnalysis[],
  b: readonly StepAnalysis[],
  from: number,
): number {
  let at = from;
  for (; at < Math.min(a.length, b.length); at++) {
    const [first, second] = [a[at]?.keyed, b[at]?.keyed];
    if (first === undefined || second === undefined) break;
    const isSame =
      first.definition !== null &&
      first.definition.digest === second.definition?.digest &&
      first.sources.length === 0 &&
      second.sources.length === 0 &&
      JSON.stringify(digestsOf(first)) === JSON.stringify(digestsOf(second));
    if (!isSame) break;
  }
  return at - from;
}

function digestsOf({ context }: StepAnalysis["keyed"]): readonly string[] {
  return context.map(({ content }, at) =>
    content.kind === "known" ? content.digest : `open ${at}`,
  );
}

function differingFacets(a: StepAnalysis, b: StepAnalysis): readonly string[] {
  const [first, second] = [a.keyed.definition?.parts ?? {}, b.keyed.definition?.parts ?? {}];
  return Object.keys(first).filter((name) => first[name] !== second[name]);
}

/** `node:20` and `node@sha256:…` are both of `node`. */
function repositoryOf(reference: string): string {
  return reference.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
}
