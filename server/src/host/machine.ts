/** This machine as it answers the needs of analyses: the suppliers, and the world that they fill. */
import type { BuildState } from "../core/cache/state.js";
import { known, pending, unknown } from "../core/host.js";
import type { NeedKind } from "../core/world/facts.js";
import { emptyWorld } from "../core/world/world.js";
import { archiveSupplier } from "./archives.js";
import { bytesSupplier } from "./bytesDigests.js";
import { type Contexts, type ContextsOptions, createContexts } from "./contexts.js";
import { findDefinitionFiles } from "./definitionFiles.js";
import type { DefinitionPrograms } from "./definitionPrograms.js";
import { createGitReader } from "./gitReader.js";
import { gitRules } from "./gitRules.js";
import { gitSuppliers } from "./gitSuppliers.js";
import { cacheSupplier } from "./images/namedCache.js";
import { nodeFileSystem } from "./nodeFileSystem.js";
import { presentPaths } from "./presentPaths.js";
import { createPool, type Pool, type Suppliers } from "./settle.js";
import { unfetched } from "./unfetched.js";
import { workspaceText } from "./workspaceText.js";

export interface MachineOptions extends Omit<ContextsOptions, "git"> {
  /** False: no program is asked. */
  readonly mayAskGit: () => boolean;
  /** What simulated builds have left. Absent: nobody keeps any. */
  readonly readState?: () => Promise<BuildState>;
  /** The same of real builds that were recorded. */
  readonly readRecorded?: () => Promise<BuildState>;
  /** False: nobody will ask what is in files, so that nothing is done to know it. Default: true. */
  readonly readsFiles?: boolean;
  /** The text of a file that an editor shows; undefined: it shows none. Default: it never does. */
  readonly openText?: (path: string) => string | undefined;
  /** Docker's own programs. Absent: nobody asks them. */
  readonly programs?: MachinePrograms;
  /** In the place of this machine's own. */
  readonly suppliers?: Partial<Suppliers>;
}

export interface MachinePrograms {
  readonly programs: DefinitionPrograms;
  /**
   * Programs have said more of a folder's definitions than was answered: it is to be asked for again.
   * Absent: an answer waits for them.
   */
  readonly later?: (folder: string, work: Promise<boolean>) => void;
}

export interface Machine {
  readonly pool: Pool;
  readonly contexts: Contexts;
}

export function openMachine(options: MachineOptions): Machine {
  const fileSystem = options.fileSystem ?? nodeFileSystem();
  const git = createGitReader(fileSystem);
  const { readsFiles = true } = options;
  const contexts = createContexts({ ...options, fileSystem, ...(readsFiles ? { git } : {}) });
  const suppliers: Suppliers = {
    tree: contexts.tree,
    contents: contexts.contents,
    archive: archiveSupplier(fileSystem),
    ...gitSuppliers(options.mayAskGit, git, fileSystem),
    present: async ({ folder, paths }) => known(presentPaths(fileSystem, folder, paths)),
    gitRules: async ({ folder }) => gitRules(fileSystem, folder),
    unfetched: async ({ folder }) => unfetched(fileSystem, git, folder),
    builds: async ({ folder }, cancel) => {
      const found = await findDefinitionFiles(fileSystem, folder, cancel);
      if (found === null) return pending;
      const isEmpty = Object.values(found).every(({ length }) => length === 0);
      if (isEmpty) return known({ builds: [], dockerfiles: [], files: [], problems: [] });
      const { readBuilds } = await import("./definitionBuilds.js");
      const { programs, later } = options.programs ?? {};
      const read = () => readBuilds(found, folder, { disk: fileSystem, programs });
      const { builds, unasked } = read();
      if (programs === undefined || unasked.length === 0) return known(builds);
      const asking = programs.find(folder, unasked);
      later?.(folder, asking);
      return known(later === undefined && (await asking) ? read().builds : builds);
    },
    text: async ({ folder, path }) => workspaceText(fileSystem, folder, path, options.openText),
    image: async () => unknown("off"),
    cache: cacheSupplier(),
    bytes: bytesSupplier(fileSystem),
    state: async () =>
      options.readState === undefined ? unknown("off") : known(await options.readState()),
    recorded: async () =>
      options.readRecorded === undefined ? unknown("off") : known(await options.readRecorded()),
    ...options.suppliers,
  };
  // Nobody looks a base image up yet: to be told so once for each name would make two answers of one.
  const off = new Set<NeedKind>([
    ...(options.suppliers?.image === undefined ? (["image"] as const) : []),
    ...(options.readRecorded === undefined ? (["recorded"] as const) : []),
  ]);
  return { pool: createPool(suppliers, { ...emptyWorld, off }), contexts };
}
