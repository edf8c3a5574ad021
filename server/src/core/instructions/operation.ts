/**
 * What a builder runs for an instruction, reduced to what its cache key can contain: plain values,
 * variables expanded, paths absolute. Source: BuildKit, solver/llbsolver/ops (`CacheMap`) and
 * frontend/dockerfile/dockerfile2llb (`dispatch*`).
 */

import type { BaseImage } from "../image/baseImage.js";
import type { OpenValues } from "../image/unknowns.js";
import type { ClassicArgs } from "./classicArgs.js";
import type { OrderedEnvironment } from "./environment.js";

/** Where a COPY or a mount takes its files from. */
export type SourceReference =
  /** `folder`: of a `--build-context` of that name; absent: the main one. */
  | { readonly kind: "context"; readonly folder?: string }
  | { readonly kind: "stage"; readonly index: number }
  | {
      readonly kind: "image";
      readonly reference: string;
      readonly image: BaseImage | null;
      /** There when a `--build-context` names it. */
      readonly isNamed?: true;
    }
  | { readonly kind: "scratch" };

export interface PullOperation {
  readonly kind: "pull";
  /** As typed, variables expanded. */
  readonly reference: string;
  /** The `--platform` of the instruction, expanded; null: the platform of the build. */
  readonly platform: string | null;
}

export interface Mount {
  readonly type: "bind" | "cache" | "tmpfs" | "secret" | "ssh";
  /** null for types that take no files. */
  readonly from: SourceReference | null;
  readonly source: string;
  /** As typed, where only the base image can tell a variable in it; absent: `source` has it. */
  readonly openSource?: string;
  /** Absolute path in the container. */
  readonly target: string;
  /** For the words: the target as far as it can be told without the base image; absent: wholly. */
  readonly openTarget?: string;
  readonly readOnly: boolean;
  readonly id: string;
  readonly sharing: string;
  readonly required: boolean;
  readonly environmentName: string | null;
  /** Permission bits; null: the default of the type. */
  readonly mode: number | null;
  readonly uid: number | null;
  readonly gid: number | null;
  /** Bytes; 0: no limit. */
  readonly sizeLimit: number;
}

export interface RunOperation {
  readonly kind: "run";
  /** The argument vector of the process, the shell's words included. */
  readonly argv: readonly string[];
  readonly shellForm: boolean;
  /** The variables that the process gets. */
  readonly environment: OrderedEnvironment;
  readonly directory: string;
  readonly user: string;
  /** For the words: see `Unknowns.user`; absent: `user` has it. */
  readonly openUser?: string;
  /** There where the shell is the usual one unless a base image that is not known sets another. */
  readonly openShell?: true;
  /** See `Unknowns.values`; absent: none of the variables turns on a base image that is not known. */
  readonly openValues?: OpenValues;
  readonly network: string;
  readonly security: string;
  readonly mounts: readonly Mount[];
  /** A heredoc that starts with `#!` becomes a file that is mounted and run. */
  readonly script: { readonly name: string; readonly content: string } | null;
  /** What the classic builder puts in front of the command; null: the builder puts nothing there. */
  readonly classicArgs: ClassicArgs | null;
}

export type CopyItem =
  | {
      readonly kind: "paths";
      /** As the builder looks it up: absolute from the source's root, cleaned. */
      readonly source: string;
      /** As typed, variables expanded. */
      readonly text: string;
      /** As typed, where only the base image can tell a variable in it; absent: `text` has it. */
      readonly openText?: string;
    }
  | {
      readonly kind: "inline";
      readonly name: string;
      readonly content: string;
      /** True where only the base image can tell a variable in it. */
      readonly isOpen: boolean;
    }
  | {
      readonly kind: "http";
      readonly url: string;
      readonly fileName: string;
      readonly checksum: string;
    }
  | {
      readonly kind: "git";
      readonly url: string;
      readonly keepGitDir: boolean;
      readonly checksum: string;
    };

export interface CopyOperation {
  readonly kind: "copy";
  readonly isAdd: boolean;
  readonly items: readonly CopyItem[];
  readonly from: SourceReference;
  /** Absolute; a trailing slash, which makes it a directory, is kept. */
  readonly destination: string;
  /** As typed, variables expanded. */
  readonly destinationText: string;
  /** As typed, variables expanded; empty: root. */
  readonly owner: string;
  /** As typed, where only the base image can tell a variable in it; absent: `owner` has it. */
  readonly openOwner?: string;
  /** As typed; empty: the files' own. */
  readonly mode: string;
  readonly link: boolean;
  readonly parents: boolean;
  readonly exclude: readonly string[];
  readonly unpack: boolean;
}

export interface MakeDirectoryOperation {
  readonly kind: "makeDirectory";
  readonly path: string;
  /** The user at that point; empty: root. */
  readonly owner: string;
  /** See `Unknowns.user`; absent: `owner` has it. */
  readonly openOwner?: string;
}

export type Operation = PullOperation | RunOperation | CopyOperation | MakeDirectoryOperation;
