/** The block that stands in front of each entry of a tar: its size, its sum, its numbers. Source: POSIX, pax, ustar. */

/** Bytes of a block; the content of an entry fills whole blocks. */
export const blockSize = 512;

/** The sums of the bytes of a header, with blanks in the place of the sum that it names itself. */
export interface HeaderSums {
  /** Of bytes without a sign, as POSIX has it. */
  readonly unsigned: number;
  /** Of bytes with one, as some old programs wrote it. */
  readonly signed: number;
  /** null: it is no number. */
  readonly named: number | null;
}

export function headerSums(header: Uint8Array): HeaderSums {
  let unsigned = 0;
  let signed = 0;
  for (const [at, own] of header.entries()) {
    const byte = at >= 148 && at < 156 ? 0x20 : own;
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return { unsigned, signed, named: octal(header.subarray(148, 156)) };
}

/** A number in octal digits among blanks and NULs, 0 where there is none; null: it is no number. */
export function octal(field: Uint8Array): number | null {
  const text = Buffer.from(field)
    .toString("latin1")
    .replace(/^[ \0]+|[ \0]+$/g, "");
  if (text === "") return 0;
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : null;
}
