/** Builds as the files of a workspace define them: what their readers find, and what they cannot tell. */
import type { ContextSource, DefinitionId, DockerfileSource, FoundAt } from "./definition.js";

/** The kinds of files, in the order in which they are believed. */
export const foundKinds = ["compose", "bake", "devcontainer", "workflow", "ci", "command"] as const;

export type FoundKind = (typeof foundKinds)[number];

/** What a file leaves open, or has wrong. */
export type DefinitionProblem =
  /**
   * `text`: what only the machine that builds can evaluate, as it is written; `of`: what it decides; `step`:
   * a step or job that makes it before.
   */
  | {
      readonly code: "not-evaluated";
      readonly of: string;
      readonly text: string;
      readonly step?: string;
    }
  /** `path`: as it is written. */
  | { readonly code: "dockerfile-missing"; readonly path: string }
  /** It is fetched with the context. */
  | { readonly code: "dockerfile-remote"; readonly address: string }
  /** No checkout holds the context: it is made, or sent, first. */
  | { readonly code: "context-missing"; readonly path: string }
  /** The same, put together by what `by` names; empty: there is none, the Dockerfile comes from stdin. */
  | { readonly code: "context-made"; readonly by: string }
  /** The file that is built is generated from this one. */
  | { readonly code: "partly-known"; readonly what: string }
  /** `path`: of the file that cannot be read. */
  | { readonly code: "definition-unreadable"; readonly path: string; readonly reason: string }
  /** By Docker's own program; `lacks`: what it misses, as far as that is known. */
  | {
      readonly code: "definition-refused";
      readonly path: string;
      readonly kind: "compose" | "bake";
      readonly lacks: Lacking | null;
    }
  | { readonly code: "definition-circle"; readonly path: string }
  /** It leads out of the workspace, and is not read. */
  | { readonly code: "definition-outside"; readonly path: string }
  /** A build, service or target that is named and not defined. */
  | { readonly code: "definition-unknown"; readonly name: string };

/** What Docker's own program misses in a definition. */
export interface Lacking {
  readonly what: "variable" | "file" | "target";
  readonly name: string;
}

export interface FoundBuild {
  readonly kind: FoundKind;
  /** Unique in its workspace. */
  readonly id: DefinitionId;
  /** Service, target, job: what a person calls it. */
  readonly name: string;
  readonly dockerfile: DockerfileSource;
  /** null: none that is here. */
  readonly context: ContextSource | null;
  readonly contexts: ReadonlyMap<string, ContextSource>;
  readonly target: string | null;
  /** Those with a value. */
  readonly args: ReadonlyMap<string, string>;
  /** The arguments whose values are the environment's, whether it is known or not. */
  readonly fromEnvironment: ReadonlySet<string>;
  /** As written, such as `linux/arm64`. */
  readonly platforms: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly noCache: boolean;
  /** The names that the image gets. */
  readonly tags: readonly string[];
  readonly foundAt: FoundAt & { readonly file: string; readonly line: number };
  /** True: Docker's own program has said so. */
  readonly isEvaluated: boolean;
  /** False: never taken without being asked for. */
  readonly canBeDefault: boolean;
  /** Within its kind: the smaller comes first. */
  readonly rank: readonly (number | string)[];
  readonly problems: readonly DefinitionProblem[];
}

/** What the files of a workspace folder define. */
export interface FoundBuilds {
  /** In the order in which they are believed. */
  readonly builds: readonly FoundBuild[];
  /** Absolute paths of the Dockerfiles that somebody may build, in the order of their names. */
  readonly dockerfiles: readonly string[];
  /** All that was read for it, absolute: another text may define something else. */
  readonly files: readonly string[];
  /** Of files, not of builds. */
  readonly problems: readonly DefinitionProblem[];
}
