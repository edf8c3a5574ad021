/** What a prediction is to stand against: a choice, since a baseline has to be found out itself. */
import type { ExportForecast } from "../cache/exact/stepForecast.js";
import type { BuildState } from "../cache/state.js";

export type BaselineChoice =
  | {
      /**
       * The newer of the last simulated and the last recorded build of this Dockerfile, else the last
       * commit, else an empty cache.
       */
      readonly kind: "auto";
      /** As it was before the build that was just simulated; absent: as the world knows it. */
      readonly before?: BuildState;
    }
  | DecidedBaseline;

export type DecidedBaseline =
  | {
      /** The last simulated build. */
      readonly kind: "last";
      /** See above. */
      readonly before?: BuildState;
    }
  /** The last real build that was recorded. */
  | { readonly kind: "recorded" }
  | { readonly kind: "git"; readonly ref: string }
  | {
      /** What a builder takes of caches that were exported, beside what it has itself. */
      readonly kind: "export";
      readonly forecast: ExportForecast;
      /** What a person calls them. */
      readonly label: string;
      readonly own: OwnCache;
    }
  | {
      /** The same, of caches that have to be found out. */
      readonly kind: "caches";
      /** A folder, or docker's words `type=…`; empty words: those that the build imports. */
      readonly caches: readonly string[];
      readonly own: OwnCache;
    }
  | { readonly kind: "empty" };

/** What a builder is taken to have where it imports a cache. */
export type OwnCache =
  | { readonly kind: "last" }
  | { readonly kind: "recorded" }
  | { readonly kind: "empty" };

/** What a build is compared with right after it was simulated: never with itself. */
export function withoutBuild(choice: BaselineChoice, before: BuildState): BaselineChoice {
  return choice.kind === "auto" || choice.kind === "last" ? { kind: choice.kind, before } : choice;
}

const cacheWord = "cache:";

/**
 * From the words of `--against` and of the setting: `auto`, `last`, `recorded`, `empty`, `git:REF`, `cache:DIR`,
 * `cache:type=…`, `cache:`, or a bare git ref. Empty words are `auto`.
 */
export function readBaseline(words: string): BaselineChoice {
  switch (words) {
    case "":
    case "auto":
      return { kind: "auto" };
    case "last":
    case "recorded":
    case "empty":
      return { kind: words };
    default:
      if (words.startsWith(cacheWord))
        return { kind: "caches", caches: [words.slice(cacheWord.length)], own: { kind: "empty" } };
      return { kind: "git", ref: words.startsWith("git:") ? words.slice(4) : words };
  }
}
