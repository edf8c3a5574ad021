/** The digests of what the steps of a build take, with the bytes of their files read for it. */
import type { Analysis } from "../core/analysis/analyse.js";
import { contextFolder, namedFolders } from "../core/build/definition.js";
import {
  type ContentSources,
  contentRecords,
  type StepContents,
  wantedFiles,
} from "../core/cache/exact/contents.js";
import { exactKeys } from "../core/cache/exact/exactKeys.js";
import { readBytesDigests } from "./bytesDigests.js";
import { nodeFileSystem } from "./nodeFileSystem.js";

/** Reads every file that the build takes; one that cannot be read leaves its content unknown. */
export function exactContents({ graph, keys, input }: Analysis): StepContents {
  const { context, folders = new Map(), sha256: digest, definition } = input;
  const sources: ContentSources = {
    keys: exactKeys(graph, digest),
    context: context?.tree ?? null,
    folders: new Map([...folders].map(([name, { tree }]) => [name, tree])),
    stages: keys.stages,
    digest,
  };
  const named = namedFolders(definition);
  const bytes = readBytesDigests(nodeFileSystem(), wantedFiles(sources), (folder) =>
    folder === null ? contextFolder(definition) : (named.get(folder) ?? null),
  );
  return contentRecords(sources, bytes);
}
