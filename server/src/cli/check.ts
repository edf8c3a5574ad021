/** `stratacast check`: whether Dockerfiles can be built, each as the files of the project say; for hooks. */
import path from "node:path";
import type { BuildDefinition } from "../core/build/definition.js";
import { findingLines } from "../core/documents/findingLines.js";
import { findingsJson } from "../core/documents/simulation.js";
import { printable } from "../core/text/surfaces.js";
import { baselineSentence, summarySentence } from "../core/words/summary.js";
import { pathRules } from "../host/paths.js";
import { failOnFlag } from "./buildArguments.js";
import { listOf } from "./buildsOf.js";
import type { CliCommand, CliIo } from "./command.js";
import { exitCode } from "./exitCode.js";
import { readWords } from "./flags.js";
import { stateFlag } from "./places.js";
import { forecast, readSimulateArguments } from "./simulate.js";
import { colorFlag, screenOf } from "./terminal.js";
import { UsageError } from "./usageError.js";

const flags = {
  ...failOnFlag,
  ...stateFlag,
  ...colorFlag,
} as const;

export const check: CliCommand = {
  name: "check",
  summary: "tell whether Dockerfiles build, and what rebuilds: for hooks",
  forms: ["[options] DOCKERFILE…"],
  about:
    "Forecasts each of the Dockerfiles as the files of this folder say that it is built (see stratacast builds), against HEAD or the newer of the last simulated and the last recorded build. Prints problems, and a line each; records nothing.",
  flags,
  offers: "files",
  examples: ["stratacast check Dockerfile web/Dockerfile"],
  async run(words, io) {
    const { values, others } = readWords(flags, words);
    if (others.length === 0) throw new UsageError("DOCKERFILE is missing: name at least one");
    const { paint, show } = screenOf(values.color, io);
    const usual = readSimulateArguments(
      [
        ...["--dry-run", "--against=auto"],
        ...(values["fail-on"] === undefined ? [] : [`--fail-on=${values["fail-on"]}`]),
        ...(values.state === undefined ? [] : [`--state=${values.state}`]),
      ],
      io,
    );
    const { builds } = await listOf(io.cwd, io);
    let code = 0;
    for (const written of others) {
      const file = path.resolve(io.cwd, written);
      const listed = builds.find((one) => one.isChosen && isOf(one.definition, file));
      // By its id, so that the builds that it stands on are forecast too.
      const { analysis, called, unread } = await forecast(
        listed === undefined
          ? { ...usual, definition: alone(written, io) }
          : { ...usual, build: listed.definition.id },
        io,
      );
      if (unread !== null) throw unread;
      const found = findingLines(findingsJson(analysis, called), paint);
      const { baseline } = analysis.input;
      const against =
        baseline.build === null ? "" : ` ${baselineSentence(baseline, baseline.label)}`;
      const told = printable(`${summarySentence(analysis)}${against}`);
      const summary = `${paint("title", printable(`${called}:`))} ${told}`;
      show([...found, summary, ""].join("\n"));
      code = Math.max(code, exitCode(analysis, usual.failOn));
    }
    return code;
  },
};

function isOf({ dockerfile }: BuildDefinition, file: string): boolean {
  return dockerfile.kind === "file" && pathRules.isSame(dockerfile.path, file);
}

/** What is in no list, such as one below a folder of samples: with its own folder. */
function alone(file: string, io: CliIo): BuildDefinition {
  return readSimulateArguments([`--file=${file}`, "--", path.dirname(file)], io).definition;
}
