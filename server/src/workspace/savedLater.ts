/** Writes what is remembered over processes, some time after it changed: once for many changes. */
import type { Result } from "../core/host.js";

interface Saving {
  readonly name: string;
  /** After the first change that is not saved yet. Milliseconds. */
  readonly delay: number;
  readonly save: () => Promise<Result<unknown>>;
  readonly run: (feature: string, work: () => Promise<unknown>) => void;
  readonly log: (message: string) => void;
}

/** To be called after each change. A failure is logged and no more: what is lost is worked out again. */
export function savedLater({ name, delay, save, run, log }: Saving): () => void {
  let isWaiting = false;
  return () => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      run(name, async () => {
        const saved = await save();
        if (!saved.ok) log(`${saved.error.path}: ${saved.error.message}`);
      });
    }, delay).unref();
  };
}
