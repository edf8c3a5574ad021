/**
 * Reads the files that say how images are built. A program file of its own, loaded where such a file
 * is there: it brings the parsers of YAML and JSON.
 */

import type { FoundBuilds, Lacking } from "../core/build/foundBuild.js";
import type { DataFile } from "../core/definitions/data.js";
import type { EvaluationAsk } from "../core/definitions/evaluation.js";
import type { DefinitionFiles } from "../core/definitions/fileNames.js";
import { findBuilds } from "../core/definitions/findBuilds.js";
import type { ReaderFiles } from "../core/definitions/reader.js";
import type { Result } from "../core/host.js";
import { parseJson, parseYaml } from "./dataTexts.js";
import type { Asked, DefinitionPrograms } from "./definitionPrograms.js";
import { isAbsent } from "./errors.js";
import { type FileSystem, readRegularFile } from "./nodeFileSystem.js";
import { pathRules } from "./paths.js";

/** A longer text is no definition that somebody wrote. Bytes. */
const maxFile = 2_000_000;
/** Of a workspace folder so much is read. Bytes. */
const maxAll = 50_000_000;

export interface ReadOptions {
  readonly disk: FileSystem;
  /** The text of a file as an editor shows it; undefined: as it is on disk. */
  readonly openText?: (path: string) => string | undefined;
  /** Docker's own programs; absent: nobody asks them. */
  readonly programs?: DefinitionPrograms | undefined;
}

export interface ReadBuilds {
  readonly builds: FoundBuilds;
  /** What programs could say more of. */
  readonly unasked: readonly Asked[];
}

/** @param root absolute path of the workspace folder: nothing outside of it is read */
export function readBuilds(
  found: DefinitionFiles,
  root: string,
  { disk, openText, programs }: ReadOptions,
): ReadBuilds {
  const realRoot = disk.realPath(root);
  const texts = new Map<string, Result<string>>();
  const parsed = new Map<string, DataFile | null>();
  const failures = new Map<string, string>();
  const read = new Set<string>();
  let left = maxAll;

  const load = (path: string): Result<string> => {
    const open = openText?.(path);
    if (open !== undefined) return { ok: true, value: open };
    const fail = (code: string, message: string): Result<string> => ({
      ok: false,
      error: { code, message, path },
    });
    const real = disk.realPath(path);
    if (!real.ok) return real;
    // A link may lead anywhere.
    if (!realRoot.ok || !pathRules.isInside(realRoot.value, real.value))
      return fail("EOUTSIDE", "leads out of the workspace");
    const bytes = readRegularFile(disk, real.value, Math.min(maxFile, left));
    if (!bytes.ok) return fail(bytes.error.code, reasonOf(bytes.error.code));
    left -= bytes.value.length;
    return { ok: true, value: bytes.value.toString("utf8") };
  };
  const textOf = (path: string): Result<string> => {
    let text = texts.get(path);
    if (text === undefined) {
      text = load(path);
      texts.set(path, text);
      read.add(path);
      if (!text.ok && !isAbsent(text.error)) failures.set(path, text.error.message);
    }
    return text;
  };
  const unasked: Asked[] = [];
  const refusals = new Map<
    string,
    { readonly ask: EvaluationAsk; readonly lacks: Lacking | null }
  >();
  /** Whether our own reader can read all that a program would: no pipe, no endless file, no bomb. */
  const isSafe = ({ reads, besides }: EvaluationAsk): boolean =>
    !reads.some((path) => failures.has(path)) &&
    besides.every((path) => {
      const text = load(path);
      return text.ok || isAbsent(text.error);
    });
  const files: ReaderFiles = {
    root,
    paths: pathRules,
    text(path) {
      const text = textOf(path);
      return text.ok ? text.value : null;
    },
    data(path) {
      let file = parsed.get(path);
      if (file !== undefined) return file;
      const text = textOf(path);
      file = null;
      if (text.ok) {
        const node = /\.json$/i.test(path)
          ? parseJson(path, text.value)
          : parseYaml(path, text.value);
        if (node.ok) file = { path, text: text.value, root: node.value };
        else failures.set(path, node.error.message);
      }
      parsed.set(path, file);
      return file;
    },
    isThere: (path) => disk.stat(path).ok,
    evaluated(ask) {
      if (programs === undefined || !isSafe(ask)) return null;
      const asked = { ask, texts: ask.reads.map(files.text) };
      const told = programs.known(asked);
      if (told === undefined) unasked.push(asked);
      if (told == null) return null;
      if (told.kind === "refused") {
        refusals.set(ask.files.join("\0"), { ask, lacks: told.lacks });
        return null;
      }
      const root = parseJson(ask.folder, told.text);
      return root.ok ? { kind: told.kind, root: root.value } : null;
    },
  };
  const builds = findBuilds(found, files);
  const shown = (path: string): string => path.slice(root.length + 1).replaceAll("\\", "/");
  const all: FoundBuilds = {
    ...builds,
    files: [...new Set([...builds.files, ...read])],
    problems: [
      ...builds.problems,
      ...[...failures].map(([path, reason]) => ({
        code: "definition-unreadable" as const,
        path: shown(path),
        reason,
      })),
      ...[...refusals.values()].map(({ ask: { kind, files }, lacks }) => ({
        code: "definition-refused" as const,
        kind,
        lacks,
        path: files.map(shown).join(", "),
      })),
    ],
  };
  return { builds: all, unasked };
}

function reasonOf(code: string): string {
  switch (code) {
    case "EFBIG":
      return "is too large";
    case "EINVAL":
    case "ENXIO":
      return "is not a regular file";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    default:
      return code;
  }
}
