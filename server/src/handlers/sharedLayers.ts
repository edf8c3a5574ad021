import path from "node:path";
import { toCancellation, toPath, toUris } from "../convert/fromProtocol.js";
import type { Analysis } from "../core/analysis/analyse.js";
import { onDisk } from "../core/analysis/place.js";
import { analyse } from "../core/analysis/snapshot.js";
import { editorDefinition } from "../core/definitions/editorDefinition.js";
import { sharedLayersDocument } from "../core/documents/sharedLayersDocument.js";
import type { Cancellation, Result } from "../core/host.js";
import { type ComparedFile, sharedLayers } from "../core/insight/sharedLayers.js";
import { parseDockerfile } from "../core/syntax/parse.js";
import { sha256 } from "../host/digest.js";
import { type Machine, openMachine } from "../host/machine.js";
import { pathRules } from "../host/paths.js";
import { settle } from "../host/settle.js";
import { defaultSettings } from "../workspace/settings.js";

/** More Dockerfiles than these are not compared: each has a context to read. */
const most = 60;

/** A context with more entries is left out: what is copied from it is then not compared. */
const maxEntries = 50_000;

export interface SharedLayersHost {
  /** As the editor shows it where it is open there. */
  readText(file: string): Result<string>;
  readonly workspaceFolders: readonly string[];
}

/** `stratacast/sharedLayers`: reads each Dockerfile with the folder that it is in as its context. */
export async function handleSharedLayers(
  { readText, workspaceFolders }: SharedLayersHost,
  params: unknown,
  token: { readonly isCancellationRequested: boolean },
): Promise<string> {
  const files: ComparedFile[] = [];
  const machine = openMachine({ maxEntries, mayAskGit: () => false });
  const paths = toUris(params).flatMap((uri) => toPath(uri) ?? []);
  for (const file of paths.sort().slice(0, most)) {
    const text = readText(file);
    if (!text.ok || token.isCancellationRequested) continue;
    const analysis = await analysisOf(file, text.value, machine, toCancellation(token));
    files.push({ name: shownPath(file, workspaceFolders), analysis });
  }
  return sharedLayersDocument(sharedLayers(files));
}

function shownPath(file: string, folders: readonly string[]): string {
  const folder = folders.find((root) => file.startsWith(root + path.sep));
  return (folder === undefined ? file : path.relative(folder, file)).split(path.sep).join("/");
}

/** As it is built where nothing says otherwise, against no earlier build. */
async function analysisOf(
  file: string,
  text: string,
  { pool }: Machine,
  cancel: Cancellation,
): Promise<Analysis> {
  const place = { uri: "", file, workspaceFolder: null };
  const definition = editorDefinition(defaultSettings, null, place, pathRules);
  const [platform] = definition.platforms;
  const build = { definition, platform, dockerfile: parseDockerfile(text), digest: sha256 };
  const baseline = { kind: "empty" } as const;
  const { analysis } = await settle(
    pool,
    (world) => analyse({ place: onDisk, ...build, world, baseline }),
    cancel,
  );
  return analysis;
}
