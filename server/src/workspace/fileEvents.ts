/** Events of the file watcher, gathered: a storm of them ends in one look at the disk. */

/** Events that belong together come this close, milliseconds. */
const gatherTime = 5;

/**
 * Gives what is told of changed files. One look at a time: what is told meanwhile waits for the next.
 *
 * @param look never fails
 */
export function gatherEvents(
  look: (files: readonly string[]) => Promise<unknown>,
): (files: readonly string[]) => void {
  let gathered = new Set<string>();
  let isLooking = false;
  const lookOn = async (): Promise<void> => {
    while (gathered.size > 0) {
      const files = [...gathered];
      gathered = new Set();
      await look(files);
    }
    isLooking = false;
  };
  return (files) => {
    for (const file of files) gathered.add(file);
    if (isLooking) return;
    isLooking = true;
    setTimeout(() => void lookOn(), gatherTime);
  };
}
