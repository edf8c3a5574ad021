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
export function ignorePaths({ dockerfile, folder, builder }: ContextAsk): readonly string[] {
  const own = dockerfile === null ? [] : [`${dockerfile}.dockerignore`];
  return [...(rulesOf(builder).readsOwnIgnoreFile ? own : []), path.join(folder, ".dockerignore")];
}

export function findIgnore(ask: ContextAsk, readText: ReadText): FoundIgnore {
  for (const file of ignorePaths(ask)) {
    const text = readText(file);
    if (text.ok) return { kind: "found", path: file, text: text.value };
    if (text.error.code !== "ENOENT" && text.error.code !== "ENOTDIR") {
      return { kind: "unreadable", error: text.error };
    }
  }
  return { kind: "found", path: null, text: null };
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
