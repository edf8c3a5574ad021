/**
 * Measures the built product beside what people would use instead: `npm run bench`.
 *   node .cache/build/bench.mjs [--short] [--profile] [--write] [TEXT]
 * TEXT: the rows whose names hold it. `--short`: the small sizes of continuous integration, with a
 * limit on each figure; ends with 1 when one is above it twice. `--profile`: also where the time of
 * our programs goes. `--write`: puts the figures into docs/performance.md.
 */
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { fullRows, shortRows } from "../bench/rows/all.js";
import { type Bench, type Figure, holds, type Row } from "../bench/support/figure.js";
import { line, machine, table, writeTable } from "../bench/support/table.js";
import { sweepDeadRuns } from "./deadRuns.js";
import { MissingMeans } from "./hosts/fetching.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: "boolean", default: false },
    profile: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});

const prefix = "stratacast-bench-";
sweepDeadRuns(prefix);
const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), `${prefix}${process.pid}-`)));
const kept = new Map<string, unknown>();
const bench: Bench = {
  folder,
  isShort: values.short,
  isProfiling: values.profile,
  print: (line) => console.log(line),
  once<T>(name: string, make: () => T): T {
    if (!kept.has(name)) kept.set(name, make());
    return kept.get(name) as T; // what was made under this name
  },
};
process.on("SIGINT", () => process.exit(130));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

try {
  const rows = (values.short ? shortRows : fullRows).filter(({ name }) =>
    positionals.every((word) => name.includes(word)),
  );
  if (rows.length === 0) throw new MissingMeans("No row has such a name.");
  const figures: Figure[] = [];
  for (const row of rows) figures.push(...(await measured(row)));
  console.log(`\n${machine()}\n\n${table(figures)}`);
  if (values.write) writeTable(figures);
  const missed = figures.filter((figure) => holds(figure) === false);
  if (values.short && missed.length > 0) {
    console.log(`\nAbove its limit: ${missed.map(({ what }) => what).join("; ")}`);
    process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof MissingMeans)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** A figure above its limit is measured once more: a machine has other things to do. */
async function measured(row: Row): Promise<readonly Figure[]> {
  const first = await measureOnce(row);
  const isAbove = first.some((figure) => holds(figure) === false);
  return values.short && isAbove ? measureOnce(row) : first;
}

/** A row that fails leaves the others. */
async function measureOnce(row: Row): Promise<readonly Figure[]> {
  const began = performance.now();
  console.log(`${row.name} …`);
  let figures: readonly Figure[] = [];
  try {
    figures = await row.measure(bench);
  } catch (error) {
    if (error instanceof MissingMeans) throw error;
    console.log(`  failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
  for (const figure of figures) console.log(`  ${line(figure)}`);
  console.log(`  (${Math.round((performance.now() - began) / 1000)} s)`);
  return figures;
}
