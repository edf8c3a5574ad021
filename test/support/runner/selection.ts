/** Which tests of a suite the words of a command line choose. */

export interface Selection {
  /** Test files below the suite's folder. */
  readonly files: readonly string[];
  /** A regular expression, as Node's test runner takes it: the names of tests; null: all. */
  readonly pattern: string | null;
}

/**
 * `unit codeLens/cached hover protocol`: the suites, each with the words that follow it.
 * @returns what is wrong, in a sentence, where the first word is no suite
 */
export function readSelections(
  words: readonly string[],
  suites: readonly string[],
): ReadonlyMap<string, readonly string[]> | string {
  const selections = new Map<string, string[]>();
  let last: string[] | null = null;
  for (const word of words) {
    if (suites.includes(word)) {
      last = selections.get(word) ?? [];
      selections.set(word, last);
    } else if (last === null) {
      return `No such suite: ${word}. There are: ${suites.join(", ")}.`;
    } else {
      last.push(word);
    }
  }
  return selections;
}

/**
 * What a word stands for, the first that there is: a test file or a folder of them (`cli/schema`,
 * `cli`), a fixture or a folder of them (`codeLens/cached`, `codeLens`), words of a test's name.
 * @param files the suite's test files
 * @param fixtures paths below test/fixtures
 */
export function select(
  word: string,
  files: readonly string[],
  fixtures: readonly string[],
): Selection {
  // Also as a shell completes it.
  const name = word.replace(/^test\/(?:fixtures|[a-z]+)\/|\.txt$|\.test\.ts$|\/$/g, "");
  const own = files.filter((file) => isOrHolds(name, file.replace(/\.test\.ts$/, "")));
  if (own.length > 0) return { files: own, pattern: null };
  const isFixture = fixtures.some((file) => isOrHolds(name, file.replace(/\.txt$/, "")));
  const text = name.replace(/[^\w\s]/g, (character) => `\\${character}`);
  // In slashes Node takes flags: whatever the case of the words.
  return { files, pattern: isFixture ? `^${text}(?:\\/|$)` : `/${text}/i` };
}

function isOrHolds(name: string, file: string): boolean {
  return name === file || file.startsWith(`${name}/`);
}
