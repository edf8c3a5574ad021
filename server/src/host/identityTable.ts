/**
 * Identities of files by what tells their states apart on disk, in a few bytes each. Of a file one
 * state is kept: it does not come back to an older one.
 */

/** A regular file in one state. */
export interface FileState {
  readonly dev: number;
  readonly ino: number;
  readonly size: number;
  /** Milliseconds since the epoch, with the fraction that the platform gives. */
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

export function isSameState(a: FileState, b: FileState): boolean {
  return (
    a.size === b.size &&
    a.mtimeMs === b.mtimeMs &&
    a.ctimeMs === b.ctimeMs &&
    a.ino === b.ino &&
    a.dev === b.dev
  );
}

export interface IdentityTable {
  readonly size: number;
  get(state: FileState): string | null;
  /** @param identity a git blob id: 40 hex digits */
  set(state: FileState, identity: string): void;
  /** Its rows, one after the other; the same bytes make the same table on this machine. */
  readonly rows: Uint8Array;
}

/** A row is five numbers and an id, and as long as eight numbers. */
const rowNumbers = 8;
export const rowLength = rowNumbers * Float64Array.BYTES_PER_ELEMENT;
const idStart = 5 * Float64Array.BYTES_PER_ELEMENT;
const idEnd = idStart + 20;

/** @param rows what `rows` of other tables were; where two are of one file, the first counts */
export function identityTable(rows: Uint8Array = new Uint8Array()): IdentityTable {
  const rowOf = new Map<number, number>();
  const given = Math.floor(rows.length / rowLength);
  let count = 0;
  let numbers = new Float64Array(given * rowNumbers);
  let bytes = Buffer.from(numbers.buffer);
  bytes.set(rows.subarray(0, bytes.length));
  for (let row = 0; row < given; row++) {
    const ino = numbers[row * rowNumbers] ?? 0;
    if (rowOf.has(ino)) continue;
    if (row !== count) bytes.copyWithin(count * rowLength, row * rowLength, (row + 1) * rowLength);
    rowOf.set(ino, count++);
  }

  const grow = (): void => {
    const grown = new Float64Array(Math.max(64 * rowNumbers, 2 * numbers.length));
    grown.set(numbers);
    numbers = grown;
    bytes = Buffer.from(grown.buffer);
  };
  return {
    get size() {
      return rowOf.size;
    },
    get rows() {
      return bytes.subarray(0, count * rowLength);
    },
    get({ dev, ino, size, mtimeMs, ctimeMs }) {
      const row = rowOf.get(ino);
      if (row === undefined) return null;
      const at = row * rowNumbers;
      const isSame =
        numbers[at + 1] === dev &&
        numbers[at + 2] === size &&
        numbers[at + 3] === mtimeMs &&
        numbers[at + 4] === ctimeMs;
      if (!isSame) return null;
      return bytes.toString("hex", row * rowLength + idStart, row * rowLength + idEnd);
    },
    set({ dev, ino, size, mtimeMs, ctimeMs }, identity) {
      let row = rowOf.get(ino);
      if (row === undefined) {
        row = count++;
        if (count * rowNumbers > numbers.length) grow();
        rowOf.set(ino, row);
      }
      numbers.set([ino, dev, size, mtimeMs, ctimeMs], row * rowNumbers);
      bytes.write(identity, row * rowLength + idStart, "hex");
    },
  };
}
