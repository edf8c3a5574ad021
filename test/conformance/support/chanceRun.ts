/** The sums of what was asked of real engines by chance. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Builder } from "./caseFile.js";
import type { Asked, Judgement } from "./fuzz/asked.js";

/** All that one engine was asked of one builder. */
export interface ChanceRun {
  readonly engine: string;
  readonly builder: Builder;
  readonly edits: number;
  readonly steps: number;
  readonly facts: number;
  /** Steps by the code of the cause that makes them unknown. */
  readonly unknown: Readonly<Record<string, number>>;
  /** Records of exported caches: those that were computed, and computed ones that no export has. */
  readonly digests: { readonly equal: number; readonly wrong: number };
  /** Scenarios that disagree. */
  readonly disagreements: number;
  /** Scenarios to which the engine said two things. */
  readonly unsteady: number;
}

/** Below the repository; `npm run conformance:fuzz -- --again --note` writes it. */
const chanceFile = "test/conformance/chance.json";

/** Empty: no run was noted. */
export function readChanceRuns(root: string): readonly ChanceRun[] {
  const file = path.join(root, chanceFile);
  // Written by our own program alone.
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as readonly ChanceRun[]) : [];
}

/** A shorter run takes the place of no longer one. */
export function noteChance(root: string, runs: readonly ChanceRun[]): void {
  const noted = new Map(readChanceRuns(root).map((one) => [keyOf(one), one]));
  for (const one of runs) {
    if (one.edits >= (noted.get(keyOf(one))?.edits ?? 0)) noted.set(keyOf(one), one);
  }
  const sorted = [...noted.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? 1 : -1));
  writeFileSync(path.join(root, chanceFile), `${JSON.stringify(sorted, null, 2)}\n`);
}

function keyOf({ builder, engine }: ChanceRun): string {
  return `${engine} ${builder}`;
}

/** @param found all of one engine and builder */
export function sumsOf(
  found: readonly { readonly asked: Asked; readonly judgement: Judgement }[],
): ChanceRun {
  const sum = (of: (one: Judgement) => number): number =>
    found.reduce((all, { judgement }) => all + of(judgement), 0);
  const unknown: Record<string, number> = {};
  for (const { code } of found.flatMap(({ judgement }) => judgement.unknown)) {
    unknown[code] = (unknown[code] ?? 0) + 1;
  }
  const recording = found[0]?.asked.recording;
  return {
    engine: recording?.engine ?? "",
    builder: recording?.builder ?? "buildkit",
    edits: sum(({ builds }) => Math.max(0, builds - 1)),
    steps: sum(({ steps }) => steps),
    facts: sum(({ facts }) => facts),
    unknown,
    digests: {
      equal: sum(({ digests }) => digests.equal),
      wrong: sum(({ digests }) => digests.wrong),
    },
    disagreements: found.filter(
      ({ asked, judgement }) => judgement.wrong.length > 0 && !asked.isUnsteady,
    ).length,
    unsteady: found.filter(({ asked }) => asked.isUnsteady).length,
  };
}
