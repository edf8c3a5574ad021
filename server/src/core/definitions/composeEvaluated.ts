/** What Docker's own program says of the services of a Compose file that our own reader has found. */
import type { ContextSource } from "../build/definition.js";
import { readComposeBuild } from "./composeBuild.js";
import { dockerfileIn, readContextSource, readMainContext } from "./contextSource.js";
import { at, type DataFile, type DataNode, entriesOf, itemsOf, textOf, textsOf } from "./data.js";
import { evaluatedTargets, type TargetValues } from "./evaluated.js";
import type { Evaluation } from "./evaluation.js";
import { type BuildParts, buildKey, type ReadBuild, type ReaderFiles } from "./reader.js";

/**
 * The files that Docker's program may read of what these name besides: those of variables and labels.
 * null: the environment says which.
 */
export function readBesides(
  reads: readonly string[],
  files: ReaderFiles,
): readonly string[] | null {
  const named = reads.flatMap((path) => {
    if (path.endsWith(".env")) return [];
    const root = files.data(path)?.root ?? null;
    const services = entriesOf(at(root, "services")).map(([, { value }]) => value);
    const nodes = [
      ...services.flatMap((service) => [at(service, "env_file"), at(service, "label_file")]),
      ...itemsOf(at(root, "include")).map((item) => at(item, "env_file")),
    ];
    const folder = files.paths.parent(path);
    return nodes.flatMap(namedFiles).map((text) => ({ text, folder }));
  });
  if (named.some(({ text }) => text.includes("$"))) return null;
  return named.map(({ text, folder }) => files.paths.resolve(folder, text));
}

/** A path, a list of them, or of maps that hold one. */
function namedFiles(node: DataNode | null): readonly string[] {
  const paths = itemsOf(node).flatMap((item) => textOf(at(item, "path")) ?? []);
  return [...textsOf(node), ...paths];
}

/** With the program's values; what it does not build is none. */
export function evaluatedServices(
  builds: readonly ReadBuild[],
  evaluation: Evaluation,
  file: DataFile,
  { paths }: ReaderFiles,
): readonly ReadBuild[] {
  const folder = paths.parent(file.path);
  const names = new Map(builds.map(({ name }) => [targetName(name), name]));
  const linked = (name: string) => buildKey("compose", file.path, names.get(name) ?? name);
  const targets = evaluation.kind === "targets" ? evaluatedTargets(evaluation.root) : new Map();
  const partsOf = (name: string): BuildParts | null => {
    if (evaluation.kind === "targets") {
      const values = targets.get(targetName(name));
      return values === undefined ? null : serviceParts(values, folder, { paths, linked });
    }
    const service = at(evaluation.root, "services", name);
    return at(service, "build") === null ? null : writtenParts(service, folder, { paths, linked });
  };
  return builds.flatMap((build): readonly ReadBuild[] => {
    const parts = partsOf(build.name);
    if (parts === null) return [];
    const { fromEnvironment, tags: own } = build;
    // A Compose file says no name that goes without saying.
    const tags = evaluation.kind === "targets" ? parts.tags : own;
    return [{ ...build, ...parts, tags, fromEnvironment, isEvaluated: true }];
  });
}

/** Bake allows no dot in a name. */
function targetName(service: string): string {
  return service.replaceAll(".", "_");
}

interface ServiceRules {
  readonly paths: ReaderFiles["paths"];
  /** The key of a build by the name of its target or service. */
  linked(name: string): ReadBuild["key"];
}

function serviceParts(
  { context, dockerfile, inline, target, problems, ...values }: TargetValues,
  folder: string,
  { paths, linked }: ServiceRules,
): BuildParts {
  const source = (text: string): ContextSource =>
    readContextSource(text, (written) => paths.resolve(folder, written), linked);
  const main = readMainContext(context ?? folder, (written) => paths.resolve(folder, written));
  const inContext = main.kind === "path" ? main.folder : folder;
  return {
    ...values,
    dockerfile:
      inline === null
        ? dockerfileIn(main, dockerfile, (path) => paths.resolve(inContext, path))
        : { kind: "inline", text: inline },
    context: main,
    contexts: new Map([...values.contexts].map(([name, text]) => [name, source(text)] as const)),
    target: target === "" ? null : target,
    canBeDefault: true,
    problems,
  };
}

/** Of a Compose file in which everything is put in: of its values a dollar is doubled, as in any other. */
function writtenParts(
  service: DataNode | null,
  folder: string,
  { paths, linked }: ServiceRules,
): BuildParts {
  const node = at(service, "build");
  const platform = textOf(at(service, "platform"));
  const part = { folder, environment: new Map<string, string>() };
  const parts = readComposeBuild(node === null ? [] : [{ node, ...part }], {
    paths,
    linked: (name) => ({ kind: "build", id: linked(name), by: "linked" }),
  });
  return {
    ...parts,
    platforms: parts.platforms.length === 0 && platform !== null ? [platform] : parts.platforms,
  };
}
