/** Text that is meant to be a JSON array and is none: with the wrong quotes, without commas, not closed. */
import { readJsonArray } from "./jsonArray.js";

/** A word in some quotes, or plain; behind it a comma, the end, or the quote of the next one. */
const element =
  /\s*(?:"([^"\\\n]*)"|'([^'"\\\n]*)'|[“”„]([^“”„"\\\n]*)[“”]|[‘’]([^‘’"\\\n]*)[‘’]|([\w./:@%+=-]+)(?=\s*[,\]]))\s*(?:(,)|(?=["'“”„‘’\]]))/y;

/** True of no command of a shell: `[ -f a ]` and `[ "$a" = b ] && c` are some. */
export function isNearJsonArray(text: string): boolean {
  const written = text.trim();
  if (!written.startsWith("[") || readJsonArray(written).kind !== "none") return false;
  return /^\[["'“”„‘’]/.test(written) || nearJsonWords(written) !== null;
}

/** The words that it is meant to hold; null: that is not sure. */
export function nearJsonWords(written: string): readonly string[] | null {
  if (!written.startsWith("[")) return null;
  const words: string[] = [];
  let commas = 0;
  let at = 1;
  for (;;) {
    element.lastIndex = at;
    const found = element.exec(written);
    if (found === null) break;
    const [, double, single, typographic, half, plain, comma] = found;
    words.push(double ?? single ?? typographic ?? half ?? plain ?? "");
    if (comma !== undefined) commas++;
    at = element.lastIndex;
  }
  const isWhole = words.length > 0 && /^\s*\]$/.test(written.slice(at));
  // To a shell, a blank behind the bracket makes it a test, which has no commas.
  return isWhole && (commas > 0 || !/^\[\s/.test(written)) ? words : null;
}
