/** The figures as Markdown, on the screen and in docs/performance.md. */
import { readFileSync, writeFileSync } from "node:fs";
import os from "node:os";
import { inRepository } from "../../support/repository.js";
import { type Figure, type Goal, holds, ratioOf, times } from "./figure.js";

const columns = ["what", "ours", "beside", "ratio", "goal", "floor", "before", "more"] as const;
const beforeColumn = columns.indexOf("before");

/** The size of this machine, and what else it does. */
export function machine(): string {
  const cpus = os.cpus();
  const { model } = cpus[0] ?? { model: "an unknown processor" };
  const memory = Math.round(os.totalmem() / 2 ** 30);
  const [load = 0] = os.loadavg();
  return `${cpus.length} × ${model.trim()}, ${memory} GB, ${os.type()}, Node ${process.versions.node}, load ${load.toFixed(1)}`;
}

/** For whoever watches. */
export function line(figure: Figure): string {
  const ratio = ratioOf(figure);
  const { what, ours, theirs, note } = figure;
  const beside =
    theirs === null || ratio === null ? "" : ` beside ${theirs.shown}: ${times(ratio)} ×`;
  return `${what}: ${ours.shown}${beside}${note === "" ? "" : ` (${note})`}`;
}

export function table(figures: readonly Figure[]): string {
  return shown(figures.map((figure) => cellsOf(figure, "")));
}

const start = "<!-- figures -->";
const end = "<!-- end of figures -->";

/** Puts the figures in the place of those of the same name; what was there before them stays. */
export function writeTable(figures: readonly Figure[]): void {
  const file = inRepository("docs/performance.md");
  const text = readFileSync(file, "utf8");
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error("docs/performance.md has no place for the figures.");
  const rows = new Map<string, readonly string[]>();
  for (const line of text.slice(from, to).split("\n")) {
    const cells = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
    const [what = ""] = cells;
    if (cells.length === columns.length && what !== columns[0] && !what.startsWith("---")) {
      rows.set(what, cells);
    }
  }
  for (const figure of figures) {
    rows.set(figure.what, cellsOf(figure, rows.get(figure.what)?.[beforeColumn] ?? ""));
  }
  const fresh = `${start}\n\n${machine()}.\n\n${shown([...rows.values()])}\n\n`;
  writeFileSync(file, text.slice(0, from) + fresh + text.slice(to));
}

function cellsOf(figure: Figure, before: string): readonly string[] {
  const { what, ours, theirs, rival, goal, floor, note } = figure;
  const ratio = ratioOf(figure);
  return [
    what,
    ours.shown,
    rival === null ? "" : `${theirs === null ? "not to be had" : theirs.shown}: ${rival}`,
    ratio === null ? "" : `${times(ratio)} ×`,
    goal === null ? "" : `${goalText(goal)}${holds(figure) === false ? " **missed**" : ""}`,
    floor ?? "",
    before,
    note,
  ];
}

function goalText(goal: Goal): string {
  return `≤ ${goal.kind === "ratio" ? `${times(goal.most)} ×` : goal.shown}`;
}

function shown(rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = columns.map((name) => (name === "ratio" || name === "ours" ? "---:" : "---"));
  return [row(columns), row(rule), ...rows.map(row)].join("\n");
}
