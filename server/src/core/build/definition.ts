/** What a build is: all that is decided before it starts, but for the files that it reads. */

import type { Builder } from "./builder.js";
import type { BuilderVersion } from "./builderVersion.js";
import type { BuildFlags } from "./buildFlags.js";
import type { Platform } from "./platform.js";

/**
 * Where a definition comes from: a context that somebody chose, the settings, nothing but a
 * Dockerfile, the words of a command line, or a file of the workspace (`ci`: of a build server,
 * `command`: a line that runs `docker build`).
 */
export type DefinitionKind =
  | "chosen"
  | "settings"
  | "guess"
  | "cli"
  | "compose"
  | "bake"
  | "devcontainer"
  | "workflow"
  | "ci"
  | "command";

/** `settings:api`, `guess:/srv/app/Dockerfile`; unique among the definitions of a workspace. */
export type DefinitionId = `${DefinitionKind}:${string}`;

/** What a context is. */
export type ContextSource =
  | {
      readonly kind: "path";
      /** Absolute. */
      readonly folder: string;
    }
  | { readonly kind: "image"; readonly reference: string }
  | { readonly kind: "git"; readonly url: string }
  | {
      /** What another definition leaves. */
      readonly kind: "build";
      readonly id: DefinitionId;
      /** `linked`: both are one build, as Bake's `target:`; `tag`: it comes back as an image by its tag. */
      readonly by: "linked" | "tag";
    };

/** `inline`: the text is in no file of its own, or so far in an editor alone. */
export type DockerfileSource =
  | {
      readonly kind: "file";
      /** Absolute. */
      readonly path: string;
    }
  | { readonly kind: "inline"; readonly text: string }
  | {
      /** It lies in a context that is not on this machine. */
      readonly kind: "remote";
      /** As written, from the top of that context. */
      readonly path: string;
    };

/** Where a definition's text stands. */
export interface FoundAt {
  /** Absolute path; null: in no file that we know, such as the settings. */
  readonly file: string | null;
  /** Offsets in the file; null: the file as a whole. */
  readonly range: { readonly start: number; readonly end: number } | null;
  /** Where the range starts, from 1; null: in no file that we know. */
  readonly line: number | null;
  /** What it is called there; null: nothing. */
  readonly name: string | null;
}

export interface BuildDefinition {
  readonly id: DefinitionId;
  /** What a person calls it; null: nothing but its Dockerfile. */
  readonly name: string | null;
  readonly dockerfile: DockerfileSource;
  /** null: there is none to be named, such as for an untitled file where no folder is open. */
  readonly context: ContextSource | null;
  /** The named contexts, by the names that `contextName` gives. */
  readonly contexts: ReadonlyMap<string, ContextSource>;
  /** The stage to build; null: the last one. */
  readonly target: string | null;
  readonly args: ReadonlyMap<string, string>;
  /** At least one. */
  readonly platforms: readonly [Platform, ...Platform[]];
  /** What the builder itself runs on: `BUILDPLATFORM`. */
  readonly buildPlatform: Platform;
  readonly builder: Builder;
  readonly builderVersion: BuilderVersion;
  readonly flags: BuildFlags;
  /** The caches that it imports, in docker's words; absent: none. */
  readonly cacheFrom?: readonly string[];
  readonly foundAt: FoundAt | null;
}

/** Whoever writes a file can name any number of caches, and each is read or asked for. */
const mostImported = 20;

/** Those of the caches that a build imports that are looked at: of very many the first ones. */
export function importedCaches({ cacheFrom = [] }: Pick<BuildDefinition, "cacheFrom">) {
  return { words: cacheFrom.slice(0, mostImported), total: cacheFrom.length };
}

/** One platform of a definition: what is built, and analysed, at a time. */
export interface PlatformBuild {
  readonly definition: BuildDefinition;
  readonly platform: Platform;
}

/** What earlier builds know the Dockerfile by: its path, or what stands for it in the id. */
export function dockerfileName({ dockerfile, id }: BuildDefinition): string {
  return dockerfile.kind === "file" ? dockerfile.path : id.slice(id.indexOf(":") + 1);
}

/** What earlier builds know the context by; empty: there is none. */
export function contextPlace({ context }: BuildDefinition): string {
  return context === null ? "" : sourceWord(context);
}

/**
 * A context in one word: the folder, the image, the address, the id of a build.
 * @param shown the word for a folder, of which the absolute path is given
 */
export function sourceWord(
  source: ContextSource,
  shown: (folder: string) => string = (folder) => folder,
): string {
  switch (source.kind) {
    case "path":
      return shown(source.folder);
    case "image":
      return source.reference;
    case "git":
      return source.url;
    case "build":
      return source.id;
  }
}

/** True where nobody has said how the Dockerfile is built: what is wrong with its context may be the guess. */
export function isGuess({ id }: BuildDefinition): boolean {
  return id.startsWith("guess:");
}

/** Who says how the Dockerfile is built. */
export function definitionKind({ id }: BuildDefinition): DefinitionKind {
  return id.slice(0, id.indexOf(":")) as DefinitionKind;
}

/** The folder of the main context; null: it is not one of this machine. */
export function contextFolder({ context }: BuildDefinition): string | null {
  return context?.kind === "path" ? context.folder : null;
}

/** The folders among the named contexts. */
export function namedFolders({ contexts }: BuildDefinition): ReadonlyMap<string, string> {
  return new Map(
    [...contexts].flatMap(([name, source]) =>
      source.kind === "path" ? [[name, source.folder] as const] : [],
    ),
  );
}

/** Equal for all spellings of an image that one named context replaces: dockerui/config.go. */
export function contextName(reference: string): string {
  return reference
    .replace(/^docker\.io\//, "")
    .replace(/^library\//, "")
    .replace(/:latest$/, "");
}
