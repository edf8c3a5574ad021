/**
 * The definition of a step: everything in its cache key that comes from the text, not from files
 * or earlier steps. For BuildKit that is the operation that it runs, see `exact`; the variables of a
 * RUN go by their digest, so that a file of n instructions is keyed in O(n). For the classic builder it is the
 * words. Source: BuildKit, solver/llbsolver/ops (`CacheMap` of exec.go and file.go); moby,
 * image/cache/compare.go.
 */
import { pairMemory } from "../context/pairMemory.js";
import type { BuildGraph, Stage, Step } from "../graph/graph.js";
import { sourcesOf } from "../graph/sources.js";
import type { Digest } from "../host.js";
import { type ClassicArgs, classicArgsDigest } from "../instructions/classicArgs.js";
import type { CopyOperation, SourceReference } from "../instructions/operation.js";
import { isSameList } from "../text/sameList.js";
import { dialectOf } from "./exact/dialect.js";
import type { Parts, Vertex } from "./exact/op.js";
import { stepOps } from "./exact/stepOps.js";
import { withOpenPart } from "./openPart.js";

/** What a definition is made from when somebody asks. */
interface Written {
  /** Equal exactly where the builder takes the definitions for equal, but for what an image decides. */
  readonly text: string;
  /** The parts of the key, on an image of which nothing is known: see `openPart.ts`; null: all is known. */
  readonly open: { readonly step: Step; readonly parts: () => Parts } | null;
  readonly parts: () => Parts;
}

/** The digest is made when somebody asks: not of every line that is typed. */
export class Definition {
  /** See `InputShape`. */
  readonly shape: InputShape;
  readonly #digest: Digest;
  readonly #write: () => Written;
  #made: string | null = null;

  constructor(digest: Digest, shape: InputShape, write: () => Written) {
    this.#digest = digest;
    this.shape = shape;
    this.#write = write;
  }

  get digest(): string {
    if (this.#made !== null) return this.#made;
    const { text, open } = this.#write();
    const known = this.#digest(text);
    this.#made = open === null ? known : withOpenPart(known, open.step, open.parts, this.#digest);
    return this.#made;
  }

  /**
   * By name: whoever explains a miss compares them one by one. `places`, where a COPY takes its
   * files, is the one part that is in no key. Made each time: the texts of all steps are as long as
   * the file.
   */
  get parts(): Parts {
    return this.#write().parts();
  }
}

/**
 * Which inputs of an operation are one and the same to the builder: it numbers them. Names are of
 * this step alone; null: an empty file system, which is no input. What the step stands on comes
 * first, then where its sources come from, in their order.
 */
export type InputShape = readonly Vertex[];

/** The digests of a definition's parts by name, as the store keeps them: they tell no value. */
export type Facets = Readonly<Record<string, string>>;

const allFacets = pairMemory<Digest, Definition, Facets>();

/** Digests each part. Asked for misses and for what is stored only: it is the costly part. */
export function facetsOf(definition: Definition | null, digest: Digest): Facets {
  if (definition === null) return {};
  let facets = allFacets.get(digest, definition);
  if (facets === undefined) {
    facets = Object.fromEntries(
      // 64 bits are enough to tell the parts of two steps apart; the key itself uses all.
      Object.entries(definition.parts).map(([name, value]) => [name, digest(value).slice(0, 16)]),
    );
    allFacets.set(digest, definition, facets);
  }
  return facets;
}

/** null: the builder runs nothing for the step. */
export function definitionOf(
  step: Step,
  stage: Stage,
  graph: BuildGraph,
  shape: InputShape,
  digest: Digest,
): Definition | null {
  return definitions[graph.definition.builder](step, digest, shape, stage, graph);
}

/** True where a definition of the same step is the same on these inputs. */
export function isOfShape({ shape }: Definition, other: InputShape): boolean {
  return isSameList(shape, other);
}

const definitions = { buildkit: buildkitDefinition, classic: classicDefinition } as const;

/** null: BuildKit runs nothing for the step. */
function buildkitDefinition(
  step: Step,
  digest: Digest,
  shape: InputShape,
  { platform, unknowns }: Stage,
  graph: BuildGraph,
): Definition | null {
  const { args, flags } = graph.definition;
  const { operation } = step;
  if (operation === null || operation.kind === "pull") return null;
  const dialect = dialectOf(graph);
  // As many as steps are kept: what is kept with each is little.
  return new Definition(digest, shape, () => {
    // COPY --link is a layer of its own in one of the two stores of images, which is not the usual one.
    const mergesLinks = false;
    const setting = { mergesLinks, writesVariables: false, dialect, digest, platform, args };
    const [root = null, ...sources] = shape;
    const places = new Map<SourceReference, Vertex>();
    for (const [at, from] of sourcesOf(step).entries()) places.set(from, sources[at] ?? null);
    const source = (from: SourceReference): Vertex => places.get(from) ?? null;
    const ops = stepOps(step, { root, source, flags }, setting);
    const parts = ops?.own.parts ?? noParts;
    const open = unknowns === null ? null : { step, parts };
    const written = { text: ops?.own.json ?? "", open, parts };
    if (operation.kind !== "copy") return written;
    return { ...written, parts: () => ({ ...parts(), places: placesOf(operation) }) };
  });
}

const noParts = (): Parts => ({});

/** null: the classic builder commits nothing for the step (FROM, ARG before it). */
function classicDefinition(
  step: Step,
  digest: Digest,
  _shape: InputShape,
  { unknowns }: Stage,
): Definition | null {
  if (step.effect === "base") return null;
  const by = (parts: () => Parts): Definition =>
    new Definition(digest, [], () => {
      const { places: _places, ...keyed } = parts();
      const open = unknowns === null ? null : { step, parts: () => keyed };
      return { text: JSON.stringify([step.keyword, keyed]), open, parts };
    });
  const { operation } = step;
  switch (operation?.kind) {
    case "run":
      return by(() => ({
        command: JSON.stringify(operation.argv),
        environment: environmentOf(operation.classicArgs, digest),
      }));
    case "copy":
      return by(() => ({
        destination: operation.destinationText,
        owner: operation.owner,
        places: placesOf(operation),
      }));
    case "makeDirectory":
      return by(() => ({ directory: operation.path }));
    default:
      return by(() => ({ words: JSON.stringify(step.words) }));
  }
}

function environmentOf(args: ClassicArgs | null, digest: Digest): string {
  return args === null ? "" : classicArgsDigest(args, digest);
}

function placesOf({ from, items }: CopyOperation): string {
  const texts = items.map((item) => (item.kind === "paths" ? item.text : item.kind));
  const place = from.kind === "context" ? (from.folder ?? from.kind) : from.kind;
  // What another build leaves is told by its key.
  const isMade = from.kind === "image" && from.image?.built !== undefined;
  const shown = isMade ? [from.kind, from.reference] : from;
  return JSON.stringify([from.kind === "image" ? shown : place, texts]);
}
