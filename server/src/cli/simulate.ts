/** `stratacast simulate`: predicts a build, and records it for the next call. */
import { simulationJson } from "../core/features/simulation.js";
import { simulationMarkdown, simulationText } from "../core/features/simulationText.js";
import type { Analysis } from "../core/index.js";
import { type BuildArguments, buildOptions, readBuildArguments } from "./arguments.js";
import type { CliCommand } from "./command.js";
import { analyseOnDisk, recordOnDisk } from "./simulation.js";

export const simulate: CliCommand = {
  name: "simulate",
  summary: "predict which steps of a build are cached and which rebuild, and why",
  usage: `stratacast simulate [options] CONTEXT

Predicts the build without running anything of it, and records it, so that the
next call is compared with this one.

${buildOptions}
  --dry-run              do not record the build`,
  async run(words, io) {
    const args = readBuildArguments(words, io.cwd, io.env);
    const simulation = await analyseOnDisk(args);
    for (const note of simulation.notes) io.error(note);
    io.print(render(simulation.analysis, args));
    if (!args.dryRun) await recordOnDisk(simulation, args);
    return exitCode(simulation.analysis, args.failOn);
  },
};

/** 1 when a finding reaches the level, else 0. */
export function exitCode(analysis: Analysis, failOn: BuildArguments["failOn"]): 0 | 1 {
  if (failOn === "never") return 0;
  const levels = ["information", "warning", "error"];
  const bound = levels.indexOf(failOn);
  return analysis.problems.some(({ severity }) => levels.indexOf(severity) >= bound) ? 1 : 0;
}

function render(analysis: Analysis, args: BuildArguments): string {
  switch (args.format) {
    case "json":
      return `${JSON.stringify(simulationJson(analysis, args), null, 2)}\n`;
    case "markdown":
      return simulationMarkdown(analysis);
    case "text":
      return simulationText(analysis);
  }
}
