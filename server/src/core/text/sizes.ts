/** Numbers for people. */
import { say, sayDecimal } from "./say.js";

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
  return `${sayDecimal(text.replace(/\.0$/, ""))} ${units[unit] ?? ""}`;
}

/** @param bytes null: not known */
export function bytesOrOpen(bytes: number | null): string {
  return bytes === null ? "?" : formatBytes(bytes);
}

/** What is counted, in the singular and in the plural: other languages know more than an `s`. */
const nouns = {
  "base image": [(n: number) => say`${n} base image`, (n: number) => say`${n} base images`],
  change: [(n: number) => say`${n} change`, (n: number) => say`${n} changes`],
  difference: [(n: number) => say`${n} difference`, (n: number) => say`${n} differences`],
  Dockerfile: [(n: number) => say`${n} Dockerfile`, (n: number) => say`${n} Dockerfiles`],
  entry: [(n: number) => say`${n} entry`, (n: number) => say`${n} entries`],
  file: [(n: number) => say`${n} file`, (n: number) => say`${n} files`],
  instruction: [(n: number) => say`${n} instruction`, (n: number) => say`${n} instructions`],
  "intermediate image": [
    (n: number) => say`${n} intermediate image`,
    (n: number) => say`${n} intermediate images`,
  ],
  layer: [(n: number) => say`${n} layer`, (n: number) => say`${n} layers`],
  "metadata instruction": [
    (n: number) => say`${n} metadata instruction`,
    (n: number) => say`${n} metadata instructions`,
  ],
  "ONBUILD step": [(n: number) => say`${n} ONBUILD step`, (n: number) => say`${n} ONBUILD steps`],
  "other build": [(n: number) => say`${n} other build`, (n: number) => say`${n} other builds`],
  "read-only layer": [
    (n: number) => say`${n} read-only layer`,
    (n: number) => say`${n} read-only layers`,
  ],
  run: [(n: number) => say`${n} run`, (n: number) => say`${n} runs`],
  "shared step": [(n: number) => say`${n} shared step`, (n: number) => say`${n} shared steps`],
  stage: [(n: number) => say`${n} stage`, (n: number) => say`${n} stages`],
  step: [(n: number) => say`${n} step`, (n: number) => say`${n} steps`],
} as const;

/** `1 file`, `12 files`. */
export function count(amount: number, noun: keyof typeof nouns): string {
  const [one, many] = nouns[noun];
  return amount === 1 ? one(amount) : many(amount);
}

/** `12 files, 3.4 kB`. */
export function filesWords(files: { readonly count: number; readonly bytes: number }): string {
  return say`${count(files.count, "file")}, ${formatBytes(files.bytes)}`;
}
