/** `stratacast builds`: which builds the files of a folder define, and which is taken for each Dockerfile. */
import { statSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { openLookups } from "../core/analysis/read.js";
import { usualVersion } from "../core/build/builderVersion.js";
import type { BuildSettings } from "../core/definitions/editorDefinition.js";
import { listBuilds } from "../core/definitions/listBuilds.js";
import { type BuildList, buildListJson, buildListText } from "../core/documents/buildList.js";
import { neverCancelled } from "../core/host.js";
import { jsonText } from "../core/text/surfaces.js";
import { sha256 } from "../host/digest.js";
import { openMachine } from "../host/machine.js";
import { readTextFile } from "../host/nodeFileSystem.js";
import { pathRules } from "../host/paths.js";
import { hostPlatform } from "../host/platform.js";
import { settle } from "../host/settle.js";
import type { CliCommand, CliIo } from "./command.js";
import { UsageError } from "./usageError.js";

export const builds: CliCommand = {
  name: "builds",
  summary: "list the builds that the files of a folder define",
  usage: `stratacast builds [options] [FOLDER]

Lists how the Dockerfiles of a folder are built, by what its files say: Compose
and Bake files, devcontainers, workflows and other build servers' files, lines
with docker build. What is taken where no other is asked for stands first; where
no file says anything the context is guessed. Nothing of them is run.

  --format F         text (default) or json`,
  async run(words, io) {
    const { folder, format } = readWords(words, io);
    const list = await listOf(folder, io);
    if (format === "json") io.print(`${jsonText(buildListJson(folder, list, pathRules))}\n`);
    else io.print(buildListText(folder, list, pathRules));
    return 0;
  },
};

/** What somebody has set; the command line has no settings. */
export function plainSettings(): BuildSettings {
  return {
    builder: "buildkit",
    builderVersion: usualVersion,
    context: "",
    target: null,
    buildArgs: new Map(),
    platform: hostPlatform(),
    builds: [],
  };
}

/** @param root absolute path */
export async function listOf(
  root: string,
  io: Pick<CliIo, "threadProgram">,
  settings: BuildSettings = plainSettings(),
): Promise<BuildList> {
  const { pool } = openMachine({
    mayAskGit: () => false,
    readsFiles: false,
    threadProgram: io.threadProgram,
  });
  const texts = new Map<string, string>();
  return settle(
    pool,
    (world) => {
      const { read, needs } = openLookups(world);
      const found = read({ kind: "builds", folder: root });
      if (found.kind !== "known") return { builds: [], problems: [], needs };
      for (const file of found.value.dockerfiles) {
        const text = texts.has(file) ? null : readTextFile(file);
        if (text?.ok === true) texts.set(file, text.value);
      }
      const question = { root, found: found.value, texts, settings, paths: pathRules };
      const listed = listBuilds({ ...question, digest: sha256 }, read);
      return { builds: listed, problems: found.value.problems, needs };
    },
    neverCancelled,
  );
}

function readWords(
  words: readonly string[],
  { cwd }: CliIo,
): { readonly folder: string; readonly format: "text" | "json" } {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(words);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.split(/\.? To specify|\n/)[0] ?? message);
  }
  const { values, positionals } = parsed;
  const [written = ".", extra] = positionals;
  if (extra !== undefined) throw new UsageError(`one FOLDER at a time: "${extra}" is too much`);
  const { format = "text" } = values;
  if (format !== "text" && format !== "json")
    throw new UsageError(`--format ${format}: choose one of text, json`);
  return { folder: readFolder(written, cwd), format };
}

/** Errors: `UsageError`. */
export function readFolder(written: string, cwd: string): string {
  const folder = path.resolve(cwd, written);
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`${written}: no such folder`);
  if (!stat.isDirectory()) throw new UsageError(`${written}: not a folder`);
  return folder;
}

function parse(words: readonly string[]) {
  return parseArgs({
    args: [...words],
    allowPositionals: true,
    options: { format: { type: "string" } },
  });
}
