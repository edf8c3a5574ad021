/** Numbers for people. */

/** Bytes as Docker prints them, in powers of 1000: `999 B`, `3.4 kB`, `12 MB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const text = unit === 0 || value >= 100 ? String(Math.round(value)) : value.toPrecision(2);
  return `${text.replace(/\.0$/, "")} ${units[unit] ?? ""}`;
}

/** `1 file`, `12 files`. */
export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
