/** The builds that a Dockerfile can be taken to be of, for a picker. */
import { type BuildDefinition, sourceWord } from "../build/definition.js";
import type { FoundBuild } from "../build/foundBuild.js";
import { type Staleness, stalenessWords } from "../insight/staleness.js";
import { listed } from "../text/lists.js";
import { say } from "../text/say.js";
import { interfaceText } from "../text/surfaces.js";
import { definitionProblemWords } from "../words/definitionProblems.js";

export interface DefinitionChoice {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** Whether the last build of it is up to date, and what is not known of it; empty: nothing to say. */
  readonly detail: string;
  readonly isChosen: boolean;
  /** Where it is defined: an absolute path, and a line from 1; null: nowhere. */
  readonly place: { readonly file: string; readonly line: number } | null;
}

/**
 * @param builds in the order in which they are believed
 * @param chosen null: none is
 * @param shown the words for an absolute path
 * @param stale by the id of a build, where one of it was recorded
 */
export function definitionChoices(
  builds: readonly FoundBuild[],
  chosen: BuildDefinition | null,
  shown: (path: string) => string,
  stale: ReadonlyMap<string, Staleness>,
): readonly DefinitionChoice[] {
  return builds.map((build) => {
    const { id, name, context, target, platforms, foundAt, isEvaluated, problems } = build;
    const where = context === null ? say`no context` : say`in ${sourceWord(context, shown)}`;
    const words = [
      `${shown(foundAt.file)}:${foundAt.line}`,
      where,
      ...(target === null ? [] : [say`target ${target}`]),
      ...(platforms.length < 2 ? [] : [listed(platforms)]),
    ];
    const since = stale.get(id);
    const details = [
      ...(isEvaluated ? [say`as docker evaluates it`] : []),
      ...(since === undefined ? [] : [stalenessWords(since)]),
      ...problems.map(definitionProblemWords),
    ];
    return {
      id,
      label: interfaceText(name),
      description: interfaceText(words.join(" · ")),
      detail: interfaceText(details.join(" · ")),
      isChosen: id === chosen?.id,
      place: { file: foundAt.file, line: foundAt.line },
    };
  });
}
