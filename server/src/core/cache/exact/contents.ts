/**
 * The records of what steps look up by its content: files of a context, of a stage as far as no build
 * is needed to know them, of the Dockerfile itself. They need the bytes of every file, so that they
 * are made in two turns: `wantedFiles` says which files are to be read, `contentRecords` what follows.
 */

import { type ExactDigests, exactDigests } from "../../context/exactDigest.js";
import { type FileNode, type FileTree, fileNode } from "../../context/fileTree.js";
import { folderNode, plainFolder } from "../../context/folder.js";
import { selectSources } from "../../context/select.js";
import { failsStep, type Selection } from "../../context/selection.js";
import { filesOf } from "../../files/filesAt.js";
import { stageContent } from "../../files/stageContent.js";
import type { Step } from "../../graph/graph.js";
import type { Digest } from "../../host.js";
import { addToSet } from "../../text/grouped.js";
import { utf8Size } from "../../text/utf8.js";
import type { StageEnd } from "../predict.js";
import type { ExactKey } from "./exactKeys.js";
import type { ExactInput } from "./op.js";

/** What the contents of a build's inputs are found in. */
export interface ContentSources {
  readonly keys: ReadonlyMap<Step, ExactKey>;
  /** The main context; null: it cannot be read. */
  readonly context: FileTree | null;
  /** Those of `--build-context`, by name. */
  readonly folders: ReadonlyMap<string, FileTree>;
  /** null: the stage is not built. */
  readonly stages: readonly (StageEnd | null)[];
  readonly digest: Digest;
}

/** A file of a context whose bytes are asked for. */
export interface WantedFile {
  /** The name of a `--build-context`; null: the main one. */
  readonly folder: string | null;
  /** Of the context's tree. */
  readonly path: string;
  /** The git blob id of the bytes that are meant. */
  readonly identity: string;
  /** What is hashed in front of the bytes: each of these makes one digest. */
  readonly headers: readonly string[];
}

/** Hex SHA-256 of a header and the bytes behind it, by `bytesKey`. */
export type BytesDigests = ReadonlyMap<string, string>;

export function bytesKey(identity: string, header: string): string {
  return `${identity} ${header}`;
}

/** The files that have to be read before all that can be known is known; none of them twice. */
export function wantedFiles(sources: ContentSources): readonly WantedFile[] {
  const places = new Map<string, Pick<WantedFile, "folder" | "path">>();
  const headers = new Map<string, Set<string>>();
  const note =
    (folder: string | null | undefined) =>
    ({ identity }: FileNode, header: string, path: string): null => {
      if (identity === null) return null;
      if (folder !== undefined && !places.has(identity)) places.set(identity, { folder, path });
      addToSet(headers, identity, header);
      return null;
    };
  const inSent = new Map<string | null, ExactDigests>();
  const inStages = exactDigests(sources.digest, note(undefined));
  eachInput(sources, (input) => {
    const folder = sentFolder(input);
    let digests = inStages;
    if (folder !== undefined) {
      digests = inSent.get(folder) ?? exactDigests(sources.digest, note(folder));
      inSent.set(folder, digests);
    }
    digestOf(input, sources, digests);
  });
  return [...headers].flatMap(([identity, all]) => {
    const place = places.get(identity);
    return place === undefined ? [] : [{ ...place, identity, headers: [...all] }];
  });
}

/**
 * By step, the digests of the content records of its inputs, `sha256:…`; null: only a build can tell.
 */
export type StepContents = ReadonlyMap<Step, readonly (string | null)[]>;

/**
 * In the order of the inputs that are looked up by their content.
 * @param known of the files that `wantedFiles` names; what is not there could not be read
 */
export function contentRecords(sources: ContentSources, known: BytesDigests): StepContents {
  const { digest } = sources;
  const digests = exactDigests(digest, ({ identity }, header) => {
    const hex = identity === null ? undefined : known.get(bytesKey(identity, header));
    return hex === undefined ? null : `sha256:${hex}`;
  });
  const records = new Map<Step, (string | null)[]>();
  for (const step of sources.keys.keys()) records.set(step, []);
  eachInput(sources, (input, step) => {
    const content = digestOf(input, sources, digests);
    // The content of an input is its output -1: solver/cachekey.go.
    const record = content === null ? null : `sha256:${digest(`${content}@-1`)}`;
    records.get(step)?.push(record);
  });
  return records;
}

function eachInput({ keys }: ContentSources, look: (input: ExactInput, step: Step) => void): void {
  for (const [step, { contents }] of keys) for (const input of contents) look(input, step);
}

/** The context that a client sends for it; undefined: none. */
function sentFolder(input: ExactInput): string | null | undefined {
  if (input.kind !== "paths" || input.from.kind !== "context") return undefined;
  return input.from.folder ?? null;
}

function digestOf(
  input: ExactInput,
  sources: ContentSources,
  digests: ExactDigests,
): string | null {
  switch (input.kind) {
    case "open":
      return null;
    case "folder": {
      const { mode, uid, gid } = input;
      return digests.node(folderNode({ name: "cache", mode, uid, gid }, []), "cache");
    }
    case "document":
      return documentDigest(input, sources.digest);
    case "paths": {
      const selection = selectionOf(input, sources);
      if (selection === null || selection.problems.some(failsStep)) return null;
      return digests.input(selection, input.from.kind === "context");
    }
  }
}

/** Its bytes are at hand. */
function documentDigest(
  { name, content, mode, isWhole }: Extract<ExactInput, { kind: "document" }>,
  digest: Digest,
): string | null {
  const file = fileNode({ name, size: utf8Size(content), mode });
  const digests = exactDigests(digest, (_, header) => `sha256:${digest(header + content)}`);
  return isWhole ? digests.node(folderNode(plainFolder(""), [file]), "") : digests.node(file, name);
}

/** null: it is not known what is there. */
function selectionOf(
  { from, request }: Extract<ExactInput, { kind: "paths" }>,
  { context, folders, stages, digest }: ContentSources,
): Selection | null {
  switch (from.kind) {
    case "context": {
      const tree = from.folder === undefined ? context : (folders.get(from.folder) ?? null);
      return tree === null ? null : selectSources(tree, request);
    }
    case "stage": {
      const end = stages[from.index];
      if (end == null) return null;
      const content = stageContent(filesOf(end.files), request, digest);
      return content.kind === "known" ? content.selection : null;
    }
    case "image":
    case "scratch":
      return null;
  }
}
