/**
 * What a builder takes of a cache that was exported: the records of it are looked up as the solver
 * does, by digests alone. Sources: BuildKit, solver/edge.go, solver/cachemanager.go,
 * cache/remotecache/v1/chains.go.
 */
import type { Platform } from "../../build/platform.js";
import type { BuildGraph, Step } from "../../graph/graph.js";
import type { Digest } from "../../host.js";
import type { BaseImage } from "../../image/baseImage.js";
import { addTo } from "../../text/grouped.js";
import { isForcedByOption } from "../forced.js";
import type { Lack } from "../prediction.js";
import { type OpenInput, wholeCommit } from "../stepInput.js";
import type { StepContents } from "./contents.js";
import type { Download } from "./copyOps.js";
import {
  downloads,
  type ExactKey,
  imageVertices,
  type KeyedInput,
  type KeyedOp,
} from "./exactKeys.js";
import type { ExportedCache } from "./exportedCache.js";
import { filled, goJson } from "./goJson.js";
import type { ExactInput } from "./op.js";
import { type ExportForecast, forecastKey, type StepForecast } from "./stepForecast.js";

export interface ForecastInput {
  readonly graph: BuildGraph;
  readonly keys: ReadonlyMap<Step, ExactKey>;
  readonly contents: StepContents;
  readonly digest: Digest;
}

/**
 * Costs O(records + steps): a step is looked for above the records that the one below it is.
 * @returns null: an export that nobody made takes more than `mostTried`
 */
export function forecastExport(
  { records }: ExportedCache,
  { graph, keys, contents, digest }: ForecastInput,
): ExportForecast | null {
  const search = new Search(records, graph, digest);
  const placed: Placed[] = [];
  for (const stage of graph.stages) {
    if (!stage.isBuilt) continue;
    for (const [nth, step] of stage.steps.entries()) {
      const key = keys.get(step);
      if (key === undefined) continue;
      const known = contents.get(step) ?? [];
      const isForced = isForcedByOption(step, stage, graph);
      const ops = key.ops.map((op) => search.find(op, key, known, isForced));
      // What stands before its own is no step to anybody.
      const own = key.ops.findLastIndex(({ digest: one }) => one === key.digest);
      placed.push({ key: forecastKey(stage.index, nth), isComplete: key.isComplete, ops, own });
    }
  }
  if (search.isSpent) return null;
  const last = graph.target === null ? null : endOf(graph, keys, graph.target.index);
  return new Map(resolve(placed, last).map((one) => [one.key, one.forecast]));
}

/** The vertex that a stage ends with; null: no record is made for any of its steps. */
function endOf(
  { stages }: BuildGraph,
  keys: ReadonlyMap<Step, ExactKey>,
  index: number,
): string | null {
  for (let stage = stages[index]; stage !== undefined; ) {
    const last = stage.steps.flatMap((step) => keys.get(step)?.ops.at(-1) ?? []).at(-1);
    if (last !== undefined) return last.vertex;
    stage = stage.base.kind === "stage" ? stages[stage.base.index] : undefined;
  }
  return null;
}

/** The records that a vertex is for certain, and those that it may turn out to be. */
interface Place {
  readonly sure: ReadonlySet<number>;
  readonly maybe: ReadonlySet<number>;
  /** What decides; empty: what it is made of. */
  readonly open: readonly OpenInput[];
}

const nowhere: Place = { sure: new Set(), maybe: new Set(), open: [] };

interface FoundOp extends Place {
  readonly op: KeyedOp;
  readonly isKept: boolean;
  readonly mayBeKept: boolean;
  readonly lacks: Lack;
  /** The inputs whose own record is not what it is found by: their results are asked for. */
  readonly asksFor: readonly string[];
}

interface Placed {
  readonly key: string;
  readonly isComplete: boolean;
  readonly ops: readonly FoundOp[];
  /** The place of the one that is the step. */
  readonly own: number;
}

/** How an input is what a record stands on: by its own record, or by its content. */
type Fit = { readonly kind: "yes" | "maybe"; readonly by: "record" | "content" } | null;

/** Links of records that are held against the inputs of steps: a second of work. */
const mostTried = 5_000_000;

/** So few records of one digest are gone through, whatever they stand on. */
const few = 20;

/** The places of records by what they are looked up by. */
interface RecordIndex {
  readonly byDigest: ReadonlyMap<string, readonly number[]>;
  /** Of images, contents and what else has no inputs. */
  readonly leaves: ReadonlySet<number>;
  /** By record: those whose first input it may be; null: nobody has asked yet. */
  standing: ReadonlyMap<number, readonly number[]> | null;
}

/** Of a cache that stays what it is while a file is edited. */
const indexes = new WeakMap<ExportedCache["records"], RecordIndex>();

function indexOf(records: ExportedCache["records"]): RecordIndex {
  const known = indexes.get(records);
  if (known !== undefined) return known;
  const byDigest = new Map<string, number[]>();
  const leaves = new Set<number>();
  for (const [at, record] of records.entries()) {
    addTo(byDigest, record.digest, at);
    if (record.inputs.length === 0) leaves.add(at);
  }
  const made: RecordIndex = { byDigest, leaves, standing: null };
  indexes.set(records, made);
  return made;
}

class Search {
  #tried = 0;
  readonly #records: ExportedCache["records"];
  readonly #index: RecordIndex;
  readonly #places = new Map<string, Place>();

  constructor(records: ExportedCache["records"], graph: BuildGraph, digest: Digest) {
    this.#records = records;
    this.#index = indexOf(records);
    const { leaves } = this.#index;
    for (const [vertex, { reference, platform, image }] of imageVertices(graph)) {
      const known = image === null || image.built !== undefined ? null : image;
      if (known === null) {
        const open: OpenInput = { kind: "image", reference };
        this.#places.set(vertex, { sure: new Set(), maybe: leaves, open: [open] });
        continue;
      }
      this.#set(vertex, imageRecords(known, filledPlatform(platform), digest));
    }
    for (const [vertex, item] of downloads(graph)) {
      const own = downloadRecord(item, digest);
      if (own !== null) this.#set(vertex, [own]);
      else {
        const open: OpenInput = { kind: "remote", url: item.url };
        this.#places.set(vertex, { sure: new Set(), maybe: leaves, open: [open] });
      }
    }
  }

  #set(vertex: string, digests: readonly string[]): void {
    const sure = new Set(digests.flatMap((one) => this.#index.byDigest.get(one) ?? []));
    this.#places.set(vertex, { ...nowhere, sure });
  }

  /** True: it was given up, and what it found is not all. */
  get isSpent(): boolean {
    return this.#tried > mostTried;
  }

  /** Records that an op may be: of many alike those that stand on what it stands on. */
  #candidates({ digest, inputs: [first] }: KeyedOp): readonly number[] {
    const alike = this.#index.byDigest.get(digest) ?? [];
    if (first === undefined || first.content !== null || alike.length <= few) return alike;
    const { sure, maybe } = this.#places.get(first.vertex) ?? nowhere;
    this.#tried += sure.size + maybe.size;
    if (this.isSpent || sure.size + maybe.size > alike.length) return alike;
    this.#index.standing ??= standingOn(this.#records);
    const found = new Set<number>();
    for (const places of [sure, maybe])
      for (const below of places)
        for (const at of this.#index.standing.get(below) ?? []) {
          this.#tried++;
          if (this.#records[at]?.digest === digest) found.add(at);
        }
    return [...found].sort((a, b) => a - b);
  }

  /** @param isForced what runs whatever there is, is nowhere to whatever stands on it */
  find(
    op: KeyedOp,
    key: ExactKey,
    contents: readonly (string | null)[],
    isForced: boolean,
  ): FoundOp {
    const sure = new Set<number>();
    const maybe = new Set<number>();
    const candidates = isForced ? [] : this.#candidates(op);
    let asksFor: readonly string[] | null = null;
    /** How many of its inputs, in their order, the best of them has. */
    let best = !isForced && this.#hasAlike(op) ? 0 : -1;
    for (const at of candidates) {
      if (this.isSpent) break;
      const { inputs = [] } = this.#records[at] ?? {};
      if (inputs.length !== op.inputs.length) continue;
      const fits = op.inputs.map((input, i) =>
        this.#fitOf(
          input,
          inputs[i] ?? [],
          input.content === null ? undefined : contents[input.content],
        ),
      );
      const missing = fits.indexOf(null);
      best = Math.max(best, missing === -1 ? fits.length : missing);
      if (missing !== -1) continue;
      if (fits.some((fit) => fit?.kind === "maybe")) {
        maybe.add(at);
        continue;
      }
      sure.add(at);
      const asked = op.inputs.flatMap(({ vertex }, i) =>
        fits[i]?.by === "content" ? [vertex] : [],
      );
      if (asksFor === null || asked.length < asksFor.length) asksFor = asked;
    }
    const place: Place = {
      sure,
      maybe,
      open: sure.size > 0 ? [] : this.#openOf(op, key, contents),
    };
    this.#places.set(op.vertex, place);
    const isKept = (at: number): boolean => this.#records[at]?.isKept === true;
    return {
      ...place,
      op,
      isKept: [...sure].some(isKept),
      mayBeKept: [...maybe].some(isKept),
      lacks: sure.size > 0 ? "result" : best < 0 ? "step" : lackOf(op.inputs[best]),
      asksFor: asksFor ?? [],
    };
  }

  /** True: some record is of its digest and has as many inputs. */
  #hasAlike({ digest, inputs }: KeyedOp): boolean {
    const alike = this.#index.byDigest.get(digest) ?? [];
    return alike.some((at) => {
      this.#tried++;
      return this.#records[at]?.inputs.length === inputs.length;
    });
  }

  /** @param content undefined: it is not looked up by it; null: only a build can tell it */
  #fitOf(
    { vertex, selector }: KeyedInput,
    links: ExportedCache["records"][number]["inputs"][number],
    content: string | null | undefined,
  ): Fit {
    // Files that a client sends are known by their content alone.
    const place = this.#places.get(vertex) ?? nowhere;
    let found: Fit = null;
    for (const link of links) {
      this.#tried++;
      if (link.selector === selector && place.sure.has(link.record))
        return { kind: "yes", by: "record" };
      const isContent = content !== undefined && link.selector === null;
      if (isContent && content !== null && this.#records[link.record]?.digest === content)
        found = { kind: "yes", by: "content" };
      const mayBe =
        (link.selector === selector && place.maybe.has(link.record)) ||
        (isContent && content === null && this.#index.leaves.has(link.record));
      if (mayBe) found ??= { kind: "maybe", by: "record" };
    }
    return found;
  }

  #openOf(op: KeyedOp, key: ExactKey, contents: readonly (string | null)[]): readonly OpenInput[] {
    return op.inputs.flatMap((input) => {
      const place = this.#places.get(input.vertex);
      const own = place === undefined || place.sure.size > 0 ? [] : place.open;
      if (own.length > 0) return own;
      const isOpen = input.content !== null && contents[input.content] === null;
      const content = input.content === null ? undefined : key.contents[input.content];
      return isOpen && content !== undefined ? openContent(content) : [];
    });
  }
}

function standingOn(records: ExportedCache["records"]): ReadonlyMap<number, readonly number[]> {
  const standing = new Map<number, number[]>();
  for (const [at, { inputs }] of records.entries())
    for (const { record } of inputs[0] ?? []) addTo(standing, record, at);
  return standing;
}

function openContent(content: ExactInput): readonly OpenInput[] {
  if (content.kind !== "paths") return [];
  switch (content.from.kind) {
    case "stage":
      return [{ kind: "stage", stage: content.from.index }];
    case "image":
      return [{ kind: "image", reference: content.from.reference }];
    case "context":
      return [{ kind: "size" }];
    case "scratch":
      return [];
  }
}

function lackOf(input: KeyedInput | undefined): Lack {
  if (input?.vertex.startsWith("image:") === true) return "base";
  return input?.vertex.startsWith("context:") === true ? "files" : "below";
}

/** Whether an op is run; `maybe`: nobody can tell. */
type Runs = "yes" | "no" | "maybe";

/** From the last step on: what is not asked for need not be there. */
function resolve(
  placed: readonly Placed[],
  last: string | null,
): readonly { readonly key: string; readonly forecast: StepForecast }[] {
  const asked = new Map<string, Runs>();
  const ask = (vertex: string, how: Runs): void => {
    if (how === "no" || asked.get(vertex) === "yes") return;
    asked.set(vertex, how);
  };
  if (last !== null) ask(last, "yes");
  const found: { readonly key: string; readonly forecast: StepForecast }[] = [];
  for (const { key, isComplete, ops, own: ownAt } of [...placed].reverse()) {
    const runs: Runs[] = [];
    for (const op of [...ops].reverse()) {
      const isAsked = asked.get(op.op.vertex) ?? "no";
      const own = isComplete ? runsOf(op, isAsked) : unsure(runsOf(op, isAsked));
      runs.push(own);
      // What is found by the content of an input still needs that; what runs needs them all.
      const isFound = own === "no";
      const results = isFound ? op.asksFor : op.op.inputs.map(({ vertex }) => vertex);
      for (const vertex of results) ask(vertex, isFound ? "yes" : own);
    }
    found.push({ key, forecast: forecastOf(ops.slice(ownAt), runs.reverse().slice(ownAt)) });
  }
  return found.reverse();
}

function runsOf({ sure, maybe, isKept, mayBeKept }: FoundOp, isAsked: Runs): Runs {
  if (isKept) return "no";
  if (sure.size > 0) return isAsked;
  if (maybe.size > 0 && (mayBeKept || isAsked !== "yes")) return "maybe";
  return "yes";
}

/** Of a key that lacks something nothing is certain. */
function unsure(runs: Runs): Runs {
  return runs === "no" ? runs : "maybe";
}

function forecastOf(ops: readonly FoundOp[], runs: readonly Runs[]): StepForecast {
  const kind = runs.includes("yes") ? "miss" : runs.includes("maybe") ? "unknown" : "hit";
  const [own] = ops.filter(({ isKept }) => !isKept).slice(-1);
  return {
    kind,
    lacks: kind === "miss" ? (own?.lacks ?? "result") : null,
    open: kind === "unknown" ? ops.flatMap(({ open }) => open) : [],
  };
}

function filledPlatform({ os, architecture, variant }: Platform) {
  return { OS: os, Arch: architecture, ...filled({ Variant: variant }) };
}

/**
 * The records of an image: by what its name leads to, and by its layers. Source: source/containerimage/
 * source.go, `CacheKey` and `cacheKeyFromConfig`.
 */
function imageRecords(
  { origin, layersId }: BaseImage,
  platform: object,
  digest: Digest,
): readonly string[] {
  const named = origin?.digest ?? null;
  const manifest =
    named === null ? [] : [`sha256:${digest(goJson({ Digest: named, ...platform }))}`];
  return [...manifest, layersId].map((one) => sourceRecord(one, digest));
}

/**
 * Of a download that its checksum names, and of a repository at a commit; null: it may be anything. Sources:
 * source/http/source.go `formatCacheKey`, source/git/source.go `shaToCacheKey`.
 */
function downloadRecord(item: Download, digest: Digest): string | null {
  if (item.kind === "git") {
    const commit = wholeCommit(item);
    return commit === null ? null : sourceRecord(commit, digest);
  }
  if (item.checksum === "") return null;
  const { fileName: Filename, checksum: Checksum } = item;
  const written = goJson({ Filename, Perm: 0, UID: 0, GID: 0, Checksum });
  return sourceRecord(`sha256:${digest(written)}`, digest);
}

function sourceRecord(name: string, digest: Digest): string {
  const key = `sha256:${digest(`buildkit.source.v0:${name}`)}`;
  return `sha256:${digest(`${key}@0`)}`;
}
