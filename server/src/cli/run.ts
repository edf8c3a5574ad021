/** `stratacast run`: what `docker run` of the image would do. */

import { runJson, runPlanDocument, runPlanText } from "../core/documents/runPlanText.js";
import { jsonText } from "../core/text/surfaces.js";
import { formatFlag, readBuildArguments, usualFlags, usualFormats } from "./buildArguments.js";
import type { CliCommand } from "./command.js";
import { exitCode } from "./exitCode.js";
import { readWords } from "./flags.js";
import { explainResolved, meantBuild } from "./project.js";
import { UsageError } from "./usageError.js";

const flags = {
  ...usualFlags,
  format: formatFlag(usualFormats),
  // Of docker build it would be a flag without a meaning.
  rm: { about: "explain docker run --rm" },
  tag: { value: "NAME", short: "t", isRepeated: true, about: "the name of the image" },
} as const;

export const run: CliCommand = {
  name: "run",
  summary: "tell what docker run of the image would do, without running it",
  forms: ["[options] [CONTEXT] [-- ARG…]"],
  about:
    "Tells the steps that docker run takes with the image: the exact command, user, directory, environment, ports, volumes, health check and stop signal, and where that is not what it looks like. ARGs take the place of CMD.",
  flags,
  offers: "folders",
  examples: ["stratacast run .", "stratacast run --rm . -- sh -c 'ls /app'"],
  async run(words, io) {
    const end = words.indexOf("--");
    const { values, others } = readWords(flags, end < 0 ? words : words.slice(0, end));
    const { rm: remove = false, tag: [tag = null] = [], ...ofBuild } = values;
    const given = readBuildArguments({ values: ofBuild, others }, io, usualFormats);
    const args = { ...given, ...(await meantBuild(given, io)) };
    const ofRun = end < 0 ? [] : words.slice(end + 1);
    const options = { remove, args: ofRun, image: tag ?? args.image };
    const analysis = await explainResolved(args, io);
    const plan = runJson(
      analysis,
      options,
      args.format === "text" ? args.called : args.shown.dockerfile,
    );
    if (plan === null) {
      throw new UsageError(`${args.shown.dockerfile}: no FROM, so there is no image`);
    }
    switch (args.format) {
      case "json":
        io.print(`${jsonText(plan)}\n`);
        break;
      case "markdown":
        io.print(runPlanDocument(plan, "Dockerfile"));
        break;
      case "text":
        args.screen.show(runPlanText(plan, args.screen.paint));
        break;
    }
    return exitCode(analysis, args.failOn);
  },
};
