/**
 * What real engines said to scenarios made by chance, kept: a change of the model is held against all
 * of it again in a minute, and a run that breaks off loses nothing.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { CacheExport } from "../cacheExport.js";
import { parseCase } from "../caseFile.js";
import { compareExport } from "../compareExport.js";
import type { Recording } from "../recording.js";
import { type Replay, replayCase } from "../replay.js";

/** One scenario, and what an engine decided for it. */
export interface Asked {
  readonly seed: string;
  readonly run: number;
  /** The scenario as the text of a case. */
  readonly text: string;
  readonly recording: Recording;
  /** The cache that the same BuildKit exported for one of its builds; null: none was asked for. */
  readonly exported: { readonly round: number; readonly cache: CacheExport } | null;
  /** True when the engine decided otherwise when it was asked the same again. */
  readonly isUnsteady: boolean;
}

export interface Judgement extends Replay {
  /** Records of the export that were computed, and computed ones that are not in it. */
  readonly digests: { readonly equal: number; readonly wrong: number };
}

/** @param remembers predicts with what an editor keeps from one build to the next */
export async function judge(asked: Asked, remembers = false): Promise<Judgement> {
  const { text, recording, exported } = asked;
  const theCase = parseCase("by-chance", text);
  const replay = await replayCase(theCase, recording, remembers);
  const compared =
    exported === null ? null : await compareExport(theCase, exported.cache, exported.round);
  const differing = compared?.wrong ?? [];
  const round = exported?.round ?? 0;
  return {
    ...replay,
    wrong: [...replay.wrong, ...differing.map((one) => `digest, build ${round}: ${one}`)],
    digests: { equal: compared?.computed ?? 0, wrong: differing.length },
  };
}

/** @param folder one file for each scenario, in a folder of the engine and the builder */
export function keepAsked(folder: string, asked: Asked): void {
  const { engine, builder } = asked.recording;
  const own = path.join(folder, `${engine.replaceAll(/[^\w.]+/g, "-")}-${builder}`);
  mkdirSync(own, { recursive: true });
  writeFileSync(path.join(own, `${asked.seed}-${asked.run}.json`), `${JSON.stringify(asked)}\n`);
}

export function readAsked(folder: string): readonly Asked[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name): Asked => JSON.parse(readFileSync(path.join(folder, name), "utf8")));
}
