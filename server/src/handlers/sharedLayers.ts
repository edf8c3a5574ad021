import path from "node:path";
import { toCancellation, toPath, toUris } from "../convert/fromProtocol.js";
import { sharedLayersDocument } from "../core/documents/sharedLayersDocument.js";
import type { Result } from "../core/host.js";
import { type ComparedFile, sharedLayers } from "../core/insight/sharedLayers.js";
import { readAnalysis } from "../host/readAnalysis.js";

/** More Dockerfiles than these are not compared: each has a context to read. */
const most = 60;

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
  const paths = toUris(params).flatMap((uri) => toPath(uri) ?? []);
  for (const file of paths.sort().slice(0, most)) {
    const text = readText(file);
    if (!text.ok || token.isCancellationRequested) continue;
    const analysis = await readAnalysis(file, text.value, toCancellation(token));
    files.push({ name: shownPath(file, workspaceFolders), analysis });
  }
  return sharedLayersDocument(sharedLayers(files));
}

function shownPath(file: string, folders: readonly string[]): string {
  const folder = folders.find((root) => file.startsWith(root + path.sep));
  return (folder === undefined ? file : path.relative(folder, file)).split(path.sep).join("/");
}
