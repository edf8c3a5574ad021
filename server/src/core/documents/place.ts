/** What an answer is about, as the JSON of the commands names it: paths are counted from one folder. */
import {
  type BuildDefinition,
  type DefinitionKind,
  definitionKind,
  sourceWord,
} from "../build/definition.js";

export interface SimulationPlace {
  /** Absolute: the folder that all other paths are counted from. */
  readonly root: string;
  /** `-`: its text came from stdin, or stands within another file. */
  readonly dockerfile: string;
  /** A folder, an image, an address, or the id of another build; empty: there is none. */
  readonly context: string;
  readonly build: BuildJson;
}

/** Which build is meant, and where that is said. */
export interface BuildJson {
  readonly id: string;
  readonly source: {
    readonly kind: DefinitionKind;
    /** null, with the line: in no file. */
    readonly file: string | null;
    /** From 1. */
    readonly line: number | null;
  };
}

/** @param relative the way from the root to an absolute path, `/` between names */
export function simulationPlace(
  definition: BuildDefinition,
  root: string,
  relative: (path: string) => string,
): SimulationPlace {
  const { dockerfile, context } = definition;
  return {
    root,
    dockerfile: dockerfile.kind === "file" ? relative(dockerfile.path) : "-",
    context: context === null ? "" : sourceWord(context, relative),
    build: buildJson(definition, relative),
  };
}

/** @param relative see `simulationPlace` */
export function buildJson(
  definition: BuildDefinition,
  relative: (path: string) => string,
): BuildJson {
  const { id, dockerfile, foundAt } = definition;
  const kind = definitionKind(definition);
  const named = id.slice(kind.length + 1);
  const isPath = dockerfile.kind === "file" && named === dockerfile.path;
  const file = foundAt?.file ?? null;
  return {
    id: isPath ? `${kind}:${relative(named)}` : id,
    source: {
      kind,
      file: file === null ? null : relative(file),
      line: foundAt?.line ?? null,
    },
  };
}
