/**
 * What Docker's own programs make of a definition file: targets as Bake prints them in JSON, which
 * `docker compose build --print` does too. They are right where our own reading differs.
 */
import type { DefinitionProblem } from "../build/foundBuild.js";
import { at, type DataNode, entriesOf, itemsOf, textOf } from "./data.js";
import type { ReaderFiles } from "./reader.js";

/** The values of a target, as written or evaluated. */
export interface TargetValues {
  /** null: it says none. */
  readonly context: string | null;
  readonly dockerfile: string;
  readonly inline: string | null;
  readonly contexts: ReadonlyMap<string, string>;
  readonly target: string | null;
  readonly args: ReadonlyMap<string, string>;
  readonly fromEnvironment: ReadonlySet<string>;
  readonly platforms: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly noCache: boolean;
  readonly tags: readonly string[];
  readonly problems: readonly DefinitionProblem[];
}

/** Files that note the paths of what is read through them. */
export function notingFiles(files: ReaderFiles): {
  readonly files: ReaderFiles;
  readonly reads: ReadonlySet<string>;
} {
  const reads = new Set<string>();
  return {
    reads,
    files: {
      ...files,
      text(path) {
        reads.add(path);
        return files.text(path);
      },
      data(path) {
        reads.add(path);
        return files.data(path);
      },
    },
  };
}

/** The targets of Bake's JSON, by their names. */
export function evaluatedTargets(root: DataNode): ReadonlyMap<string, TargetValues> {
  return new Map(
    entriesOf(at(root, "target")).map(([name, { value }]) => [name, targetValues(value)]),
  );
}

function targetValues(node: DataNode): TargetValues {
  const text = (name: string): string | null => textOf(at(node, name));
  return {
    context: text("context"),
    dockerfile: text("dockerfile") ?? "Dockerfile",
    inline: text("dockerfile-inline"),
    contexts: textEntries(at(node, "contexts")),
    target: text("target"),
    args: textEntries(at(node, "args")),
    fromEnvironment: new Set(),
    platforms: itemsOf(at(node, "platforms")).flatMap((item) => textOf(item) ?? []),
    cacheFrom: itemsOf(at(node, "cache-from")).map(cacheWords),
    noCache: text("no-cache") === "true",
    tags: itemsOf(at(node, "tags")).flatMap((item) => textOf(item) ?? []),
    problems: [],
  };
}

function textEntries(node: DataNode | null): ReadonlyMap<string, string> {
  return new Map(
    entriesOf(node).flatMap(([name, { value }]) => {
      const text = textOf(value);
      return text === null ? [] : [[name, text] as const];
    }),
  );
}

/** `type=registry,ref=a/b`: the newer programs print it in parts. */
function cacheWords(node: DataNode): string {
  const text = textOf(node);
  if (text !== null) return text;
  const parts = [...textEntries(node)].sort(([a], [b]) => rank(a) - rank(b));
  return parts.map(([name, value]) => `${name}=${value}`).join(",");
}

function rank(name: string): number {
  return name === "type" ? 0 : 1;
}
