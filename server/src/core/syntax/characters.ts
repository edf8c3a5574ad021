/**
 * Character classes and small string functions as Go has them. BuildKit's parser is written in Go,
 * and JavaScript's `\s`, `trim` and `toLowerCase` differ from it in a few characters.
 */

/** Go's `unicode.IsSpace` for one UTF-16 unit; every such character is a single unit. */
export function isSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
  if (unit < 0x1680) return unit === 0x85 || unit === 0xa0;
  return (
    (unit >= 0x2000 && unit <= 0x200a) ||
    unit === 0x1680 ||
    unit === 0x2028 ||
    unit === 0x2029 ||
    unit === 0x202f ||
    unit === 0x205f ||
    unit === 0x3000
  );
}

/** What the parser's own regular expression splits at: `[\t\v\f\r ]`. */
export function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09 || (unit >= 0x0b && unit <= 0x0d);
}

/** The first index at or after `from` that holds no space, at most `to`. */
export function skipSpaces(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** The end of `text[from, to)` once the spaces at its end are left out. */
export function skipSpacesBack(text: string, from: number, to: number): number {
  let at = to;
  while (at > from && isSpace(text.charCodeAt(at - 1))) at--;
  return at;
}

/** Go's `strings.ToLower`: `İ` becomes a plain `i` there, two characters in JavaScript. */
export function toLower(text: string): string {
  return text.replaceAll("\u0130", "i").toLowerCase();
}

/** Only `a` to `z` change, so that no unknown keyword turns into a known one. */
export function upperAscii(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
}

/** The UTF-8 bytes of one code point; a lone surrogate counts as U+FFFD, as when it is written out. */
export function utf8Bytes(codePoint: number): readonly number[] {
  const point = codePoint >= 0xd800 && codePoint <= 0xdfff ? 0xfffd : codePoint;
  if (point < 0x80) return [point];
  const low = 0x80 | (point & 0x3f);
  if (point < 0x800) return [0xc0 | (point >> 6), low];
  const middle = 0x80 | ((point >> 6) & 0x3f);
  if (point < 0x10000) return [0xe0 | (point >> 12), middle, low];
  return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 0x3f), middle, low];
}

/** How many UTF-8 bytes `text[from, to)` has. */
export function utf8Length(text: string, from: number, to: number): number {
  let bytes = 0;
  for (let at = from; at < to; at++) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (isSurrogatePair(unit, text.charCodeAt(at + 1)) && at + 1 < to) {
      bytes += 4;
      at++;
    } else bytes += 3;
  }
  return bytes;
}

/** What stands for a byte that is no part of a valid UTF-8 sequence. */
export const REPLACEMENT = "\ufffd";

function isSurrogatePair(high: number, low: number): boolean {
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}
