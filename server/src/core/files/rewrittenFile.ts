/** The ignore file, where the classic builder's client writes it anew for each build. */
import { type BuildDefinition, contextFolder } from "../build/definition.js";
import { childOf } from "../context/folder.js";
import type { BuildGraph } from "../graph/graph.js";
import type { ContextInput } from "./contextInput.js";

const ignoreFile = ".dockerignore";

/**
 * True for what is another one at every build. A Dockerfile that is not in the context is sent under a
 * name by chance, and that name written into the ignore file. Source: docker/cli, cli/command/image/
 * build/context.go `AddDockerfileToBuildContext`.
 */
export function isRewritten(
  input: ContextInput | undefined,
  { definition, rules }: Pick<BuildGraph, "definition" | "rules">,
): boolean {
  if (input === undefined || input.folder !== null || !rules.rewritesIgnoreFile) return false;
  const isTaken = input.selection.sources.some(({ taken }) => taken.some(isIgnoreFile));
  return isTaken && isOutside(definition);
}

function isOutside(definition: BuildDefinition): boolean {
  const { dockerfile } = definition;
  if (dockerfile.kind !== "file") return true;
  const isAbsolute = /^(?:[\\/]|[A-Za-z]:)/.test(dockerfile.path);
  const folder = contextFolder(definition)?.replace(/[\\/]*$/, "") ?? null;
  if (!isAbsolute || folder === null) return false;
  return (
    !dockerfile.path.startsWith(folder) || !/^[\\/]/.test(dockerfile.path.slice(folder.length))
  );
}

function isIgnoreFile({
  path,
  node,
  isWhole,
}: ContextInput["selection"]["sources"][number]["taken"][number]): boolean {
  if (path === ignoreFile) return true;
  return path === "" && isWhole && childOf(node, ignoreFile) !== null;
}
