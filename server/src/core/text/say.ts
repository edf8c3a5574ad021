/**
 * The words that a person reads, in the language of the editor. English stands in the sources, in
 * the place that needs it; `say` marks it and looks up its translation. `l10n/bundle.l10n.json`
 * lists all of them, the other bundles beside it are the translations.
 *
 * The language is chosen once, when a process starts, and stays: no answer depends on it but by its
 * words. The command line speaks English, as Docker's does.
 */

/** Texts of one language. */
export interface Language {
  /** A BCP 47 tag, such as `de`. */
  readonly id: string;
  /** By the English text, with `{0}`, `{1}` … for what is filled in. A missing one stays English. */
  readonly texts: Readonly<Record<string, string>>;
}

const english: Language = { id: "en", texts: {} };

let spoken = english;
let decimalMark = ".";
let translations = new Map<TemplateStringsArray, readonly Piece[]>();

/** What a translation is made of: its words, and the numbers of the values between them. */
type Piece = string | number;

/** Chooses the language of all that is said from now on; null: English. */
export function speak(language: Language | null): void {
  spoken = language ?? english;
  decimalMark = decimalMarkOf(spoken.id);
  translations = new Map();
}

/** The BCP 47 tag of the chosen language, for the `lang` of a page. */
export function spokenLanguage(): string {
  return spoken.id;
}

/**
 * A text in the chosen language: say`Stage ${name} does not exist.` A value is data and is filled in
 * as it is; a part of a sentence that is itself a text is said before.
 */
export function say(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  if (spoken === english) {
    // Said thousands of times at every keystroke: `String.raw` would take five times as long.
    let text = parts[0] ?? "";
    for (const [at, value] of values.entries()) text += `${value}${parts[at + 1]}`;
    return text;
  }
  let pieces = translations.get(parts);
  if (pieces === undefined) {
    pieces = translate(parts);
    translations.set(parts, pieces);
  }
  return pieces.map((piece) => (typeof piece === "number" ? values[piece] : piece)).join("");
}

/** The name of a text in the bundles: its English words with `{0}` for the first value. */
export function textKey(parts: readonly string[]): string {
  return parts.reduce((key, part, at) => (at === 0 ? part : `${key}{${at - 1}}${part}`), "");
}

/** A number that is written with a point, with the decimal mark of the language: `1.7` → `1,7`. */
export function sayDecimal(number: string): string {
  return number.replace(".", decimalMark);
}

/**
 * A whole number with its thousands marked as in the language: `400,000`. Our texts hold no other
 * blank than the plain one, so that any other is a user's and is shown as such.
 */
export function sayWhole(number: number): string {
  try {
    return number.toLocaleString(spoken.id).replace(/\s/g, " ");
  } catch {
    return number.toLocaleString(english.id);
  }
}

function translate(parts: TemplateStringsArray): readonly Piece[] {
  const key = textKey(parts);
  const text = Object.hasOwn(spoken.texts, key) ? spoken.texts[key] : undefined;
  return (text ?? key)
    .split(/(\{\d+\})/)
    .map((piece, at) => (at % 2 === 1 ? Number(piece.slice(1, -1)) : piece));
}

function decimalMarkOf(id: string): string {
  try {
    const parts = new Intl.NumberFormat(id).formatToParts(1.5);
    return parts.find(({ type }) => type === "decimal")?.value ?? ".";
  } catch {
    return ".";
  }
}

/** A text as it stands where a sentence begins. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
