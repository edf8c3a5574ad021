/** `stratacast run`: what `docker run` of the image would do. */

import { runJson, runPlanDocument, runPlanText } from "../core/documents/runPlanText.js";
import { jsonText } from "../core/text/surfaces.js";
import { readBuildArguments, sharedOptions, UsageError } from "./arguments.js";
import type { CliCommand } from "./command.js";
import { exitCode } from "./exitCode.js";
import { explainResolved, meantBuild } from "./project.js";

export const run: CliCommand = {
  name: "run",
  summary: "tell what docker run of the image would do, with the final values, without running it",
  usage: `stratacast run [options] CONTEXT [-- ARG…]

Tells the steps that docker run takes with the image: the exact command, user,
directory, environment, ports, volumes, health check and stop signal, and where
that is not what it looks like. ARGs take the place of CMD.

${sharedOptions}
  --rm               explain docker run --rm`,
  async run(words, io) {
    const end = words.indexOf("--");
    const own = end < 0 ? words : words.slice(0, end);
    const options = { remove: own.includes("--rm"), args: end < 0 ? [] : words.slice(end + 1) };
    const given = readBuildArguments(
      own.filter((word) => word !== "--rm"),
      io,
    );
    const args = { ...given, ...(await meantBuild(given, io)) };
    const analysis = await explainResolved(args, io);
    const plan = runJson(analysis, options, args.shown.dockerfile);
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
        io.print(runPlanText(plan));
        break;
    }
    return exitCode(analysis, args.failOn);
  },
};
