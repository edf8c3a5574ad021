/** Reads BuildKit's progress (`--progress=rawjson`) and provenance: which line was cached, which ran. */
import type { LineSpan } from "./dockerfileLines.js";
import type { FailureRecord, Outcome, StepRecord } from "./recording.js";

export interface Progress {
  readonly vertexes?: readonly Vertex[];
}

interface Vertex {
  readonly digest: string;
  readonly name?: string;
  /** What it stands on and takes from; absent: nothing. */
  readonly inputs?: readonly string[];
  readonly started?: string;
  readonly completed?: string;
  readonly cached?: boolean;
  readonly error?: string;
}

/** The part of SLSA provenance (`mode=max`) that leads from a vertex to lines of the Dockerfile. */
export interface Provenance {
  readonly buildConfig?: { readonly digestMapping?: Readonly<Record<string, string>> };
  readonly metadata?: {
    readonly "https://mobyproject.org/buildkit@v1#metadata"?: {
      readonly source?: { readonly locations?: Readonly<Record<string, StepLocations>> };
    };
  };
}

interface StepLocations {
  readonly locations?: readonly {
    readonly ranges?: readonly { readonly start?: { readonly line?: number } }[];
  }[];
}

export function isProgress(value: unknown): value is Progress {
  return typeof value === "object" && value !== null;
}

export interface BuildEnd {
  /** null: none, as of a failed build or by an older client; the names of the vertices (`[stage 2/5] RUN …`) lead to the lines then. */
  readonly provenance: Provenance | null;
  readonly hasFailed: boolean;
}

export function buildkitSteps(
  progress: readonly Progress[],
  { provenance, hasFailed }: BuildEnd,
  spans: readonly LineSpan[],
): readonly StepRecord[] {
  const vertices = new Map<string, Vertex>();
  const begun = new Set<string>();
  const starts = new Map<string, Set<string>>();
  for (const { vertexes = [] } of progress) {
    for (const vertex of vertexes) {
      if (vertex.started !== undefined && vertex.completed === undefined) begun.add(vertex.digest);
      if (vertex.started !== undefined)
        starts.set(vertex.digest, (starts.get(vertex.digest) ?? new Set()).add(vertex.started));
      const {
        name = vertex.name,
        error = vertex.error,
        inputs = vertex.inputs,
      } = vertices.get(vertex.digest) ?? {};
      // The last report counts: when another step fails, one that is running is reported as cached first.
      vertices.set(vertex.digest, {
        ...vertex,
        ...(name === undefined ? {} : { name }),
        ...(error === undefined ? {} : { error }),
        ...(inputs === undefined ? {} : { inputs }),
      });
    }
  }
  const byName = namedLines(spans);
  const steps: StepRecord[] = [];
  for (const vertex of vertices.values()) {
    const label = /^\[(?:(\S+) +| +)?(\d+)\/(\d+)\] (ONBUILD )?(\S+)/.exec(vertex.name ?? "");
    if (label === null) continue;
    const [, stage = null, number = "", , onbuild, keyword = ""] = label;
    if (keyword === "FROM") continue;
    // When a build fails, what is under way is reported as cached; whether it was cannot be told.
    const isUnclear =
      hasFailed &&
      vertex.cached === true &&
      (begun.has(vertex.digest) || standsOnFailed(vertex, vertices));
    // What has no inputs is found by its key alone, which is all that is asked of it where a step on it is
    // cached: that is told as a run, but of one start only. One that does run starts twice.
    const isKeyAlone =
      keyword === "WORKDIR" &&
      vertex.inputs === undefined &&
      !begun.has(vertex.digest) &&
      starts.get(vertex.digest)?.size === 1;
    const told = isUnclear ? "not reached" : outcomeOf(vertex);
    const outcome = isKeyAlone && told === "run" ? (hasFailed ? "not reached" : "cached") : told;
    // A download is asked for at every build: whether its ADD is cached is a matter of the copy.
    if (keyword === "ADD" && vertex.inputs === undefined && outcome !== "failed") continue;
    const fromProvenance = provenance === null ? [] : provenanceLines(vertex.digest, provenance);
    const lines =
      fromProvenance.length > 0 ? fromProvenance : [byName(stage, Number(number))].flat();
    for (const line of lines) {
      const span = spans.find((s) => s.line <= line && line <= s.endLine);
      if (span === undefined) continue;
      const isTrigger = onbuild !== undefined || /^(FROM|ONBUILD)$/.test(span.keyword);
      steps.push([span.line, isTrigger ? `ONBUILD ${keyword}` : span.keyword, outcome]);
    }
  }
  return oneEach(steps);
}

/** True where something that it needs has failed: it cannot have been looked up. */
function standsOnFailed({ inputs = [] }: Vertex, vertices: ReadonlyMap<string, Vertex>): boolean {
  return inputs.some((digest) => {
    const input = vertices.get(digest);
    if (input === undefined) return false;
    return (input.error ?? "") !== "" || standsOnFailed(input, vertices);
  });
}

function outcomeOf(vertex: Vertex): Outcome {
  if (vertex.error !== undefined && vertex.error !== "") {
    return /context canceled|skipped/.test(vertex.error) ? "not reached" : "failed";
  }
  if (vertex.cached === true) return "cached";
  return vertex.started === undefined ? "not reached" : "run";
}

function provenanceLines(digest: string, provenance: Provenance): readonly number[] {
  const step = provenance.buildConfig?.digestMapping?.[digest];
  const source = provenance.metadata?.["https://mobyproject.org/buildkit@v1#metadata"]?.source;
  const found = step === undefined ? undefined : source?.locations?.[step];
  return (found?.locations ?? []).flatMap(({ ranges }) => ranges?.[0]?.start?.line ?? []);
}

/** From a stage's label and a step's number to the line, the way the Dockerfile frontend counts. */
function namedLines(
  spans: readonly LineSpan[],
): (stage: string | null, number: number) => readonly number[] {
  const stages: { readonly labels: readonly string[]; readonly steps: number[] }[] = [];
  const names: string[] = [];
  for (const span of spans) {
    if (span.keyword === "FROM") {
      const words = span.rest.split(/\s+/).filter((word) => !word.startsWith("--"));
      const name = /^as$/i.test(words[1] ?? "") ? (words[2] ?? "").toLowerCase() : "";
      const image = words[0] ?? "";
      const isImage = image !== "scratch" && !names.includes(image);
      stages.push({
        labels: [name, `stage-${stages.length}`].filter((label) => label !== ""),
        steps: isImage ? [span.line] : [],
      });
      names.push(name);
    } else if (span.keyword === "WORKDIR" && /^"?\/[/.]*"?$/.test(span.rest)) {
      // Nothing runs for it, and no number is printed.
    } else if (/^(RUN|COPY|ADD|WORKDIR)$/.test(span.keyword)) stages.at(-1)?.steps.push(span.line);
  }
  return (label, number) => {
    const stage = label === null ? stages.at(-1) : stages.findLast((s) => s.labels.includes(label));
    const line = stage?.steps[number - 1];
    return line === undefined ? [] : [line];
  };
}

/** An instruction may have several vertices: it ran when any of them did. */
function oneEach(steps: readonly StepRecord[]): readonly StepRecord[] {
  const rank = { failed: 3, run: 2, "not reached": 1, cached: 0 };
  const merged: StepRecord[] = [];
  for (const step of steps) {
    const [line, keyword, outcome] = step;
    const isTrigger = keyword.startsWith("ONBUILD ");
    const at = isTrigger ? -1 : merged.findIndex(([other]) => other === line);
    const other = merged[at];
    if (other === undefined) merged.push(step);
    else if (rank[outcome] > rank[other[2]]) merged[at] = step;
  }
  return merged.toSorted(([a], [b]) => a - b);
}

/** The line that buildx points at below its message, and the message without what differs each time. */
export function buildkitFailure(
  lines: readonly string[],
  steps: readonly StepRecord[],
): FailureRecord {
  const message = lines.findLast((line) => /^ERROR: /.test(line)) ?? lines.at(-1) ?? "";
  const pointed = lines.flatMap((line) => /^\S*?:(\d+)$/.exec(line)?.[1] ?? [])[0];
  const parse = /line (\d+)/.exec(message)?.[1];
  const failed = steps.find(([, , outcome]) => outcome === "failed")?.[0] ?? null;
  return {
    line: pointed !== undefined ? Number(pointed) : parse !== undefined ? Number(parse) : failed,
    message: steadyMessage(
      message.replace(/^ERROR: failed to (build|solve): (failed to solve: )?/, ""),
    ),
  };
}

export function steadyMessage(message: string): string {
  return message
    .replaceAll(/[0-9a-z-]{25,36}::[0-9a-z]{25}/g, "REF")
    .replaceAll(/sha256:[0-9a-f]{64}/g, "DIGEST")
    .replaceAll(/(Get|Head) "http.*$/g, "the registry cannot be reached")
    .replaceAll(/dial tcp.*$/g, "the registry cannot be reached")
    .replaceAll(/\/overlay2\/[0-9a-z]+\/merged\//g, "/")
    .replaceAll(/\/[^ "']*stratacast-[^ "']*?\/(context-\w+|data)\/?/g, "/")
    .trim();
}
