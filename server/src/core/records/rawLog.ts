/**
 * `--progress rawjson` of `docker build` and of `docker buildx history logs`: one JSON value a line,
 * with the vertexes of which something is new. Source: buildkit, client/graph.go.
 */
import {
  type LoggedOutcome,
  type LoggedVertex,
  type LoggedVertexes,
  linesOf,
  mostNameLength,
  withoutTime,
} from "./plainLog.js";

export function readRawLog(text: string): LoggedVertexes {
  const vertexes = new Map<string, Vertex>();
  for (const line of linesOf(text)) {
    if (!line.includes('"vertexes"')) continue;
    const value = parsed(withoutTime(line).rest);
    const told = isObject(value) ? value["vertexes"] : null;
    for (const one of Array.isArray(told) ? told : []) if (isObject(one)) take(vertexes, one);
  }
  const all = [...vertexes.values()];
  const starts = all.flatMap(({ runs }) => [...runs.keys()]);
  const startedAt = starts.length === 0 ? null : starts.reduce((a, b) => Math.min(a, b));
  return { vertexes: all.map(vertexOf), startedAt };
}

/** All that was told of one vertex. */
interface Vertex {
  readonly name: string;
  isCached: boolean;
  error: string;
  /** It is looked at more than once, and then run: when each began and ended (null: it did not). */
  readonly runs: Map<number, number | null>;
}

function take(vertexes: Map<string, Vertex>, told: Readonly<Record<string, unknown>>): void {
  const { digest, name, started, completed, cached, error } = told;
  if (typeof digest !== "string" || typeof name !== "string") return;
  const vertex = vertexes.get(digest) ?? {
    name: name.slice(0, mostNameLength),
    isCached: false,
    error: "",
    runs: new Map<number, number | null>(),
  };
  vertexes.set(digest, vertex);
  if (cached === true) vertex.isCached = true;
  if (typeof error === "string") vertex.error = error;
  const start = timeOf(started);
  if (start !== null) vertex.runs.set(start, timeOf(completed));
}

function vertexOf({ name, isCached, error, runs }: Vertex): LoggedVertex {
  const outcome = outcomeOf(isCached, error, runs);
  if (outcome !== "ran" && outcome !== "failed") return { name, outcome, seconds: null };
  const spent = [...runs].reduce(
    (sum, [start, end]) => sum + (end === null ? 0 : Math.max(0, end - start)),
    0,
  );
  return { name, outcome, seconds: Math.round(spent / 10) / 100 };
}

function outcomeOf(isCached: boolean, error: string, runs: Vertex["runs"]): LoggedOutcome {
  if (error !== "") return /\bcancell?ed\b/i.test(error) ? "cancelled" : "failed";
  if (isCached) return "cached";
  const ends = [...runs.values()];
  return ends.length > 0 && ends.every((end) => end !== null) ? "ran" : "unfinished";
}

function timeOf(value: unknown): number | null {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
