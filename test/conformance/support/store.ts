/** Cases and recordings in the repository. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Case, parseCase } from "./caseFile.js";
import type { Recording } from "./recording.js";

export interface CaseText {
  readonly theCase: Case;
  readonly text: string;
}

/** @param root the repository */
export function readCases(root: string): readonly CaseText[] {
  const folder = path.join(root, "test/conformance/cases");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".txt"))
    .sort()
    .map((file) => {
      const text = readFileSync(path.join(folder, file), "utf8");
      const name = file.slice(0, -".txt".length).replaceAll(path.sep, "/");
      return { theCase: parseCase(name, text), text };
    });
}

export function readRecordings(root: string): readonly Recording[] {
  const folder = path.join(root, "test/conformance/recordings");
  return readdirSync(folder)
    .filter((file) => file.endsWith(".jsonl"))
    .sort()
    .flatMap((file) =>
      readFileSync(path.join(folder, file), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line): Recording => JSON.parse(line)),
    );
}

/** One file a topic, one line a recording, in the order of their names; those without a case go. */
export function writeRecordings(root: string, recordings: readonly Recording[]): void {
  const folder = path.join(root, "test/conformance/recordings");
  mkdirSync(folder, { recursive: true });
  const names = new Set(readCases(root).map(({ theCase }) => theCase.name));
  const topics = new Map<string, Recording[]>();
  for (const recording of recordings) {
    if (!names.has(recording.case)) continue;
    const topic = path.posix.dirname(recording.case).replaceAll("/", "-");
    topics.set(topic, [...(topics.get(topic) ?? []), recording]);
  }
  for (const file of readdirSync(folder)) {
    if (!topics.has(file.replace(/\.jsonl$/, ""))) rmSync(path.join(folder, file));
  }
  for (const [topic, own] of topics) {
    const lines = own
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      .map((recording) => `${JSON.stringify(recording)}\n`);
    writeFileSync(path.join(folder, `${topic}.jsonl`), lines.join(""));
  }
}

function keyOf(recording: Recording): string {
  return `${recording.case} ${recording.builder}`;
}
