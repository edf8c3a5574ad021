/** `stratacast builds`: which builds the files of a folder define, and which is taken for each Dockerfile. */
import { statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildListJson, buildListText } from "../core/documents/buildList.js";
import { jsonText } from "../core/text/surfaces.js";
import { pathRules } from "../host/paths.js";
import { parsed, stateFolder } from "./arguments.js";
import { listOf } from "./buildsOf.js";
import type { CliCommand, CliIo } from "./command.js";
import { stalenessOf } from "./staleBuilds.js";
import { UsageError } from "./usageError.js";

export const builds: CliCommand = {
  name: "builds",
  summary: "list the builds that the files of a folder define",
  usage: `stratacast builds [options] [FOLDER]

Lists how the Dockerfiles of a folder are built, by what its files say: Compose
and Bake files, devcontainers, workflows and other build servers' files, lines
with docker build. What is taken where no other is asked for stands first; where
no file says anything the context is guessed. Nothing of them is run. Where a
real build of one was recorded, it says how many steps would rebuild since then.

  --state DIR        where builds are kept
  --format F         text (default) or json`,
  async run(words, io) {
    const { folder, format, state } = readWords(words, io);
    const list = await listOf(folder, io);
    const stale = await stalenessOf(list, state, io);
    const print = { json: buildListJson, text: buildListText }[format](
      folder,
      list,
      pathRules,
      stale,
    );
    io.print(typeof print === "string" ? print : `${jsonText(print)}\n`);
    return 0;
  },
};

const options = { format: { type: "string" }, state: { type: "string" } } as const;

function readWords(
  words: readonly string[],
  io: CliIo,
): { readonly folder: string; readonly format: "text" | "json"; readonly state: string } {
  const { values, positionals } = parsed(
    () => parseArgs({ args: [...words], allowPositionals: true, options }),
    Object.keys(options),
  );
  const [written = ".", extra] = positionals;
  if (extra !== undefined) throw new UsageError(`one FOLDER at a time: "${extra}" is too much`);
  const { format = "text" } = values;
  if (format !== "text" && format !== "json")
    throw new UsageError(`--format ${format}: choose one of text, json`);
  return { folder: readFolder(written, io.cwd), format, state: stateFolder(values.state, io) };
}

/** Errors: `UsageError`. */
function readFolder(written: string, cwd: string): string {
  const folder = path.resolve(cwd, written);
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`${written}: no such folder`);
  if (!stat.isDirectory()) throw new UsageError(`${written}: not a folder`);
  return folder;
}
