/** `stratacast builds`: which builds the files of a folder define, and which is taken for each Dockerfile. */
import { buildListJson, buildListText } from "../core/documents/buildList.js";
import { jsonText } from "../core/text/surfaces.js";
import { pathRules } from "../host/paths.js";
import { formatFlag } from "./buildArguments.js";
import { askDockerFlag, listOf } from "./buildsOf.js";
import type { CliCommand, CliIo } from "./command.js";
import { oneOf, readWords } from "./flags.js";
import { readFolder, stateFlag, stateFolder } from "./places.js";
import { stalenessOf } from "./staleBuilds.js";
import { colorFlag, screenOf } from "./terminal.js";
import { UsageError } from "./usageError.js";

const formats = ["text", "json"] as const;

const flags = {
  ...askDockerFlag,
  ...stateFlag,
  format: formatFlag(formats),
  ...colorFlag,
} as const;

export const builds: CliCommand = {
  name: "builds",
  summary: "list the builds that the files of a folder define",
  forms: ["[options] [FOLDER]"],
  about:
    "Lists how the Dockerfiles of a folder are built, by what its files say: Compose and Bake files, devcontainers, workflows and other build servers' files, lines with docker build. What is taken where no other is asked for stands first; where no file says anything the context is guessed. Nothing of them is run; --ask-docker has docker evaluate them. Where a real build of one was recorded, it says how many steps would rebuild since then.",
  flags,
  offers: "folders",
  examples: ["stratacast builds", "stratacast simulate --build compose:api"],
  async run(words, io) {
    const { folder, format, state, screen, askDocker } = readArguments(words, io);
    const list = await listOf(folder, io, { askDocker });
    const stale = await stalenessOf(list, folder, state, io);
    if (format === "text") screen.show(buildListText(folder, list, pathRules, stale, screen.paint));
    else io.print(`${jsonText(buildListJson(folder, list, pathRules, stale))}\n`);
    return 0;
  },
};

/** Errors: `UsageError`. */
function readArguments(words: readonly string[], io: CliIo) {
  const { values, others } = readWords(flags, words);
  const [written = ".", extra] = others;
  if (extra !== undefined) throw new UsageError(`one FOLDER at a time: "${extra}" is too much`);
  return {
    folder: readFolder(written, io.cwd),
    format: oneOf("--format", values.format ?? "text", formats),
    askDocker: values["ask-docker"] ?? false,
    state: stateFolder(values.state, io),
    screen: screenOf(values.color, io),
  };
}
