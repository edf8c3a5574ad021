/**
 * Dockerfiles of the workspace that are not open, as they would be told of if they were. No file is
 * read but they and what says how they are built: of their contexts only names are looked at.
 */
import { pathToFileURL } from "node:url";
import type { Cancellation } from "../core/host.js";
import { factOf } from "../core/world/world.js";
import type { ReadText } from "../host/ignoreFiles.js";
import { type Machine, openMachine } from "../host/machine.js";
import { readTextFile } from "../host/nodeFileSystem.js";
import { openStateStore } from "../host/stateStore.js";
import { type BuildHost, LiveBuild } from "./build.js";
import { readSettings } from "./settings.js";

/** More of a workspace folder are not looked at. */
const most = 100;

/** A context with more entries is given up: nobody asked for what is in it. */
const maxEntries = 50_000;

export interface ClosedDockerfile {
  readonly uri: string;
  readonly text: string;
  readonly build: LiveBuild;
}

export interface ClosedHost {
  readonly folders: readonly string[];
  isOpen(uri: string): boolean;
  /** The section of the settings for a document. */
  settings(uri: string): Promise<unknown>;
  /** Of an ignore file, as the editor shows it where it is open there. */
  readonly readText: ReadText;
  log(message: string): void;
}

/**
 * One after the other, each for as long as the next is not asked for.
 * @param only the URI of the one that is meant; null: all of them
 */
export async function* closedDockerfiles(
  host: ClosedHost,
  cancel: Cancellation,
  only: string | null = null,
): AsyncGenerator<ClosedDockerfile> {
  const machine = openMachine({
    maxEntries,
    readText: host.readText,
    readsFiles: false,
    isWatched: () => true,
    mayAskGit: () => false,
  });
  const buildHost = hostOf(machine, host.log);
  for (const folder of host.folders) {
    const files = await dockerfilesOf(machine, folder, cancel);
    if (files.length > most) sayMost(host, folder, files.length);
    for (const file of files.slice(0, most)) {
      const uri = pathToFileURL(file).href;
      const isMeant = (only === null || only === uri) && !host.isOpen(uri);
      const text = isMeant ? readTextFile(file) : null;
      if (cancel.isCancelled) return;
      if (text?.ok !== true) continue;
      const place = { uri, file, workspaceFolder: folder };
      const build = new LiveBuild(place, text.value, 0, buildHost);
      await build.configure({ ...readSettings(await host.settings(uri)), against: "empty" });
      yield { uri, text: text.value, build };
      build.close();
    }
  }
}

async function dockerfilesOf(
  { pool }: Machine,
  folder: string,
  cancel: Cancellation,
): Promise<readonly string[]> {
  const need = { kind: "builds", folder } as const;
  await pool.supply([need], cancel);
  const found = factOf(pool.world, need);
  return found.kind === "known" ? found.value.dockerfiles : [];
}

/** The folders of which it was said, by who asks. */
const saidMost = new WeakMap<ClosedHost, Set<string>>();

/** Says it once that not all of a folder's Dockerfiles are looked at. */
function sayMost(host: ClosedHost, folder: string, count: number): void {
  const said = saidMost.get(host) ?? new Set();
  saidMost.set(host, said);
  if (said.has(folder)) return;
  said.add(folder);
  host.log(
    `${folder} has ${count} Dockerfiles: of those that are not open the first ${most} are told of in the problems.`,
  );
}

/** Nothing is kept, and nobody hears of changes. */
function hostOf(machine: Machine, log: (message: string) => void): BuildHost {
  return {
    machine,
    log,
    store: openStateStore(null),
    recorded: openStateStore(null, "recorded"),
    changed: () => undefined,
    moved: () => undefined,
    isWatched: () => true,
    tell: () => undefined,
  };
}
