/** Times and memory, told as medians so that a busy machine does not decide. */
import { readFileSync } from "node:fs";

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param part 0 to 1 */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

/** Milliseconds of each, asked in turn for so many rounds, so that load is the same for all. */
export async function inTurn(
  rounds: number,
  works: readonly (() => Promise<number> | number)[],
): Promise<readonly (readonly number[])[]> {
  const taken = works.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, work] of works.entries()) taken[at]?.push(await work());
  }
  return taken;
}

/** Bytes of memory that a process holds now, and the most that it ever held. Linux only. */
export function residentBytes(pid: number): { readonly now: number; readonly most: number } {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const bytes = (name: string): number => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
    if (kilobytes === undefined) throw new Error(`The system does not tell ${name} of a process.`);
    return Number(kilobytes) * 1024;
  };
  return { now: bytes("VmRSS"), most: bytes("VmHWM") };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
