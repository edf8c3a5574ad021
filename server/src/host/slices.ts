/** Long work in slices, so that the event loop stays free. */
import type { Cancellation } from "../core/host.js";

/** Lets other work run every few milliseconds; `next` throws `Cancelled`. */
export interface Slices {
  next(): Promise<void> | null;
}

/** Thrown through work that is cancelled, and caught by who began it. */
export class Cancelled extends Error {}

/** Long enough to get on with the work, short enough for a keystroke to come through. */
const SLICE_MS = 10;

export function createSlices(cancel: Cancellation | undefined): Slices {
  let end = performance.now() + SLICE_MS;
  const pause = async () => {
    await new Promise<void>((resume) => {
      setImmediate(resume);
    });
    if (cancel?.isCancelled === true) throw new Cancelled();
    end = performance.now() + SLICE_MS;
  };
  return {
    next() {
      if (cancel?.isCancelled === true) throw new Cancelled();
      return performance.now() < end ? null : pause();
    },
  };
}

/** Does work that comes in small steps. Errors: `Cancelled`, and those of the work. */
export async function inSlices<T>(work: Generator<void, T>, slices: Slices): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await slices.next();
  }
}
