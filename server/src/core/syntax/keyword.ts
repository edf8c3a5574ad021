/**
 * The keywords of a Dockerfile, and what the grammar has to know of each to read its line. What they
 * mean stands in `core/instructions`. Source: BuildKit, frontend/dockerfile/parser/parser.go.
 */

export interface KeywordGrammar {
  /** How the arguments are split. */
  readonly form: ArgumentForm;
  /** True where `<<NAME` in the arguments means the lines below. */
  readonly takesHeredocs?: true;
  /** What it costs an answer: see `mostWork`. Absent: as little as most. */
  readonly work?: Work;
}

interface Work {
  readonly own: number;
  /** Of each word, flags and heredocs included. */
  readonly word: number;
}

export const usualWork: Work = { own: 3, word: 0 };
/** Files are looked up, and what they leave is kept. */
const takesFiles: Work = { own: 8, word: 2 };
const opensStage: Work = { own: 6, word: 0 };
/** Paths below paths are long. */
const leadsDeeper: Work = { own: 9, word: 0 };

/**
 * `whole`: the text is one argument; `blanks`: split at blanks; `words`: the same, minding quotes;
 * `json-or-…`: a JSON array of strings, else so; `pairs`: names and values; `check`: a type and a
 * command; `instruction`: another instruction.
 */
export type ArgumentForm =
  | "whole"
  | "blanks"
  | "words"
  | "json-or-whole"
  | "json-or-blanks"
  | "pairs"
  | "check"
  | "instruction";

/** Upper case. */
export type Keyword = keyof typeof grammars;

const grammars = {
  ADD: { form: "json-or-blanks", takesHeredocs: true, work: takesFiles },
  ARG: { form: "words" },
  CMD: { form: "json-or-whole" },
  COPY: { form: "json-or-blanks", takesHeredocs: true, work: takesFiles },
  ENTRYPOINT: { form: "json-or-whole" },
  ENV: { form: "pairs" },
  EXPOSE: { form: "blanks" },
  FROM: { form: "blanks", work: opensStage },
  HEALTHCHECK: { form: "check" },
  LABEL: { form: "pairs" },
  MAINTAINER: { form: "whole" },
  ONBUILD: { form: "instruction" },
  RUN: { form: "json-or-whole", takesHeredocs: true },
  SHELL: { form: "json-or-whole" },
  STOPSIGNAL: { form: "whole" },
  USER: { form: "whole" },
  VOLUME: { form: "json-or-blanks" },
  WORKDIR: { form: "whole", work: leadsDeeper },
} satisfies Readonly<Record<string, KeywordGrammar>>;

const byKeyword: ReadonlyMap<string, KeywordGrammar> = new Map(Object.entries(grammars));
const byLowerCase = new Map(
  [...byKeyword.keys()].map((keyword) => [keyword.toLowerCase(), keyword]),
);

/** The keyword of a word in lower case, as BuildKit looks it up; undefined: it has no line parser for it. */
export function keywordOf(lower: string): string | undefined {
  return byLowerCase.get(lower);
}

/** All of them, in upper case. */
export const keywords: readonly string[] = [...byKeyword.keys()];

/** @param keyword in upper case; undefined: it is not known */
export function keywordGrammar(keyword: string): KeywordGrammar | undefined {
  return byKeyword.get(keyword);
}
