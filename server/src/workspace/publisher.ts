/** Sends what the editor cannot ask for, and has it ask again for the rest: for all builds together. */
import type { LiveBuild } from "./build.js";

/** Answers of all open documents are sent together, this long after the first change. Milliseconds. */
const delay = 30;

export interface Publisher {
  /** @param what after an edit the editor asks for lenses by itself; `busy`: they are what they were */
  changed(build: LiveBuild, what?: "typed" | "busy"): void;
}

/**
 * @param publish sends what is known of a build
 * @param askAgain has the editor ask for lenses
 */
export function createPublisher(
  publish: (build: LiveBuild) => void,
  askAgain: () => void,
): Publisher {
  const pending = new Set<LiveBuild>();
  let timer: NodeJS.Timeout | null = null;
  let lensesAreStale = false;
  const send = (): void => {
    timer = null;
    for (const build of pending) publish(build);
    pending.clear();
    if (lensesAreStale) askAgain();
    lensesAreStale = false;
  };
  return {
    changed(build, what) {
      lensesAreStale ||= what === undefined;
      pending.add(build);
      if (timer === null) timer = setTimeout(send, delay);
    },
  };
}
