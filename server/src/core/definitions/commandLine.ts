/** The definition that the words of a command line make. */
import type { BuildDefinition } from "../build/definition.js";

/** The words of the command line, each read on its own. Paths are absolute. */
export interface BuildWords
  extends Pick<
    BuildDefinition,
    | "contexts"
    | "target"
    | "args"
    | "platforms"
    | "buildPlatform"
    | "builder"
    | "builderVersion"
    | "flags"
  > {
  /** null: its text comes from stdin. */
  readonly dockerfile: string | null;
  readonly context: string;
  /** What stands for a Dockerfile that has no path of its own. */
  readonly stdinName: string;
}

/** A text from stdin is put in when it has been read. */
export function commandLineDefinition(words: BuildWords): BuildDefinition {
  const { dockerfile, context, stdinName, platforms, contexts, target, args } = words;
  const { buildPlatform, builder, builderVersion, flags } = words;
  return {
    id: `cli:${dockerfile ?? stdinName}`,
    name: null,
    dockerfile:
      dockerfile === null ? { kind: "inline", text: "" } : { kind: "file", path: dockerfile },
    context: { kind: "path", folder: context },
    contexts,
    target,
    args,
    platforms,
    buildPlatform,
    builder,
    builderVersion,
    flags,
    foundAt: null,
  };
}
