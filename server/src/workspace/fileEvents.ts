/** Events of the file watcher, gathered: a storm of them ends in one look at the disk. */

/** Events that belong together come this close, milliseconds. */
const gatherTime = 5;
/** A storm that goes on is looked at after so long all the same. */
const maxGatherTime = 500;

export interface FileEvents {
  /** These files changed, as absolute paths. */
  tell(files: readonly string[]): void;
  /** Resolves once all that was told has been looked at. */
  looked(): Promise<void>;
}

/**
 * Gathers what is told. One look at a time: what is told meanwhile waits for the next.
 *
 * @param look never fails
 */
export function gatherEvents(look: (files: readonly string[]) => Promise<unknown>): FileEvents {
  let gathered = new Set<string>();
  let looking: Promise<void> | null = null;
  const lookOn = async (): Promise<void> => {
    const end = performance.now() + maxGatherTime;
    let told: number;
    // Waits at least once: `looking` is set by then, however little was told.
    do {
      told = gathered.size;
      await new Promise((resume) => setTimeout(resume, gatherTime));
    } while (told !== gathered.size && performance.now() < end);
    while (gathered.size > 0) {
      const files = [...gathered];
      gathered = new Set();
      await look(files);
    }
    looking = null;
  };
  return {
    tell(files) {
      for (const file of files) gathered.add(file);
      looking ??= lookOn();
    },
    async looked() {
      while (looking !== null) await looking;
    },
  };
}
