/** Where the time of a program goes, in a few lines. */
import { existsSync, readFileSync } from "node:fs";
import type { Profiler } from "node:inspector";
import { SourceMap } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const shownFunctions = 14;

/** Nothing to do, and the profiler's own beginning and end. */
const notWork: ReadonlySet<string> = new Set(["(idle)", "dispatch"]);

/** @param file of V8's CPU profiler */
export function profileSummary(name: string, file: string): string {
  const profile = JSON.parse(readFileSync(file, "utf8")) as Profiler.Profile; // V8 wrote it
  const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const self = new Map<string, number>();
  let busy = 0;
  let collecting = 0;
  for (const [at, id] of (profile.samples ?? []).entries()) {
    const taken = (profile.timeDeltas?.[at] ?? 0) / 1000;
    const frame = frames.get(id);
    if (frame === undefined || notWork.has(frame.functionName)) continue;
    busy += taken;
    if (frame.functionName === "(garbage collector)") collecting += taken;
    const place = placeOf(frame);
    self.set(place, (self.get(place) ?? 0) + taken);
  }
  const share = (ms: number): string => `${((100 * ms) / busy).toFixed(1).padStart(5)} %`;
  const most = [...self].sort(([, a], [, b]) => b - a).slice(0, shownFunctions);
  return [
    `  ${name}: ${Math.round(busy)} ms of processor, garbage collection ${share(collecting).trim()}`,
    ...most.map(([place, ms]) => `    ${share(ms)}  ${place}`),
  ].join("\n");
}

const maps = new Map<string, SourceMap | null>();

/** The function, and the line of our source that it stands on. */
function placeOf({
  functionName,
  url,
  lineNumber,
  columnNumber,
}: Profiler.Profile["nodes"][0]["callFrame"]): string {
  const name = functionName === "" ? "(anonymous)" : functionName;
  if (!url.startsWith("file:")) return url === "" ? name : `${name} (${url})`;
  const program = fileURLToPath(url);
  let map = maps.get(program);
  if (map === undefined) {
    const beside = `${program}.map`;
    // esbuild wrote it, as such maps are written.
    map = existsSync(beside) ? new SourceMap(JSON.parse(readFileSync(beside, "utf8"))) : null;
    maps.set(program, map);
  }
  const entry = map?.findEntry(lineNumber, columnNumber);
  if (entry === undefined || !("originalSource" in entry))
    return `${name} (${path.basename(program)})`;
  const source = entry.originalSource.replace(/^(\.\.\/)+/, "");
  return `${name} (${source}:${entry.originalLine + 1})`;
}
