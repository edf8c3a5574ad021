/** The words of a cause: a few for a lens, a sentence for everywhere else. */

import type { Cause, ChangedPart, MovedTag, PathChange, Value } from "../cache/prediction.js";
import { type BuildGraph, lineOf } from "../graph/graph.js";
import { shortDigest } from "../image/digests.js";
import type { Setting } from "../instructions/kind.js";
import { listedAll } from "../text/lists.js";
import { say } from "../text/say.js";
import { lackSentence, lackWords } from "./lackWords.js";
import { optionSentence, optionWords } from "./optionWords.js";
import { problemWords } from "./problems.js";
import { stageWords } from "./stageWords.js";

/**
 * A few words: `src/app.ts changed`.
 * @param graph the one that the cause is of: it says where its steps stand
 */
export function causeWords(cause: Cause, graph: BuildGraph): string {
  switch (cause.code) {
    case "never-built":
      return say`never built`;
    case "instruction-added":
      return say`new instruction`;
    case "instruction-changed":
      return say`instruction changed`;
    case "instruction-moved":
      return say`order changed`;
    case "instruction-removed":
      return say`${cause.removed.keyword} above removed`;
    case "context-content-changed":
      return pathWords(cause.changes);
    case "base-changed":
      return cause.moved === undefined
        ? say`base image changed`
        : say`${cause.moved.reference} moved`;
    case "base-rebuilds":
      return cause.why === null
        ? say`${cause.image.name} was built anew`
        : say`${cause.image.name} rebuilds: ${reasonWords(cause.why)}`;
    case "value-changed":
      return valueWords(cause.changed);
    case "no-cache":
    case "option-changed":
      return optionWords(cause);
    case "never-found":
      return say`never found in the cache`;
    case "stage-files-changed":
      return say`files of ${stageWords(cause.stage)} change`;
    case "earlier-step":
      return say`line ${lineOf(graph, cause.at) ?? 0} rebuilds`;
    case "record-gone":
      return say`no earlier result`;
    case "not-exported":
      return lackWords(cause.lacks);
    case "cut-short":
      return say`the build before failed`;
    case "stage-output-unknown":
      return outputWords(cause, lineOf(graph, cause.at));
    case "remote-unknown":
      return say`depends on a download`;
    case "base-variable-unknown":
      return cause.names.length === 0
        ? say`turns on the base image`
        : say`turns on the base image's ${listedAll(cause.names)}`;
    case "base-perhaps-changed":
      return say`turns on which image ${cause.reference} is`;
    case "files-pending":
      return say`reading files`;
    case "files-made-before":
      return say`files are made before the build`;
    case "files-perhaps-sent":
      return say`a change may not be noticed`;
    case "name-unknown":
      return say`a file's name is no text`;
    case "file-too-large":
      return say`a file is too large to be read`;
    case "build-fails":
      return say`fails`;
  }
}

/**
 * A full sentence.
 * @param graph the one that the cause is of: it says where its steps stand
 */
export function causeSentence(cause: Cause, graph: BuildGraph): string {
  const line = lineOf(graph, cause.at);
  switch (cause.code) {
    case "never-built":
      return cause.isFirstBuild
        ? say`This Dockerfile has not been built before.`
        : say`The build before did not have this stage, or did not need it.`;
    case "instruction-added":
      return say`The instruction is new: the build before did not have it.`;
    case "instruction-changed":
      return cause.parts.length === 0
        ? say`The instruction itself changed.`
        : say`The instruction itself changed: ${listedAll(cause.parts.map(partWords))}.`;
    case "instruction-moved":
      return say`Instructions changed places: it stands on another step than before.`;
    case "instruction-removed":
      return say`The ${cause.removed.keyword} that it stood on is gone (line ${cause.removed.line} of that build).`;
    case "context-content-changed":
      return say`${pathClauses(cause.changes)}.`;
    case "base-changed":
      if (cause.moved !== undefined) return movedSentence(cause.moved);
      return cause.changed === "image"
        ? say`The stage starts from another image than before.`
        : say`The base image sets other variables than before.`;
    case "base-rebuilds":
      return builtSentence(cause);
    case "value-changed":
      return valueSentence(cause.changed, line, graph);
    case "no-cache":
    case "option-changed":
      return optionSentence(cause);
    case "never-found":
      return cause.why === "healthcheck"
        ? say`The classic builder never finds it in its cache: it leaves out options that an earlier HEALTHCHECK sets.`
        : say`The classic builder never finds it in its cache: the Dockerfile is not in the context, and so the ignore file that is copied is another one at every build.`;
    case "stage-files-changed":
      return cause.changes.length === 0
        ? say`The files that it takes from ${stageWords(cause.stage)} change, because line ${line ?? 0} rebuilds.`
        : say`The files that it takes from ${stageWords(cause.stage)} change, because line ${line ?? 0} rebuilds: ${pathClauses(cause.changes)}.`;
    case "earlier-step":
      return say`It is stacked on line ${line ?? 0} (${cause.keyword}), which rebuilds.`;
    case "record-gone":
      return say`No earlier build ran it on what the lines above give now.`;
    case "not-exported":
      return lackSentence(cause.lacks);
    case "cut-short":
      return cutShortSentence(cause);
    case "stage-output-unknown":
      return outputSentence(cause, line, graph);
    case "remote-unknown":
      return say`It turns on what the server answers for ${cause.url}: the builder asks at every build.`;
    case "base-variable-unknown":
      if (cause.names.length === 0)
        return say`What it comes to turns on what the base image sets, which is not known: if that is what it came to before, it stays cached.`;
      return say`Which files it takes turns on ${listedAll(cause.names)}, which only the base image can tell, and not all that it may take is as it was.`;
    case "base-perhaps-changed":
      return say`The stage starts from ${cause.reference}, which had another name before: if both lead to the same image, it stays cached, and which images they lead to is not known.`;
    case "files-pending":
      return say`The files that it takes are being read.`;
    case "files-made-before":
      return say`It takes files that are not here: they are made before the build, and what is in them is not known.`;
    case "files-perhaps-sent":
      return say`It takes a file that changed and has its old size and time: BuildKit notices that only if a RUN of the build before has mounted the context to write in it.`;
    case "name-unknown":
      return say`It takes a file whose name is no text in UTF-8: what a builder makes of that is not known.`;
    case "file-too-large":
      return say`It takes a file that is too large to be read here: whether its content is another one is not known.`;
    case "build-fails":
      return cause.problem === null
        ? say`The stage that it takes files from cannot be built.`
        : problemWords(cause.problem);
  }
}

function partWords(part: ChangedPart): string {
  switch (part) {
    case "command":
      return say`its command`;
    case "sources":
      return say`its sources`;
    case "destination":
      return say`its destination`;
    case "owner":
      return "--chown";
    case "mode":
      return "--chmod";
    case "mounts":
      return "--mount";
    case "network":
      return "--network";
    case "security":
      return "--security";
  }
}

function cutShortSentence({ failure, added }: Extract<Cause, { code: "cut-short" }>): string {
  if (failure === null)
    return say`A build that failed may have cancelled it: only if it had come to its end by then, it is cached.`;
  const { line, keyword } = failure;
  const sentence = say`The build before failed at line ${line} (${keyword}) and may have cancelled it: only if it had come to its end by then, it is cached.`;
  if (added.length === 0) return sentence;
  return `${sentence} ${say`What was missing there was added: ${listedAll(added)}.`}`;
}

type BaseRebuilds = Extract<Cause, { code: "base-rebuilds" }>;

/** Why another build rebuilds. Of a chain of them the next one and the lowest are named. */
function reasonWords(why: NonNullable<BaseRebuilds["why"]>): string {
  const { cause, graph } = why;
  if (cause.code !== "base-rebuilds" || cause.why === null) return causeWords(cause, graph);
  let last = cause;
  for (let next = cause.why; next.cause.code === "base-rebuilds" && next.cause.why !== null; ) {
    last = next.cause;
    next = next.cause.why;
  }
  if (last === cause) return causeWords(cause, graph);
  return say`${cause.image.name} rebuilds: ${`… ${causeWords(last, graph)}`}`;
}

function builtSentence({ at, image, reference, why }: BaseRebuilds): string {
  const { name } = image;
  const isBase = at.nth === 0;
  if (why === null)
    return isBase
      ? say`It stands on ${reference}, which ${name} has built anew since.`
      : say`It takes files of ${reference}, which ${name} has built anew since.`;
  const reason = reasonWords(why);
  if (!isBase)
    return say`It takes files of ${reference}, which ${name} builds and which may come out anew: ${reason}. Only if they are equal to those of before it stays cached.`;
  return image.by === "linked" && image.fate === "rebuilds"
    ? say`It stands on ${name}, which rebuilds: ${reason}.`
    : say`It stands on ${reference}, which ${name} builds and which may come out anew: ${reason}. Only if its files are equal to those of before it stays cached.`;
}

function movedSentence({ reference, before, now }: MovedTag): string {
  return say`${reference} leads to another image than before: then ${shortDigest(before)}, now ${shortDigest(now)}.`;
}

/** True of what every step would say: who shows the build says it once. */
export function isOfEveryStep(cause: Cause): boolean {
  return cause.code === "never-built" && cause.isFirstBuild;
}

/** True where the few words leave nothing for the sentence to add. */
export function saysAll(cause: Cause): boolean {
  if (cause.code === "earlier-step" || isOfEveryStep(cause)) return true;
  if (cause.code !== "context-content-changed") return false;
  const [first, ...others] = cause.changes;
  return first !== undefined && others.length === 0 && first.path.length <= shownPath;
}

/** For a lens: `src/app.ts changed`, `src/app.ts and 3 more changed`. */
function pathWords(changes: readonly PathChange[]): string {
  const [first] = changes;
  if (first === undefined) return "";
  const isAlike = changes.every(({ how }) => how === first.how);
  const path = shorten(first.path);
  const more = changes.length - 1;
  switch (isAlike ? first.how : "changed") {
    case "changed":
      return more === 0 ? say`${path} changed` : say`${path} and ${more} more changed`;
    case "added":
      return more === 0 ? say`${path} added` : say`${path} and ${more} more added`;
    case "removed":
      return more === 0 ? say`${path} removed` : say`${path} and ${more} more removed`;
    case "hidden":
      return more === 0
        ? say`${path} hidden by the ignore file`
        : say`${path} and ${more} more hidden by the ignore file`;
    case "mode":
      return more === 0
        ? say`${path} has another mode`
        : say`${path} and ${more} more have another mode`;
  }
}

/** Of a longer path a lens shows the end, which tells files apart. */
const shownPath = 48;

function shorten(path: string): string {
  return path.length > shownPath ? `…${path.slice(1 - shownPath)}` : path;
}

/** How many files a sentence names before it counts. */
const namedFiles = 5;

/** For a sentence: `src/a.ts changed, src/b.ts was added and 7 more changed`. Folders are counted with the files. */
function pathClauses(changes: readonly PathChange[]): string {
  const clauses = changes.slice(0, namedFiles).map(pathClause);
  const more = changes.length - clauses.length;
  if (more > 0) clauses.push(say`${more} more changed`);
  return listedAll(clauses);
}

function pathClause({ path, how }: PathChange): string {
  switch (how) {
    case "changed":
      return say`${path} changed`;
    case "added":
      return say`${path} was added`;
    case "removed":
      return say`${path} was removed`;
    case "hidden":
      return say`${path} is hidden by the ignore file now`;
    case "mode":
      return say`${path} has another mode`;
  }
}

function valueWords(value: Value): string {
  switch (value.kind) {
    case "order":
      return say`order of ENV changed`;
    case "setting":
      return settingWords[value.setting]();
    case "variable":
      switch (value.how) {
        case "changed":
          return say`${value.name} changed`;
        case "added":
          return say`${value.name} added`;
        case "removed":
          return say`${value.name} removed`;
      }
  }
}

const settingWords: Readonly<Record<Setting, () => string>> = {
  directory: () => say`working directory changed`,
  user: () => say`user changed`,
  shell: () => say`shell changed`,
  platform: () => say`platform changed`,
};

function valueSentence(value: Value, line: number | null, graph: BuildGraph): string {
  switch (value.kind) {
    case "order":
      return say`The variables are set in another order: a RUN's key has them in their order.`;
    case "setting":
      return line === null
        ? settingSentences[value.setting]()
        : placedSettingSentences[value.setting](line);
    case "variable":
      return variableSentence(value, lineOf(graph, value.setIn));
  }
}

const settingSentences: Readonly<Record<Setting, () => string>> = {
  directory: () => say`The working directory of the step changed.`,
  user: () => say`The user of the step changed.`,
  shell: () => say`The shell of the step changed.`,
  platform: () => say`The platform of the step changed.`,
};

const placedSettingSentences: Readonly<Record<Setting, (line: number) => string>> = {
  directory: (line) => say`The working directory of the step changed (line ${line}).`,
  user: (line) => say`The user of the step changed (line ${line}).`,
  shell: (line) => say`The shell of the step changed (line ${line}).`,
  platform: (line) => say`The platform of the step changed (line ${line}).`,
};

function variableSentence(
  { name, how }: Extract<Value, { kind: "variable" }>,
  setIn: number | null,
): string {
  switch (how) {
    case "changed":
      return setIn === null
        ? say`The value of ${name} changed.`
        : say`The value of ${name} changed (line ${setIn}).`;
    case "added":
      return setIn === null ? say`${name} is set now.` : say`${name} is set now (line ${setIn}).`;
    case "removed":
      return say`${name} is not set any more.`;
  }
}

type OutputUnknown = Extract<Cause, { code: "stage-output-unknown" }>;

function outputWords({ from }: OutputUnknown, line: number | null): string {
  switch (from.kind) {
    case "image":
      return say`depends on ${from.reference}`;
    case "build":
      return say`depends on files of an earlier build`;
    case "stage":
      return line === null
        ? say`depends on ${stageWords(from.stage)}`
        : say`depends on line ${line}`;
    case "step":
      return line === null ? say`depends on an earlier step` : say`depends on line ${line}`;
  }
}

function outputSentence({ from }: OutputUnknown, line: number | null, graph: BuildGraph): string {
  switch (from.kind) {
    case "image":
      return say`It turns on the files that ${from.reference} holds: if they are equal to those of an earlier build, this step stays cached.`;
    case "build":
      return say`It turns on files that only an earlier build has seen: if they are equal to these, this step stays cached.`;
    case "step": {
      const below = lineOf(graph, from.below);
      return below === null
        ? say`It stays cached if an earlier step does.`
        : say`It stays cached if line ${below} does.`;
    }
    case "stage": {
      const stage = stageWords(from.stage);
      return line === null
        ? say`It turns on the files that ${stage} produces: if they come out equal, this step stays cached.`
        : say`It turns on the files that ${stage} produces when line ${line} rebuilds: if they come out equal, this step stays cached.`;
    }
  }
}
