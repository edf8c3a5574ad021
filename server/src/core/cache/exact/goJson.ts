/**
 * JSON as Go writes it: a cache key is the digest of such a text, so every byte counts. Fields stand
 * in the order in which they are given. Source: Go, encoding/json; BuildKit, solver/llbsolver/ops.
 */
import { utf8Bytes } from "../../text/utf8.js";

/** Go's `json.Marshal`: it writes `<`, `>`, `&` and two line separators as escapes. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Without the fields that `omitempty` leaves out: 0, false, empty texts and lists, what is not there. */
export function filled<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => !isEmpty(value)),
  ) as Partial<T>; // fewer of the same
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || value === 0 || value === false || value === "";
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The UTF-8 bytes of a text in base64, as Go writes a `[]byte`. */
export function base64(text: string): string {
  const bytes = utf8Bytes(text);
  let written = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1];
    const third = bytes[at + 2];
    written += alphabet.charAt(first >> 2);
    written += alphabet.charAt(((first & 3) << 4) | ((second ?? 0) >> 4));
    written +=
      second === undefined ? "=" : alphabet.charAt(((second & 15) << 2) | ((third ?? 0) >> 6));
    written += third === undefined ? "=" : alphabet.charAt(third & 63);
  }
  return written;
}
