/** The builds that the files of a folder define. */
import { openLookups } from "../core/analysis/read.js";
import { usualVersion } from "../core/build/builderVersion.js";
import type { BuildSettings } from "../core/definitions/editorDefinition.js";
import { listBuilds } from "../core/definitions/listBuilds.js";
import type { BuildList } from "../core/documents/buildList.js";
import { neverCancelled } from "../core/host.js";
import { openDefinitionPrograms } from "../host/definitionPrograms.js";
import { sha256 } from "../host/digest.js";
import { type MachineOptions, openMachine } from "../host/machine.js";
import { readTextFile } from "../host/nodeFileSystem.js";
import { pathRules } from "../host/paths.js";
import { hostPlatform } from "../host/platform.js";
import { settle } from "../host/settle.js";
import type { CliIo } from "./command.js";

/** What somebody has set; the command line has no settings. */
export function plainSettings(): BuildSettings {
  return {
    builder: "buildkit",
    builderVersion: usualVersion,
    context: "",
    target: null,
    buildArgs: new Map(),
    platform: hostPlatform(),
    buildPlatform: hostPlatform(),
    builds: [],
  };
}

interface ListOptions {
  readonly settings?: BuildSettings;
  /** Whether docker itself evaluates what it can. */
  readonly askDocker?: boolean;
}

/** Who reads Compose and Bake files. */
export const askDockerFlag = {
  "ask-docker": {
    about: "let docker itself evaluate Compose and Bake files, without an engine",
  },
} as const;

/** Docker's own programs, where they are wanted. */
export function programsOf(
  isWanted: boolean,
  { env }: Pick<CliIo, "env">,
): Pick<MachineOptions, "programs"> {
  if (!isWanted) return {};
  const untrusted = (folder: string): readonly string[] => [folder];
  return { programs: { programs: openDefinitionPrograms({ env, mayAsk: () => true, untrusted }) } };
}

/** @param root absolute path */
export async function listOf(
  root: string,
  io: Pick<CliIo, "threadProgram" | "env">,
  { settings = plainSettings(), askDocker = false }: ListOptions = {},
): Promise<BuildList> {
  const { pool } = openMachine({
    mayAskGit: () => false,
    readsFiles: false,
    threadProgram: io.threadProgram,
    ...programsOf(askDocker, io),
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
