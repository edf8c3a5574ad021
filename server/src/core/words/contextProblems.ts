/** What is wrong with the build context and with the files that steps take. */
import type { BadIgnorePattern, ContextProblem } from "../analysis/problem.js";
import { rulesOf } from "../build/builderRules.js";
import type { OtherMode, OtherModes } from "../context/checkout.js";
import {
  failsStep,
  type ObstacleProblem,
  type SelectionProblem,
  type SourcePlace,
} from "../context/selection.js";
import { type HostError, notUtf8, tooLarge } from "../host.js";
import { listedSome } from "../text/lists.js";
import { say } from "../text/say.js";
import { error, type ProblemRows, type Severity } from "./problemRow.js";

export const sourceRows: ProblemRows<SelectionProblem> = {
  "source-not-found": {
    severity: severityOf,
    words: ({ near, ...problem }) => {
      const missing = missingWords(problem);
      return near === null
        ? missing
        : `${missing} ${say`"${near}" is there: names count with their case.`}`;
    },
  },
  "source-made-before": {
    severity: severityOf,
    words: ({ by, source }) => {
      switch (by.kind) {
        case "ignored":
          return say`"${source}" is not here. Git ignores it (${by.file}, line ${by.line}), so it is probably made before the build.`;
        case "submodule":
          return say`"${source}" is not here: ${by.path} is a submodule of git that is not checked out.`;
      }
    },
  },
  "source-ignored": {
    severity: severityOf,
    words: ({ source }) => say`"${source}" is hidden from the builder by the ignore file.`,
  },
  "source-link-broken": {
    severity: severityOf,
    words: ({ source, target, place }) =>
      place === undefined
        ? say`"${source}" is a symbolic link, or goes through one, to "${target}", which is not in the build context. Links cannot lead out of it.`
        : say`"${source}" is a symbolic link, or goes through one, to "${target}", which is not in ${placeWords(place)}. Links cannot lead out of it.`,
  },
  "source-link-loop": error(
    ({ source }) => say`"${source}" goes through a loop of symbolic links.`,
  ),
  "source-outside-context": {
    severity: severityOf,
    words: ({ source, taken, place }) => {
      if (taken === null) return say`"${source}" is outside the build context.`;
      return place === undefined
        ? say`".." cannot lead out of the build context: BuildKit takes "${taken}" instead of "${source}".`
        : say`".." cannot lead out of ${placeWords(place)}: BuildKit takes "${taken}" instead of "${source}".`;
    },
  },
  "wildcard-without-match": { severity: severityOf, words: matchWords },
  "pattern-invalid": error(({ pattern }) => patternWords(pattern)),
  "source-not-sent": error(({ source, path, why }) => {
    switch (why) {
      case "folder":
        return say`"${source}" matches nothing, and no step takes anything else of "${path}": the client does not send that folder, and the copy fails.`;
      case "pattern":
        return say`The client reads "${path}" as a pattern, which does not match that very name: it does not send it.`;
      case "link":
        return say`A link in "${source}" leads to "${path}", which no step takes: the client does not send it, and this BuildKit looks for it.`;
    }
  }),
  "everything-excluded": {
    severity: severityOf,
    words: ({ source }) => say`Nothing of "${source}" is left to copy.`,
  },
};

export const obstacleRows: ProblemRows<ObstacleProblem> = {
  "destination-not-folder": error(
    () => say`With several sources the destination has to end with a slash.`,
  ),
  "destination-is-file": error(
    ({ path }) => say`/${path} is a file by now: no folder can be made in its place.`,
  ),
  "destination-may-be-file": {
    severity: "warning",
    words: ({ path }) =>
      say`/${path} is a file by now, and the build fails here, unless a folder was there before: an earlier line copies a file to that name.`,
  },
  "destination-is-folder": error(
    ({ path }) => say`/${path} is a folder by now: no file can be put in its place.`,
  ),
  "owner-without-file": error(
    ({ owner }) =>
      say`"${owner}" is a name, and the stage is still empty: without its /etc/passwd only root and numbers can be owners.`,
  ),
  "program-missing": error(
    ({ program }) =>
      say`There is no ${program} in this stage to run: it starts empty, and no line above puts it there.`,
  ),
  "files-not-followed": {
    severity: "warning",
    words: ({ limit }) =>
      say`These files have come through more than ${limit} stages: they are not followed further, and all files of this stage count as unknown.`,
  },
};

export const contextRows: ProblemRows<ContextProblem> = {
  "file-unreadable": {
    severity: ({ error: { code } }) =>
      code === notUtf8 || code === tooLarge ? "warning" : "error",
    words: ({ error, others }) =>
      others === undefined
        ? unreadableWords(error)
        : `${unreadableWords(error)} ${say`The same holds for ${others} more.`}`,
  },
  "other-mode-in-checkout": { severity: "information", words: ({ modes }) => modesWords(modes) },
  "not-given": {
    severity: "warning",
    words: ({ what, id }) =>
      what === "secret"
        ? say`The build is not given the secret "${id}" that this RUN requires: it fails when it runs.`
        : say`The build is not given the SSH agent "${id}" that this RUN requires: it fails when it runs.`,
  },
  "bad-ignore-pattern": error(ignoreWords),
  "lfs-pointer-taken": {
    severity: "warning",
    words: ({ paths }) =>
      paths.length === 1
        ? say`${namesWords(paths)} is a pointer of Git LFS: the image gets that text in the place of the file. "git lfs pull" fetches it.`
        : say`${namesWords(paths)} are pointers of Git LFS: the image gets these texts in the place of the files. "git lfs pull" fetches them.`,
  },
  "submodule-empty": {
    severity: "warning",
    words: ({ paths }) =>
      paths.length === 1
        ? say`${namesWords(paths)} is a submodule of git that is not checked out: the image gets an empty folder. "git submodule update --init" fetches it.`
        : say`${namesWords(paths)} are submodules of git that are not checked out: the image gets empty folders. "git submodule update --init" fetches them.`,
  },
  "files-overwritten": {
    severity: "warning",
    words: ({ to, files, last, others }) => {
      const one = say`${files} files go to one place, ${to}, and only the last of them stays: ${last}.`;
      if (others === 0) return one;
      return others === 1
        ? say`${one} The same holds for 1 more place.`
        : say`${one} The same holds for ${others} more places.`;
    },
  },
  "no-linked-build": {
    severity: ({ why }) =>
      why.kind === "missing" || (why.kind === "circle" && why.by === "linked")
        ? "error"
        : "warning",
    words: ({ reference, why }) => {
      switch (why.kind) {
        case "missing":
          return say`"${reference}" is what the build "${why.build}" leaves, and no such build is defined.`;
        case "unreadable":
          return say`"${reference}" is what ${why.build} builds, and its Dockerfile cannot be read.`;
        case "deep":
          return say`"${reference}" is what ${why.build} builds: more builds than are followed stand one on the other.`;
        case "circle":
          return say`"${reference}" leads back to itself: ${[...why.through, why.through[0] ?? ""].join(" → ")}.`;
      }
    },
  },
  "context-unreadable": {
    severity: "warning",
    words: ({ folder, reason }) =>
      say`The files of this step are not known. The build context ${folder}: ${reason}.`,
  },
};

/**
 * What fails no build is to be known all the same; what fails it in a folder that is but guessed may
 * not fail it in the one that is meant.
 */
function severityOf(problem: SelectionProblem): Severity {
  if (!failsStep(problem)) return "information";
  return problem.place?.kind === "guess" ? "warning" : "error";
}

type Source = Pick<SelectionProblem, "source" | "place">;

function missingWords({ source, place }: Source): string {
  return place === undefined
    ? say`"${source}" is not in the build context.`
    : say`"${source}" is not in ${placeWords(place)}.`;
}

function matchWords({
  builder,
  source,
  place,
}: SelectionProblem & { readonly code: "wildcard-without-match" }): string {
  if (rulesOf(builder).failsWithoutMatch) {
    return place === undefined
      ? say`"${source}" matches nothing in the build context.`
      : say`"${source}" matches nothing in ${placeWords(place)}.`;
  }
  return place === undefined
    ? say`"${source}" matches nothing in the build context; BuildKit then copies nothing.`
    : say`"${source}" matches nothing in ${placeWords(place)}; BuildKit then copies nothing.`;
}

function placeWords({ kind, name }: SourcePlace): string {
  switch (kind) {
    case "stage":
      return say`stage ${name}`;
    case "context":
      return say`the build context ${name}`;
    case "guess":
      return say`the folder ${name}, which was guessed to be the build context`;
  }
}

/** Of the ignore file or of a flag. */
function patternWords(pattern: string): string {
  return say`The pattern "${pattern}" has a syntax error.`;
}

function ignoreWords({ file, line, pattern, mistake }: BadIgnorePattern): string {
  const name = file ?? say`the ignore file`;
  const what = mistake === "bare" ? say`"!" alone is not a pattern.` : patternWords(pattern);
  return say`${name}, line ${line}: ${what}`;
}

/** What the system says of a rare error stands as it says it. */
function unreadableWords({ code, path, message }: HostError): string {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return say`"${path}" cannot be read: permission denied.`;
    case "EBUSY":
      return say`"${path}" is being written and could not be read in one state.`;
    case notUtf8:
      return say`"${path}" has a name that is no text in UTF-8: what a builder makes of it is not known.`;
    case tooLarge:
      return say`"${path}" is too large to be read here: the builder reads it, and what is in it is not known.`;
    case "EINVAL":
      return say`"${path}" is no longer a regular file.`;
    default:
      return say`"${path}" cannot be read: ${message}`;
  }
}

/** So many paths are named. */
const namedPaths = 3;

function namesWords(paths: readonly string[]): string {
  return listedSome(paths.slice(0, namedPaths), paths.length - namedPaths);
}

function modesWords({ count, first }: OtherModes): string {
  const modes = listedSome(first.slice(0, namedPaths).map(modeWords), count - namedPaths);
  return say`Will miss the cache on another machine: ${modes}. Modes are part of the cache key, and git does not keep them.`;
}

function modeWords({ path, mode, inCheckout }: OtherMode): string {
  return say`${path} has mode ${octal(mode)} here and ${octal(inCheckout)} in a fresh checkout`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, "0");
}
