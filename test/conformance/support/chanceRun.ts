/** The sums of the last long run of Dockerfiles and edits made by chance. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

export interface ChanceRun {
  readonly seed: string;
  readonly edits: number;
  readonly steps: number;
  readonly unknown: number;
  readonly facts: number;
  readonly disagreements: number;
  readonly engine: string;
}

/** Below the repository; `npm run conformance:fuzz -- --note` writes it. */
export const chanceFile = "test/conformance/chance.json";

/** null: no run was noted. */
export function readChanceRun(root: string): ChanceRun | null {
  const file = path.join(root, chanceFile);
  // Written by our own program alone.
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ChanceRun) : null;
}
