/**
 * Tries to break what has to hold: `npm run torture`.
 *   node .cache/build/torture.mjs [--seed N] [--minutes N] [--short] [--sizes N,N,…] [--write] [PART [WORDS…]]
 * PART: `texts`, `budgets`, `lines`, `growth`, `analyses`, `state`, `server`, `git`, `files`, `definitions`; none: all of them.
 * WORDS: of `growth` and `analyses`, the constructs with those in their names. `--minutes`: for the texts (default
 * 10). `--sizes`: of the constructs, in thousands of characters. `--short`: the form of continuous integration, within a minute. `--write`: puts the tables into
 * docs/torture.md. Ends with 1 when something did not hold.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { machine } from "../bench/support/table.js";
import {
  type Analyses,
  analysesOutcome,
  analysesTable,
  measureAnalyses,
} from "../torture/analyses.js";
import { budgets } from "../torture/budgets.js";
import { fuzz, lines } from "../torture/fuzz.js";
import { type Growth, growthTable, measureGrowth, namedConstructs } from "../torture/growth.js";
import type { Outcome, Part, Torture } from "../torture/part.js";
import { programParts } from "../torture/programs.js";
import { type TriedRow, triedRow, triedTable, withEarlierRows } from "../torture/tried.js";
import { inRepository } from "./repository.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string" },
    minutes: { type: "string", default: "10" },
    short: { type: "boolean", default: false },
    sizes: { type: "string", default: "10,40,160" },
    write: { type: "boolean", default: false },
  },
});

const [only, ...words] = positionals;
const torture: Torture = {
  seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 30) : Number(values.seed),
  time: (values.short ? 0.12 : Number(values.minutes)) * 60_000,
  isShort: values.short,
  print: (line) => console.log(line),
};

/** What the short form looks at: one construct of each way to be slow that there was. */
const shortly = [
  "WORKDIR below WORKDIR",
  "ONBUILD that every stage inherits",
  "one EXPOSE of all ports many times",
  "FROM chain with ENV",
  "values that double",
];
const sizes = (values.short ? "5,20" : values.sizes).split(",").map((size) => 1000 * Number(size));

const measured: Growth[] = [];
const growth: Part = {
  name: "growth",
  async run({ print }) {
    const names = values.short ? shortly : namedConstructs(words);
    measured.push(...(await measureGrowth(names, sizes, print)));
    const missing = measured.filter((one) => one.missing !== null);
    const steep = measured.filter(({ exponent }) => (exponent ?? 0) > 1.5);
    return [
      {
        what: `constructs from ${sizes.map((size) => `${size / 1000} k`).join(" to ")} characters: every answer about each`,
        howMany: String(measured.length),
        result: `${measured.length - missing.length} answered at all sizes that were tried; ${steep.length} grow faster than with the power 1.5`,
        isGood: missing.length === 0,
      },
    ];
  },
};

const analysed: Analyses[] = [];
const analyses: Part = {
  name: "analyses",
  async run({ isShort, print }) {
    if (isShort) return [];
    analysed.push(...(await measureAnalyses(words, { print })));
    return [analysesOutcome(analysed)];
  },
};

const allParts = [fuzz, budgets, lines, growth, analyses, ...programParts];
const partNames = allParts.map(({ name }) => name);
const parts = allParts.filter(({ name }) => only === undefined || name === only);
if (parts.length === 0) {
  console.error(`No part is called "${only}".`);
  process.exit(2);
}
console.log(`seed ${torture.seed}`);
const outcomes: Outcome[] = [];
const rows: TriedRow[] = [];
for (const part of parts) {
  console.log(`${part.name} …`);
  const came = await part.run(torture);
  outcomes.push(...came);
  rows.push(...came.map((outcome) => triedRow(part.name, outcome, torture.seed)));
}
const tables = {
  torture: triedTable(rows),
  ...(measured.length > 0 && { growth: growthTable(measured) }),
  ...(analysed.length > 0 && { analyses: analysesTable(analysed) }),
};
console.log(`\n${Object.values(tables).join("\n\n")}`);
// A few constructs are not what a row of the table of all parts is about.
if (values.write) write(words.length === 0 ? tables : { ...tables, torture: triedTable([]) });
process.exitCode = outcomes.every(({ isGood }) => isGood) ? 0 : 1;

/** Between the comments of their names. What was not measured stays. */
function write(all: Readonly<Record<string, string>>): void {
  const file = inRepository("docs/torture.md");
  let text = readFileSync(file, "utf8");
  for (const [name, made] of Object.entries(all)) {
    const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`docs/torture.md has no place for "${name}".`);
    const merged = withEarlierRows(made, text.slice(from, to), partNames);
    text = `${text.slice(0, from)}${start}\n\n${machine()}.\n\n${merged}\n\n${text.slice(to)}`;
  }
  writeFileSync(file, text);
}
