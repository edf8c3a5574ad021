/** Sums up all recordings, and writes the page that shows it. */

import { readExports } from "./cacheExport.js";
import { caseDigest } from "./caseDigest.js";
import type { Builder } from "./caseFile.js";
import { type ChanceRun, readChanceRuns } from "./chanceRun.js";
import { type ComparedExport, compareExport } from "./compareExport.js";
import type { Recording } from "./recording.js";
import { replayCase } from "./replay.js";
import { readCases, readRecordings } from "./store.js";

export interface Accuracy {
  readonly total: Sums;
  readonly byTopic: ReadonlyMap<string, Sums>;
  readonly byBuilder: ReadonlyMap<Builder, Sums>;
  readonly engines: readonly string[];
  /** Of the caches that were exported. */
  readonly digests: DigestSums;
  /** The last long run of the fuzzer. */
  readonly chance: readonly ChanceRun[];
  readonly unknown: readonly { readonly name: string; readonly steps: readonly string[] }[];
  readonly disagreements: readonly {
    readonly name: string;
    readonly builder: Builder;
    readonly wrong: readonly string[];
  }[];
}

export interface Sums {
  readonly cases: number;
  /** Pairs of a build and the one after an edit. */
  readonly edits: number;
  readonly steps: number;
  readonly wrongSteps: number;
  readonly unknown: number;
  readonly facts: number;
  readonly leftOut: number;
}

export interface DigestSums {
  readonly exports: number;
  /** Records of all exports: computed, known to a build alone, and others by their kind. */
  readonly computed: number;
  readonly open: number;
  readonly missing: readonly string[];
  /** What is computed and in no export. */
  readonly wrong: number;
}

/** @param words parts of the names of the cases to check; none: all */
export async function checkAll(root: string, words: readonly string[] = []): Promise<Accuracy> {
  const recordings = new Map<string, Recording>();
  for (const recording of readRecordings(root)) {
    recordings.set(`${recording.case} ${recording.builder}`, recording);
  }
  let total = nothing;
  const byTopic = new Map<string, Sums>();
  const byBuilder = new Map<Builder, Sums>();
  const engines = new Set<string>();
  const unknown: { name: string; steps: readonly string[] }[] = [];
  const disagreements: { name: string; builder: Builder; wrong: readonly string[] }[] = [];
  for (const { theCase, text } of readCases(root)) {
    const { name } = theCase;
    if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
    for (const builder of theCase.builders) {
      const recording = recordings.get(`${name} ${builder}`);
      if (recording?.digest !== caseDigest(text)) {
        const problem = recording === undefined ? "not recorded" : "edited after it was recorded";
        disagreements.push({ name, builder, wrong: [problem] });
        continue;
      }
      engines.add(recording.engine);
      const replay = await replayCase(theCase, recording);
      if (replay.wrong.length > 0) disagreements.push({ name, builder, wrong: replay.wrong });
      if (replay.unknown.length > 0) {
        unknown.push({
          name: `${name} (${builder})`,
          steps: replay.unknown.map(({ text }) => text),
        });
      }
      const own: Sums = {
        cases: 1,
        edits: Math.max(0, replay.builds - 1),
        steps: replay.steps,
        wrongSteps: replay.wrongSteps,
        unknown: replay.unknown.length,
        facts: replay.facts,
        leftOut: replay.leftOut,
      };
      const topic = name.split("/")[0] ?? "";
      total = add(total, own);
      byTopic.set(topic, add(byTopic.get(topic) ?? nothing, own));
      byBuilder.set(builder, add(byBuilder.get(builder) ?? nothing, own));
    }
  }
  const chance = readChanceRuns(root);
  const digests = await checkExports(root, words);
  return {
    total,
    digests,
    byTopic,
    byBuilder,
    engines: [...engines].sort(),
    chance,
    unknown,
    disagreements,
  };
}

async function checkExports(root: string, words: readonly string[]): Promise<DigestSums> {
  const exports = new Map(readExports(root).map((one) => [one.case, one]));
  const all: ComparedExport[] = [];
  for (const { theCase, text } of readCases(root)) {
    const { name } = theCase;
    if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
    const recorded = exports.get(name);
    if (recorded?.digest !== caseDigest(text)) continue;
    const compared = await compareExport(theCase, recorded);
    if (compared !== null) all.push(compared);
  }
  const sum = (of: (one: ComparedExport) => number) => all.reduce((n, one) => n + of(one), 0);
  return {
    exports: all.length,
    computed: sum(({ computed }) => computed),
    open: sum(({ open }) => open),
    missing: all.flatMap(({ missing }) => missing),
    wrong: sum(({ wrong }) => wrong.length),
  };
}

function digestsText({ exports, computed, open, missing, wrong }: DigestSums): string {
  const records = computed + open + missing.length;
  const kinds = [...new Set(missing)].sort();
  const others = kinds.map((kind) => `${missing.filter((one) => one === kind).length} ${kind}`);
  const share = records === open ? 0 : (100 * computed) / (records - open);
  return `## Digests

The first build of each case that BuildKit builds was made once more with \`--cache-to\`; what it
exported is kept in [\`test/conformance/exports\`](../test/conformance/exports). Of the ${records} records of these
${exports} caches ${open} hold what only a build or an image can tell. Of the others ${computed} are computed, digest
by digest (${share.toFixed(1)} %); not computed, by what they are of: ${others.length === 0 ? "none" : others.join(", ")}. Computed and in no export: ${wrong}.
What \`stratacast simulate --format json --exact\` prints of the same builds agrees with them record by record:
[\`exactJson.test.ts\`](../test/conformance/exactJson.test.ts) tries it.

`;
}

const nothing: Sums = {
  cases: 0,
  edits: 0,
  steps: 0,
  wrongSteps: 0,
  unknown: 0,
  facts: 0,
  leftOut: 0,
};

function add(a: Sums, b: Sums): Sums {
  return {
    cases: a.cases + b.cases,
    edits: a.edits + b.edits,
    steps: a.steps + b.steps,
    wrongSteps: a.wrongSteps + b.wrongSteps,
    unknown: a.unknown + b.unknown,
    facts: a.facts + b.facts,
    leftOut: a.leftOut + b.leftOut,
  };
}

function chanceText(runs: readonly ChanceRun[]): string {
  if (runs.length === 0) return "";
  const rows = runs.map(({ engine, builder, edits, steps, facts, unknown, digests, ...others }) => {
    const unknownSteps = Object.values(unknown).reduce((a, b) => a + b, 0);
    const name = builder === "buildkit" ? "BuildKit" : "classic builder";
    const share = steps === 0 ? 0 : (100 * unknownSteps) / steps;
    const { disagreements, unsteady } = others;
    const computed = digests.equal + digests.wrong;
    const equal = computed === 0 ? "–" : `${digests.equal} of ${computed}`;
    return `| ${name} of ${engine} | ${edits} | ${steps} | ${facts} | ${disagreements} | ${unsteady} | ${unknownSteps} (${share.toFixed(1)} %) | ${equal} |`;
  });
  const codes = [...new Set(runs.flatMap(({ unknown }) => Object.keys(unknown)))].sort();
  const kinds = codes.map((code) => {
    const count = runs.reduce((sum, { unknown }) => sum + (unknown[code] ?? 0), 0);
    return `- [\`${code}\`](causes/${code}.md), ${count} steps: ${whyUnknown[code] ?? "see there."}`;
  });
  return `## By chance

The cases gather what is hard. Dockerfiles, contexts and edits made by chance show what nobody thought
of; real engines built each of them before and after each edit. A scenario is wrong when one of its
builds disagrees in anything: a step, a layer, the history, the config, a failing line, a named file, a
digest. \`Digests\` are the records of caches that the engines exported, of those computed.

| | edits | steps | more facts | scenarios wrong | did not repeat | unknown steps | digests equal |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${rows.join("\n")}

${ownShare(runs)}

Unknown, by what makes it so, and why no one can know it:

${kinds.length === 0 ? "- nothing" : kinds.join("\n")}

`;
}

/** Of all steps, those that are unknown, and those of them that are so by themselves. */
function ownShare(runs: readonly ChanceRun[]): string {
  const { steps, unknown, own } = unknownByChance(runs);
  const share = (count: number) => `${(steps === 0 ? 0 : (100 * count) / steps).toFixed(1)} %`;
  return `Of all ${steps} steps ${unknown} (${share(unknown)}) are unknown: ${own} (${share(own)}) by themselves, the others since they stand on one that is.`;
}

/** Steps of all runs together. `own`: unknown by themselves. */
export function unknownByChance(runs: readonly ChanceRun[]) {
  const steps = runs.reduce((sum, run) => sum + run.steps, 0);
  const counts = runs.flatMap(({ unknown }) => Object.entries(unknown));
  const sumOf = (some: typeof counts) => some.reduce((sum, [, count]) => sum + count, 0);
  const own = sumOf(counts.filter(([code]) => code !== "earlier-step"));
  return { steps, unknown: sumOf(counts), own };
}

const whyUnknown: Readonly<Record<string, string>> = {
  "stage-output-unknown":
    "it takes what a command that runs again leaves, or what a base image or a cached command has, in a stage to which other files are copied: each folder on their way may be a link to it. Only a build can tell.",
  "remote-unknown": "a server decides at the time of the build.",
  "files-perhaps-sent":
    "a file keeps its size and time, and the engine notices that only if a command that only a build can tell of has written to the context.",
  "cut-short":
    "a build that failed may have cancelled it: what it lacked was looked for while this step ran, and either may have been quicker.",
  "earlier-step": "it stands on such a step, and is cached where that is.",
};

/** The text of docs/accuracy.md. */
export function accuracyPage({
  total,
  byTopic,
  byBuilder,
  engines,
  chance,
  digests,
  disagreements,
}: Accuracy): string {
  const row = (name: string, sums: Sums) =>
    `| ${name} | ${sums.cases} | ${sums.edits} | ${sums.steps} | ${sums.wrongSteps} | ${sums.unknown} |`;
  const share = total.steps === 0 ? 0 : (100 * total.unknown) / total.steps;
  return `<!-- Generated by \`npm run conformance:report -- --write\`; do not edit. -->

# How right the predictions are

Each case in [\`test/conformance/cases\`](../test/conformance/cases) is a Dockerfile with its build
context and one or more edits. A real Docker engine built every one of them, before and after each
edit; what it decided is kept in [\`test/conformance/recordings\`](../test/conformance/recordings).
\`npm test\` makes the predictions for the same folders and compares them: for each step whether it
comes from the cache, and for the image its layers, its history and its config. A build that fails
has to be predicted to fail, on the same line.

| | cases | edits | steps compared | wrong | unknown |
| --- | ---: | ---: | ---: | ---: | ---: |
${row("**all**", total)}
${[...byBuilder].map(([builder, sums]) => row(builder === "buildkit" ? "BuildKit" : "classic builder", sums)).join("\n")}

- Engines: ${engines.join("; ")}.
- ${total.facts} more facts were compared: layer counts, histories, image configs, verdicts of failing builds, named files.
- \`unknown\` (${share.toFixed(1)} % of the steps) stands where the outcome turns on bytes that only a build can make: what a
  command of an earlier stage leaves behind, or what a server answers for an address without a checksum; and
  where a build that failed may have cancelled the step.
- ${total.leftOut} builds are recorded but not compared: they use the containerd image store, which a simulation does not know.
${disagreements.length === 0 ? "- No disagreement." : `- Disagreements: ${disagreements.map(({ name, builder }) => `${name} (${builder})`).join(", ")}.`}

| topic | cases | edits | steps compared | wrong | unknown |
| --- | ---: | ---: | ---: | ---: | ---: |
${[...byTopic]
  .sort()
  .map(([topic, sums]) => row(topic, sums))
  .join("\n")}

${digestsText(digests)}${chanceText(chance)}## Ask the engine again

    npm run conformance:record                # with DOCKER_HOST's engine, or a private one on Debian as root
    npm run conformance:record -- --check     # records nothing, says what an engine decides otherwise
    npm run conformance:exports               # the caches that it exports
    npm run conformance:fuzz -- --edits 2000  # Dockerfiles and edits made by chance, engine against prediction
`;
}
