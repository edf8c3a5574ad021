import path from "node:path";
import { toCancellation, toPath, toUris } from "../convert/fromProtocol.js";
import type { Analysis } from "../core/analysis/analyse.js";
import { onDisk } from "../core/analysis/place.js";
import { openLookups } from "../core/analysis/read.js";
import { analyse } from "../core/analysis/snapshot.js";
import { type DocumentPlace, editorDefinition } from "../core/definitions/editorDefinition.js";
import { namedSources } from "../core/definitions/namedSources.js";
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
    const workspaceFolder = folderOf(file, workspaceFolders) ?? null;
    const place = { uri: "", file, workspaceFolder };
    const analysis = await analysisOf(place, text.value, machine, toCancellation(token));
    files.push({ name: shownPath(file, workspaceFolders), analysis });
  }
  return sharedLayersDocument(sharedLayers(files));
}

function shownPath(file: string, folders: readonly string[]): string {
  const folder = folderOf(file, folders);
  return (folder === undefined ? file : path.relative(folder, file)).split(path.sep).join("/");
}

function folderOf(file: string, folders: readonly string[]): string | undefined {
  return folders.find((root) => file.startsWith(root + path.sep));
}

/** As it is built where nothing says otherwise, against no earlier build. */
async function analysisOf(
  place: DocumentPlace,
  text: string,
  { pool }: Machine,
  cancel: Cancellation,
): Promise<Analysis> {
  const dockerfile = parseDockerfile(text);
  const sources = namedSources(dockerfile, defaultSettings, sha256);
  const question = { settings: defaultSettings, choice: null, place, sources, paths: pathRules };
  const { analysis } = await settle(
    pool,
    (world) => {
      const { read, needs } = openLookups(world);
      const { definition } = editorDefinition(question, read);
      const [platform] = definition.platforms;
      const build = { place: onDisk, definition, platform, dockerfile, world };
      const answer = analyse({ ...build, baseline: { kind: "empty" }, digest: sha256 });
      return { ...answer, needs: [...needs, ...answer.needs] };
    },
    cancel,
  );
  return analysis;
}
