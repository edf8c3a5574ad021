/** Predicts against caches that were exported, beside what the builder has itself. */
import { forecastPlatforms, joinedAnswer } from "../core/analysis/platforms.js";
import type { Answer } from "../core/analysis/snapshot.js";
import { rulesOf } from "../core/build/builderRules.js";
import { type BuilderVersion, parseBuilderVersion } from "../core/build/builderVersion.js";
import { importedCaches } from "../core/build/definition.js";
import type { Platform } from "../core/build/platform.js";
import { exactKeys } from "../core/cache/exact/exactKeys.js";
import { united } from "../core/cache/exact/exportedCache.js";
import { forecastExport } from "../core/cache/exact/exportForecast.js";
import { neededImages } from "../core/graph/images.js";
import { listedAll } from "../core/text/lists.js";
import { printable } from "../core/text/surfaces.js";
import { exactContents } from "../host/exactContents.js";
import { type CacheArguments, readCacheFrom, readCaches } from "./caches.js";
import type { CliIo } from "./command.js";
import { type CliProject, predictProject } from "./project.js";
import type { ResolveArguments } from "./resolve.js";
import { UsageError } from "./usageError.js";

/** Errors: `UsageError`, also for what has no exported cache to be compared with. */
export async function predictAgainstCaches(
  project: CliProject,
  args: CacheArguments & ResolveArguments,
  io: CliIo,
): Promise<Answer> {
  const { definition } = project;
  const [first, ...others] = forecastPlatforms(definition);
  // What is said of one platform is said of the next in the same words.
  const said = new Set<string>();
  const once: CliIo = {
    ...io,
    error: (line) => {
      if (!said.has(line)) io.error(line);
      said.add(line);
    },
  };
  const of = (platform: Platform): Promise<Answer> =>
    predictOne({ ...project, definition: { ...definition, platforms: [platform] } }, args, once);
  if (others.length === 0) return of(first);
  const answers: [Answer, ...Answer[]] = [await of(first)];
  for (const platform of others) answers.push(await of(platform));
  return joinedAnswer(answers);
}

/** A forecast from an exported cache is one for the steps of one platform. */
async function predictOne(
  project: CliProject,
  args: CacheArguments & ResolveArguments,
  io: CliIo,
): Promise<Answer> {
  const { definition } = project;
  const { against } = args;
  if (against.kind !== "last" && against.kind !== "recorded" && against.kind !== "empty")
    throw new UsageError("an exported cache goes with last, recorded or empty");
  if (!rulesOf(definition.builder).exportsCache)
    throw new UsageError("only BuildKit exports caches that can be compared with");
  const [platform] = definition.platforms;
  const { cacheFrom = [] } = definition;
  if (args.takesImported && cacheFrom.length === 0)
    throw new UsageError(
      "--against cache: the build names no cache that it imports (cache-from); --build takes one that a file defines",
    );
  const { words: imported, total } = importedCaches(args.takesImported ? definition : {});
  if (imported.length < total)
    io.error(
      `stratacast simulate: of ${total} caches that the build imports the first ${imported.length} are looked at`,
    );
  const caches = [...args.caches, ...imported.map((words) => readCacheFrom(words, io.cwd))];
  const read = await readCaches(caches, platform, args, io);
  if (args.takesImported && read.length === 0)
    throw new UsageError("--against cache: no cache that the build imports can be looked at");
  const answer = await predictProject(project, against, io);
  if (read.length === 0) return answer;
  const { graph, input } = answer.analysis;
  const unknown = neededImages(graph).filter(({ image }) => image === null);
  if (unknown.length > 0) {
    const names = printable(listedAll(unknown.map(({ reference }) => reference)));
    const how = args.resolve === "off" ? ": --resolve registry or engine looks it up" : "";
    io.error(
      `stratacast simulate: what ${names} is is not known, and so not what is cached on it${how}`,
    );
  }
  const { sha256: digest } = input;
  const cache = united(read.map((one) => one.cache));
  const keys = exactKeys(graph, digest);
  const there = new Set(cache.records.map((record) => record.digest));
  const lacking: CountLacking = (some) =>
    [...some.values()].filter((key) => !there.has(key.digest)).length;
  const other = definition.builderVersion.isGiven
    ? null
    : await likelierVersion(project, lacking, lacking(keys), io);
  if (other !== null)
    io.error(
      `stratacast simulate: the cache seems to be of BuildKit ${other.text}, which writes keys otherwise than ${definition.builderVersion.text}: --builder-version says which version the builder has`,
    );
  const forecast = forecastExport(cache, {
    graph,
    digest,
    keys,
    contents: await exactContents(answer.analysis, args.asCheckout),
  });
  const label = read.map(({ words }) => words).join(", ");
  if (forecast === null)
    throw new UsageError(`${label}: holds more records of the same steps than are looked through`);
  return predictProject(project, { kind: "export", forecast, label, own: against }, io);
}

/** One version of BuildKit for each way in which keys are written: see `dialect.ts`. */
const ways = ["0.13", "0.15", "0.16", "0.20", "0.24", "0.25", "0.26"];

/** How many of the steps are not in a cache, by these keys of theirs. */
type CountLacking = (keys: ReturnType<typeof exactKeys>) => number;

/**
 * A version by whose keys more of the steps are in a cache; null: there is none.
 * @param own how many are not in it as the build writes them
 */
async function likelierVersion(
  project: CliProject,
  lacking: CountLacking,
  own: number,
  io: CliIo,
): Promise<BuilderVersion | null> {
  let [best, least]: [BuilderVersion | null, number] = [null, own];
  for (const way of ways) {
    const builderVersion = parseBuilderVersion(way);
    if (least === 0 || builderVersion === null) break;
    const definition = { ...project.definition, builderVersion };
    const { analysis } = await predictProject({ ...project, definition }, { kind: "empty" }, io);
    const left = lacking(exactKeys(analysis.graph, analysis.input.sha256));
    if (left < least) [best, least] = [builderVersion, left];
  }
  return best;
}
