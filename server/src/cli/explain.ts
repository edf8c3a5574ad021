/** `stratacast explain`: the layer-by-layer table of a Dockerfile. */
import { type ExplainJson, explain as explainSteps } from "../core/features/explain.js";
import { explainMarkdown, explainText } from "../core/features/explainText.js";
import { type Format, readBuildArguments, sharedOptions } from "./arguments.js";
import type { CliCommand, CliIo } from "./command.js";
import { exitCode } from "./exitCode.js";
import { analyseProject, readProject } from "./project.js";

export const explain: CliCommand = {
  name: "explain",
  summary: "show layer by layer what each instruction does, and what it can invalidate",
  usage: `stratacast explain [options] CONTEXT

Works out for this very Dockerfile what the builder does inside for each
instruction, what it adds to the image, and which later lines it can invalidate.

${sharedOptions}`,
  async run(words, io) {
    const args = readBuildArguments(words, io);
    const analysis = analyseProject(await readProject(args, io), args);
    io.print(render(explainSteps(analysis, args), args.format, io));
    return exitCode(analysis, args.failOn);
  },
};

function render(explained: ExplainJson, format: Format, io: CliIo): string {
  switch (format) {
    case "json":
      return `${JSON.stringify(explained, null, 2)}\n`;
    case "markdown":
      return explainMarkdown(explained);
    case "text":
      return explainText(explained, io.width);
  }
}
