/** Changed files in few words. */

export interface PathChange {
  readonly path: string;
  readonly how: "changed" | "added" | "removed" | "has another mode";
}

/** For a lens: `src/app.ts changed`, `src/app.ts and 3 more changed`. */
export function fileNames(changes: readonly PathChange[]): string {
  const [first] = changes;
  if (first === undefined) return "";
  const path = shorten(first.path);
  if (changes.length === 1) return `${path} ${first.how}`;
  const how = changes.every((change) => change.how === first.how) ? first.how : "changed";
  return `${path} and ${changes.length - 1} more ${plural(how)}`;
}

/** Of a longer path a lens shows the end, which tells files apart. */
const shownPath = 48;

function shorten(path: string): string {
  return path.length > shownPath ? `…${path.slice(1 - shownPath)}` : path;
}

/** How many files a sentence names before it counts. */
const namedFiles = 5;

/** For a sentence: `src/a.ts changed, src/b.ts was added and 7 more files changed`. */
export function listNames(changes: readonly PathChange[]): string {
  const named = changes.slice(0, namedFiles).map(({ path, how }) => `${path} ${past(how)}`);
  const more = changes.length - named.length;
  if (more > 0) named.push(`${more} more ${more === 1 ? "file" : "files"} changed`);
  const last = named.pop() ?? "";
  return named.length === 0 ? last : `${named.join(", ")} and ${last}`;
}

function past(how: PathChange["how"]): string {
  return how === "added" || how === "removed" ? `was ${how}` : how;
}

function plural(how: PathChange["how"]): string {
  return how === "has another mode" ? "have another mode" : how;
}
