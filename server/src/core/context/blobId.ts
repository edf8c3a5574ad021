/** The git blob id of a text: what a file of these bytes is known by. */
import { utf8Bytes } from "../text/utf8.js";

/** Hex SHA-1 of `blob SIZE`, a NUL and the UTF-8 bytes of `text`. It costs what the text is long. */
export function blobId(text: string): string {
  const bytes = utf8Bytes(text);
  return sha1([...utf8Bytes(`blob ${bytes.length}\0`), ...bytes]);
}

/** FIPS 180-4. Git names by it; nothing here relies on it to be hard to forge. */
function sha1(bytes: number[]): string {
  const bits = bytes.length * 8;
  bytes.push(0x80);
  while (bytes.length % 64 !== 56) bytes.push(0);
  for (let shift = 56; shift >= 0; shift -= 8) bytes.push(Math.floor(bits / 2 ** shift) & 0xff);
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const words = new Int32Array(80);
  for (let start = 0; start < bytes.length; start += 64) addBlock(state, words, bytes, start);
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function addBlock(
  state: number[],
  words: Int32Array,
  bytes: readonly number[],
  start: number,
): void {
  const byteAt = (at: number) => bytes[at] ?? 0;
  const wordAt = (at: number) => words[at] ?? 0;
  for (let i = 0; i < 16; i++) {
    const at = start + i * 4;
    words[i] = (byteAt(at) << 24) | (byteAt(at + 1) << 16) | (byteAt(at + 2) << 8) | byteAt(at + 3);
  }
  for (let i = 16; i < 80; i++)
    words[i] = rotated(wordAt(i - 3) ^ wordAt(i - 8) ^ wordAt(i - 14) ^ wordAt(i - 16), 1);
  let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
  for (let i = 0; i < 80; i++) {
    const [mixed, constant] =
      i < 20
        ? [(b & c) | (~b & d), 0x5a827999]
        : i < 40
          ? [b ^ c ^ d, 0x6ed9eba1]
          : i < 60
            ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc]
            : [b ^ c ^ d, 0xca62c1d6];
    const next = (rotated(a, 5) + mixed + e + constant + wordAt(i)) | 0;
    [e, d, c, b, a] = [d, c, rotated(b, 30), a, next];
  }
  for (const [i, word] of [a, b, c, d, e].entries()) state[i] = ((state[i] ?? 0) + word) | 0;
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
