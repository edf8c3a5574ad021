/** Every row: at the sizes that people have, with what is wanted; and a short form with limits. */
import type { Row } from "../support/figure.js";
import { explain } from "./explain.js";
import { fileStorm, oneFileEvent } from "./fileEvents.js";
import { hovers } from "./hover.js";
import { openDockerfiles } from "./memory.js";
import {
  simulateAgain,
  simulateBesideEngine,
  simulateCold,
  simulateFirst,
  simulateInServer,
} from "./simulate.js";
import { keystrokes, longFile } from "./typing.js";

/** The goals, and the floors below which no program of this kind comes. */
export const fullRows: readonly Row[] = [
  keystrokes(20, { ratio: 0.5 }),
  keystrokes(300, { ratio: 0.5 }),
  keystrokes(5_000, { ratio: 0.2, key: 16, firstKey: 40 }, "8 ms"),
  longFile(50_000, { ratio: 10, megabytes: 400, turn: 50 }),
  hovers(20, { ratio: 1 }),
  hovers(300, { ratio: 1 }),
  hovers(5_000, { ratio: 1 }),
  hovers(50_000, { ratio: 1 }),
  simulateAgain(20_000, false, { ratio: 6 }, "4.7 ×"),
  simulateAgain(20_000, true, { ratio: 6 }, "4.7 ×"),
  simulateAgain(100_000, false, { ratio: 3 }, "2.3 ×"),
  simulateAgain(100_000, true, { ratio: 3 }, "2.3 ×"),
  simulateInServer(20_000, { ratio: 2, looks: 0 }),
  simulateInServer(100_000, { ratio: 2, looks: 0 }),
  simulateBesideEngine(20_000, { ratio: 0.1 }),
  simulateFirst(20_000, { reads: 0 }),
  simulateCold(20_000, 4, { ratio: 1.2 }),
  oneFileEvent(100_000, { time: 50 }),
  fileStorm(100_000, 10_000, { time: 1_000, refreshes: 1, turn: 50 }),
  explain(1_000, { time: 300 }),
  explain(3_000, { time: 1_000, ratio: 3.5 }),
  openDockerfiles(50, 100_000, { megabytes: 200 }),
];

/** Limits: of what holds, with room for noise, so that what becomes twice as slow is above them. */
export const shortRows: readonly Row[] = [
  keystrokes(1_000, { ratio: 1.2 }),
  hovers(300, { ratio: 0.35 }),
  simulateAgain(5_000, true, { ratio: 45 }),
  simulateInServer(5_000, { ratio: 1.1, looks: 0 }),
  simulateFirst(5_000, { reads: 0 }),
  simulateCold(5_000, 4, { ratio: 7 }),
  oneFileEvent(5_000, { growth: 2 }),
  fileStorm(5_000, 100, { refreshes: 1, growth: 5 }),
  explain(300, { ratio: 4.5 }),
];
