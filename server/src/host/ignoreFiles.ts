/** The ignore file that a builder takes for a context. */

import path from "node:path";
import type { Builder } from "../core/build/builder.js";
import { rulesOf } from "../core/build/builderRules.js";
import {
  createIgnoreMatcher,
  type IgnoreMatcher,
  ignoreNothing,
  readIgnoreFile,
} from "../core/context/ignoreFile.js";
import type { HostError, Result } from "../core/host.js";
import type { ContextAsk } from "../core/world/facts.js";
import { isAbsent } from "./errors.js";
import type { FileSystem } from "./nodeFileSystem.js";
import { pathInside } from "./paths.js";

export type ReadText = (file: string) => Result<string>;

export type FoundIgnore =
  | {
      readonly kind: "found";
      /** Absolute paths; null: there is none. */
      readonly path: string | null;
      readonly text: string | null;
    }
  | { readonly kind: "unreadable"; readonly error: HostError };

/** The ignore files that the builder looks for, the one that wins first. */
export function ignorePaths(ask: ContextAsk): readonly string[] {
  const { dockerfile, folder, builder, unfiltered } = ask;
  if (unfiltered !== undefined) return [];
  const own = dockerfile === null ? [] : [`${dockerfile}.dockerignore`];
  return [...(rulesOf(builder).readsOwnIgnoreFile ? own : []), path.join(folder, ".dockerignore")];
}

/**
 * The first of them that is there. A link out of the context and of the file's own folder is not
 * followed: BuildKit does not find what it leads to, and what is there is nobody's to see.
 */
export function findIgnore(
  ask: ContextAsk,
  readText: ReadText,
  fileSystem: Pick<FileSystem, "realPath">,
): FoundIgnore {
  for (const file of ignorePaths(ask)) {
    if (leadsOut(fileSystem, file, ask.folder)) {
      const message = "it is a link that leads out of the build context";
      return { kind: "unreadable", error: { code: "EOUTSIDE", path: file, message } };
    }
    const text = readText(file);
    if (text.ok) return { kind: "found", path: file, text: text.value };
    if (!isAbsent(text.error)) {
      return { kind: "unreadable", error: text.error };
    }
  }
  return { kind: "found", path: null, text: null };
}

function leadsOut(
  { realPath }: Pick<FileSystem, "realPath">,
  file: string,
  context: string,
): boolean {
  const real = realPath(file);
  if (!real.ok) return false;
  return ![context, path.dirname(file)].some((folder) => {
    const root = realPath(folder);
    return root.ok && pathInside(root.value, real.value) !== null;
  });
}

/** @param text null: there is no ignore file */
export function ignoreMatcher(
  text: string | null,
  builder: Builder,
  system: "posix" | "windows",
): IgnoreMatcher {
  if (text === null) return ignoreNothing(builder);
  return createIgnoreMatcher(readIgnoreFile(text), builder, system);
}
