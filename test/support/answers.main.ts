/**
 * Proves that what users see is what it was: asks the language server and the command line of an
 * earlier commit and of this checkout the same, about every Dockerfile of the tests, through their
 * bundles alone.
 *   node .cache/build/answers.mjs [--sample N] [--only TEXT] [--most N]
 * `--sample N` asks about every Nth input, `--only` about those with this text in their name; `--most`
 * is how many differences are printed (default: 40). Ends with 1 when there is one.
 */
import os from "node:os";
import { parseArgs } from "node:util";
import { answersAbout, homePrefix } from "./answers/asking/ask.js";
import { baseFolder, buildBase, NoBase } from "./answers/base.js";
import { type Difference, differences } from "./answers/difference.js";
import { openDoors } from "./answers/doors.js";
import { allInputs } from "./answers/inputs/allInputs.js";
import type { Input } from "./answers/inputs/input.js";
import { type KeptAnswers, openKept } from "./answers/kept.js";
import { sweepDeadRuns } from "./deadRuns.js";
import { repositoryRoot } from "./repository.js";

/** What users saw at this commit is what they are to see. A change on purpose moves it on. */
const baseCommit = "ba5ccf897d43113ce00ee88485c4de00125fc8c3";

/** A server waits a little before it publishes, so more are asked than there are processors. */
const workers = os.availableParallelism() + 1;

const { values } = parseArgs({
  options: {
    sample: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    most: { type: "string", default: "40" },
  },
});

interface Compared {
  readonly input: Input;
  readonly questions: number;
  readonly found: readonly Difference[];
}

try {
  sweepDeadRuns(homePrefix);
  const base = buildBase(baseCommit);
  const kept = openKept(`${baseFolder(baseCommit)}/answers`);
  const sample = Math.max(1, Math.trunc(Number(values.sample)) || 1);
  const inputs = allInputs()
    .filter(({ name }) => name.includes(values.only))
    .filter((_, index) => index % sample === 0);
  const compared = await compareAll(inputs, base, kept);
  const questions = compared.reduce((sum, one) => sum + one.questions, 0);
  const count = report(compared, Number(values.most));
  console.log(`${inputs.length} inputs, ${questions} questions, ${count} differences`);
  process.exitCode = count > 0 || questions === 0 ? 1 : 0;
} catch (error) {
  if (!(error instanceof NoBase)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** In the order of the inputs, whoever is ready first. */
async function compareAll(
  inputs: readonly Input[],
  base: string,
  kept: KeptAnswers,
): Promise<readonly Compared[]> {
  const compared: Compared[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    const before = openDoors(base);
    const now = openDoors(repositoryRoot);
    try {
      for (;;) {
        const at = next++;
        const input = inputs[at];
        if (input === undefined) return;
        let expected = kept.get(input);
        if (expected === null) {
          expected = await answersAbout(input, before);
          kept.put(input, expected);
        }
        const actual = await answersAbout(input, now);
        const found = differences(expected, actual);
        compared[at] = { input, questions: actual.length, found };
      }
    } finally {
      await before.close();
      await now.close();
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return compared;
}

/** Gives how many differences there are. */
function report(compared: readonly Compared[], most: number): number {
  let count = 0;
  for (const { input, found } of compared) {
    for (const { question, lines } of found) {
      count++;
      if (count > most) continue;
      console.log(`${input.name}\n  ${question}`);
      for (const line of lines) console.log(`    ${line}`);
    }
  }
  if (count > most) console.log(`… and ${count - most} more`);
  return count;
}
