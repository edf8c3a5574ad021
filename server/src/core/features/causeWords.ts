/** The words of a cause: a few for a lens, a sentence for everywhere else. */
import type { Cause, PathChange, Setting, Value } from "../cache/prediction.js";
import { listedAll } from "../text/lists.js";
import { optionSentence, optionWords } from "./optionWords.js";
import { stageWords } from "./view.js";

/** A few words: `src/app.ts changed`. */
export function causeWords(cause: Cause): string {
  switch (cause.code) {
    case "never-built":
      return "never built";
    case "instruction-added":
      return "new instruction";
    case "instruction-changed":
      return "instruction changed";
    case "instruction-moved":
      return "order changed";
    case "instruction-removed":
      return `${cause.removed.keyword} above removed`;
    case "context-content-changed":
      return pathWords(cause.changes);
    case "base-changed":
      return "base image changed";
    case "value-changed":
      return valueWords(cause.changed);
    case "no-cache":
    case "option-changed":
      return optionWords(cause);
    case "stage-files-changed":
      return `files of ${stageWords(cause.stage)} change`;
    case "earlier-step":
      return `line ${cause.line} rebuilds`;
    case "record-gone":
      return "no earlier result";
    case "stage-output-unknown":
      if (cause.line !== null) return `depends on line ${cause.line}`;
      return cause.from.kind === "stage"
        ? `depends on ${stageWords(cause.from.stage)}`
        : "depends on an earlier step";
    case "remote-unknown":
      return "depends on a download";
    case "files-pending":
      return "reading files";
    case "build-fails":
      return "fails";
  }
}

/** A full sentence. */
export function causeSentence(cause: Cause): string {
  switch (cause.code) {
    case "never-built":
      return cause.isFirstBuild
        ? "This Dockerfile has not been built before."
        : "The build before did not have this stage, or did not need it.";
    case "instruction-added":
      return "The instruction is new: the build before did not have it.";
    case "instruction-changed":
      return "The instruction itself changed.";
    case "instruction-moved":
      return "Instructions changed places: it stands on another step than before.";
    case "instruction-removed":
      return `The ${cause.removed.keyword} that it stood on is gone (line ${cause.removed.line} of that build).`;
    case "context-content-changed":
      return `${pathClauses(cause.changes)}.`;
    case "base-changed":
      return cause.changed === "image"
        ? "The stage starts from another image than before."
        : "The base image sets other variables than before.";
    case "value-changed":
      return valueSentence(cause.changed, cause.line);
    case "no-cache":
    case "option-changed":
      return optionSentence(cause);
    case "stage-files-changed":
      return `The files that it takes from ${stageWords(cause.stage)} change, because line ${cause.line} rebuilds.`;
    case "earlier-step":
      return `It is stacked on line ${cause.line} (${cause.keyword}), which rebuilds.`;
    case "record-gone":
      return "No earlier build ran it on what the lines above give now.";
    case "stage-output-unknown":
      return outputSentence(cause);
    case "remote-unknown":
      return `It turns on what the server answers for ${cause.url}: the builder asks at every build.`;
    case "files-pending":
      return "The files that it takes are being read.";
    case "build-fails":
      return cause.problem ?? "The stage that it takes files from cannot be built.";
  }
}

/** True where the few words leave nothing for the sentence to add. */
export function saysAll(cause: Cause): boolean {
  if (cause.code === "earlier-step") return true;
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
      return more === 0 ? `${path} changed` : `${path} and ${more} more changed`;
    case "added":
      return more === 0 ? `${path} added` : `${path} and ${more} more added`;
    case "removed":
      return more === 0 ? `${path} removed` : `${path} and ${more} more removed`;
    case "mode":
      return more === 0 ? `${path} has another mode` : `${path} and ${more} more have another mode`;
  }
}

/** Of a longer path a lens shows the end, which tells files apart. */
const shownPath = 48;

function shorten(path: string): string {
  return path.length > shownPath ? `…${path.slice(1 - shownPath)}` : path;
}

/** How many files a sentence names before it counts. */
const namedFiles = 5;

/** For a sentence: `src/a.ts changed, src/b.ts was added and 7 more files changed`. */
function pathClauses(changes: readonly PathChange[]): string {
  const clauses = changes.slice(0, namedFiles).map(pathClause);
  const more = changes.length - clauses.length;
  if (more === 1) clauses.push("1 more file changed");
  else if (more > 1) clauses.push(`${more} more files changed`);
  return listedAll(clauses);
}

function pathClause({ path, how }: PathChange): string {
  switch (how) {
    case "changed":
      return `${path} changed`;
    case "added":
      return `${path} was added`;
    case "removed":
      return `${path} was removed`;
    case "mode":
      return `${path} has another mode`;
  }
}

function valueWords(value: Value): string {
  switch (value.kind) {
    case "order":
      return "order of ENV changed";
    case "setting":
      return settingWords[value.setting]();
    case "variable":
      switch (value.how) {
        case "changed":
          return `${value.name} changed`;
        case "added":
          return `${value.name} added`;
        case "removed":
          return `${value.name} removed`;
      }
  }
}

const settingWords: Readonly<Record<Setting, () => string>> = {
  directory: () => "working directory changed",
  user: () => "user changed",
  shell: () => "shell changed",
  platform: () => "platform changed",
};

function valueSentence(value: Value, line: number | null): string {
  switch (value.kind) {
    case "order":
      return "The variables are set in another order: a RUN's key has them in their order.";
    case "setting":
      return line === null
        ? settingSentences[value.setting]()
        : placedSettingSentences[value.setting](line);
    case "variable":
      return variableSentence(value);
  }
}

const settingSentences: Readonly<Record<Setting, () => string>> = {
  directory: () => "The working directory of the step changed.",
  user: () => "The user of the step changed.",
  shell: () => "The shell of the step changed.",
  platform: () => "The platform of the step changed.",
};

const placedSettingSentences: Readonly<Record<Setting, (line: number) => string>> = {
  directory: (line) => `The working directory of the step changed (line ${line}).`,
  user: (line) => `The user of the step changed (line ${line}).`,
  shell: (line) => `The shell of the step changed (line ${line}).`,
  platform: (line) => `The platform of the step changed (line ${line}).`,
};

function variableSentence({ name, how, setIn }: Extract<Value, { kind: "variable" }>): string {
  switch (how) {
    case "changed":
      return setIn === null
        ? `The value of ${name} changed.`
        : `The value of ${name} changed (line ${setIn}).`;
    case "added":
      return setIn === null ? `${name} is set now.` : `${name} is set now (line ${setIn}).`;
    case "removed":
      return `${name} is not set any more.`;
  }
}

function outputSentence({ line, from }: Extract<Cause, { code: "stage-output-unknown" }>): string {
  if (from.kind === "step") {
    return from.line === null
      ? "It stays cached if an earlier step does."
      : `It stays cached if line ${from.line} does.`;
  }
  const stage = stageWords(from.stage);
  return line === null
    ? `It turns on the files that ${stage} produces: if they come out equal, this step stays cached.`
    : `It turns on the files that ${stage} produces when line ${line} rebuilds: if they come out equal, this step stays cached.`;
}
