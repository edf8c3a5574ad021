/** Which build of a Dockerfile the answers speak of, where somebody has said so. */
import { forecastPlatforms, platformCount } from "../analysis/platforms.js";
import { type BuildDefinition, definitionKind, sourceWord } from "../build/definition.js";
import { formatPlatform } from "../build/platform.js";
import { listedAll } from "../text/lists.js";
import { say } from "../text/say.js";
import { count } from "../text/sizes.js";

/**
 * `Build: api (compose.yaml:4), 2 other builds`, with its platforms where there are several; empty: a
 * guess, or the single settings.
 *
 * @param others how many other builds files define for the Dockerfile
 * @param shown the words for an absolute path
 */
export function buildWords(
  definition: BuildDefinition,
  others: number,
  shown: (path: string) => string,
): string {
  const { name, context, foundAt } = definition;
  const where =
    foundAt === null
      ? null
      : foundAt.file === null
        ? say`settings`
        : foundAt.line === null
          ? shown(foundAt.file)
          : `${shown(foundAt.file)}:${foundAt.line}`;
  const meant =
    where !== null
      ? say`Build: ${name ?? foundAt?.name ?? say`unnamed`} (${where})`
      : definitionKind(definition) === "chosen" && context !== null
        ? say`Build: in ${sourceWord(context, shown)}, as chosen`
        : "";
  const platforms = forecastPlatforms(definition).map(formatPlatform);
  const total = platformCount(definition);
  const of =
    platforms.length < total
      ? say`the first ${platforms.length} of ${total} platforms`
      : listedAll(platforms);
  const build = meant === "" || platforms.length === 1 ? meant : say`${meant} for ${of}`;
  if (build === "" || others === 0) return build;
  return say`${build}, ${count(others, "other build")}`;
}
