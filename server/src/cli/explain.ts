/** `stratacast explain`: what each instruction of a Dockerfile does, layer by layer. */
import path from "node:path";
import type { Analysis } from "../core/analysis/analyse.js";
import { explainJson, explain as explainSteps } from "../core/documents/explain.js";
import { explainDocument } from "../core/documents/explainDocument.js";
import { explainPage } from "../core/documents/explainPage.js";
import { explainText } from "../core/documents/explainText.js";
import { jsonText } from "../core/text/surfaces.js";
import { formatFlag, readBuildArguments, usualFlags } from "./buildArguments.js";
import type { CliCommand } from "./command.js";
import { exitCode } from "./exitCode.js";
import { readWords } from "./flags.js";
import { explainResolved, type MeantBuild, meantBuild } from "./project.js";

const formats = ["text", "json", "markdown", "html"] as const;

type ExplainFormat = (typeof formats)[number];

const flags = { ...usualFlags, format: formatFlag(formats) } as const;

export const explain: CliCommand = {
  name: "explain",
  summary: "show layer by layer what each instruction does and invalidates",
  forms: ["[options] [CONTEXT]"],
  about:
    "Works out for this very Dockerfile what the builder does inside for each instruction, what it adds to the image, and which later lines it can invalidate. text and json are the table; markdown is a document with the Dockerfile and a picture in characters, html one page with a drawn picture that needs no network.",
  flags,
  offers: "folders",
  examples: ["stratacast explain .", "stratacast explain --format html . > layers.html"],
  async run(words, io) {
    const given = readBuildArguments(readWords(flags, words), io, formats);
    const args = { ...given, ...(await meantBuild(given, io)) };
    const analysis = await explainResolved(args, io);
    if (args.format === "text") {
      const { paint, show } = args.screen;
      show(explainText(explainSteps(analysis, args.called), io.width, paint));
    } else io.print(render(analysis, args.format, args));
    return exitCode(analysis, args.failOn);
  },
};

function render(
  analysis: Analysis,
  format: Exclude<ExplainFormat, "text">,
  { definition: { dockerfile }, shown }: MeantBuild,
): string {
  const view = { analysis, isResult: false };
  const name = dockerfile.kind === "file" ? path.basename(dockerfile.path) : "Dockerfile";
  switch (format) {
    case "json":
      return `${jsonText(explainJson(analysis, shown))}\n`;
    case "markdown":
      return explainDocument(view, { name, picture: "text" });
    case "html":
      return explainPage(view, { name });
  }
}
