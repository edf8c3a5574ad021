/**
 * `docker build --progress plain`, line by line: `#12 [build 4/9] RUN …`, then `#12 CACHED`,
 * `#12 DONE 1.2s`, `#12 ERROR: …`, `#12 CANCELED`. Source: buildkit, util/progress/progressui/printer.go.
 */

/**
 * `unfinished`: the log ends before it; `cancelled`: another step failed, or somebody broke the build
 * off, and what it had left is not in the cache.
 */
export type LoggedOutcome = "cached" | "ran" | "failed" | "cancelled" | "unfinished";

/** One thing that the builder did. */
export interface LoggedVertex {
  readonly name: string;
  readonly outcome: LoggedOutcome;
  /** How long it ran; null: it did not, or the log does not say. */
  readonly seconds: number | null;
}

export interface LoggedVertexes {
  readonly vertexes: readonly LoggedVertex[];
  /** Milliseconds since the epoch; null: there are no times. */
  readonly startedAt: number | null;
}

/** A name that is longer is cut: what tells a step apart stands at its beginning. */
export const mostNameLength = 10_000;

export function readPlainLog(text: string): LoggedVertexes {
  const vertexes = new Map<string, LoggedVertex>();
  let startedAt: number | null = null;
  for (const line of linesOf(text)) {
    const { time, rest } = withoutTime(line);
    const [, id, said = ""] = /^#(\d{1,9}) (.*)$/s.exec(rest) ?? [];
    if (id === undefined) continue;
    startedAt ??= time;
    const vertex = vertexes.get(id);
    // The first that is said of one is its name; it is said again where the log comes back to it.
    if (vertex === undefined) {
      const name = said.slice(0, mostNameLength);
      if (/^sha256:[0-9a-f]{64}$/.test(said)) continue;
      vertexes.set(id, { name, outcome: "unfinished", seconds: null });
      continue;
    }
    const end = endOf(said);
    if (end !== null) vertexes.set(id, { ...vertex, ...end });
  }
  return { vertexes: [...vertexes.values()], startedAt };
}

function endOf(said: string): Pick<LoggedVertex, "outcome" | "seconds"> | null {
  if (said === "CACHED") return { outcome: "cached", seconds: null };
  if (said === "CANCELED") return { outcome: "cancelled", seconds: null };
  if (said.startsWith("ERROR: ")) {
    const isCancelled = /(?:context canceled|: Canceled)\b/i.test(said);
    return { outcome: isCancelled ? "cancelled" : "failed", seconds: null };
  }
  const [, seconds] = /^DONE (\d{1,7}(?:\.\d{1,3})?)s$/.exec(said) ?? [];
  return seconds === undefined ? null : { outcome: "ran", seconds: Number(seconds) };
}

/** Without colours and line ends. A `\r` inside a line is output of a step. */
export function* linesOf(text: string): Iterable<string> {
  for (let from = 0; from < text.length; ) {
    const at = text.indexOf("\n", from);
    const end = at < 0 ? text.length : at;
    yield text.slice(from, end).replace(colours, "").replace(/\r+$/, "");
    from = end + 1;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a colour starts with
const colours = /\x1b\[[0-9;?]*[A-Za-z]/g;

/**
 * A time that a build server puts before each line, and what else it puts there: GitHub writes
 * `2026-08-06T10:11:12.1234567Z `, GitLab `2026-08-06T10:11:12.123456Z 01O `, Jenkins
 * `[2026-08-06T10:11:12.123Z] `; a job's or a service's name may stand before it.
 */
export function withoutTime(line: string): { readonly time: number | null; readonly rest: string } {
  const found =
    /^(?:[^#{]{0,100}?[\t| ])??\[?(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d))\]? (?:\d\d[OE][ +])?/.exec(
      line,
    );
  if (found === null) return { time: null, rest: line };
  const time = Date.parse(found[1] ?? "");
  return { time: Number.isNaN(time) ? null : time, rest: line.slice(found[0].length) };
}
