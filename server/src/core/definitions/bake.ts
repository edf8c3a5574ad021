/**
 * The targets of Bake files: what they inherit, the combinations of a matrix, the groups that they are
 * in. Source: docker/buildx, bake/bake.go.
 */
import type { ContextSource } from "../build/definition.js";
import type { DefinitionProblem } from "../build/foundBuild.js";
import { type BakeFile, bakeFromHcl, bakeFromJson, bakeScope, mergedBake } from "./bakeFile.js";
import { readContextSource } from "./contextSource.js";
import { type HclExpression, parseHcl } from "./hcl.js";
import { type HclScope, type HclValue, hclValue, list, text } from "./hclValues.js";
import {
  type BuildParts,
  buildKey,
  placeIn,
  plainBuild,
  type ReadBuild,
  type ReaderFiles,
  type ReadFile,
} from "./reader.js";

/** Of a file so many targets are taken. */
const maxTargets = 500;

/** Docker's own names, each with an override beside it. */
export function isBakeName(name: string): boolean {
  return /^docker-bake(?:\.[\w-]+)*\.(?:hcl|json)$/.test(name);
}

export function readBake(path: string, files: ReaderFiles): ReadFile {
  const { paths } = files;
  const override = path.replace(/\.(hcl|json)$/, ".override.$1");
  const problems: DefinitionProblem[] = [];
  const parts = [path, override].flatMap((file) => bakeFile(file, files) ?? []);
  const file = mergedBake(parts);
  const groups = groupsOf(file);
  const inherited = new Set(
    file.targets.flatMap(({ attributes }) =>
      textsIn(hclValue(attributes.get("inherits") ?? none, bakeScope(file, new Map()))),
    ),
  );
  const folder = paths.parent(path);
  const builds = file.targets.flatMap((target): readonly ReadBuild[] =>
    combinationsOf(file, target.attributes).flatMap((given) => {
      const scope = bakeScope(file, given);
      const chain = inheritedAttributes(file, target.name, new Set(), scope);
      const written = text(hclValue(target.attributes.get("name") ?? none, scope));
      const name = given.size > 0 && written !== null ? written : target.name;
      const read = readTarget(chain, scope, { folder, path, files });
      const isThere = read.dockerfile.kind === "inline" || files.isThere(read.dockerfile.path);
      // What others continue need not be a build of its own.
      if (!isThere && inherited.has(target.name)) return [];
      const source = files.text(target.path) ?? "";
      return [
        plainBuild({
          kind: "bake",
          name,
          key: buildKey("bake", path, name),
          foundAt: placeIn({ path: target.path, text: source }, target, name),
          order: orderOf(target.name, groups),
          ...read,
        }),
      ];
    }),
  );
  return { builds: builds.slice(0, maxTargets), problems };
}

const none: HclExpression = { kind: "literal", value: null };

function bakeFile(path: string, files: ReaderFiles): BakeFile | null {
  if (path.endsWith(".hcl")) {
    const source = files.text(path);
    return source === null ? null : bakeFromHcl(parseHcl(source), path);
  }
  const data = files.data(path);
  return data === null ? null : bakeFromJson(data.root, path);
}

/** The targets of the default group, others, those that build no image to run. */
function orderOf(name: string, inDefault: ReadonlySet<string>): number {
  if (inDefault.has(name)) return 0;
  return /^(?:_|validate|lint|update|docs|vendor)|-test$/.test(name) ? 2 : 1;
}

/** All that the group `default` stands for. */
function groupsOf(file: BakeFile): ReadonlySet<string> {
  const names = new Set<string>();
  const scope = bakeScope(file, new Map());
  const add = (name: string): void => {
    if (names.has(name)) return;
    names.add(name);
    for (const member of textsIn(hclValue(file.groups.get(name) ?? none, scope))) add(member);
  };
  add("default");
  return names;
}

/** The values of a matrix, one combination after the other; one without any where there is none. */
function combinationsOf(
  file: BakeFile,
  attributes: ReadonlyMap<string, HclExpression>,
): readonly ReadonlyMap<string, HclValue>[] {
  const matrix = hclValue(attributes.get("matrix") ?? none, bakeScope(file, new Map()));
  if (!(matrix instanceof Map)) return [new Map()];
  let combinations: readonly ReadonlyMap<string, HclValue>[] = [new Map()];
  for (const [name, values] of matrix as ReadonlyMap<string, HclValue>) {
    combinations = combinations
      .flatMap((given) => list(values).map((item) => new Map([...given, [name, item] as const])))
      .slice(0, maxTargets);
  }
  return combinations;
}

/** The attributes that a target has, those that it inherits first. */
function inheritedAttributes(
  file: BakeFile,
  name: string,
  within: ReadonlySet<string>,
  scope: HclScope,
): readonly ReadonlyMap<string, HclExpression>[] {
  const target = file.targets.find((other) => other.name === name);
  if (target === undefined || within.has(name)) return [];
  const parents = textsIn(hclValue(target.attributes.get("inherits") ?? none, scope));
  const inside = new Set([...within, name]);
  return [
    ...parents.flatMap((parent) => inheritedAttributes(file, parent, inside, scope)),
    target.attributes,
  ];
}

interface TargetPlace {
  readonly folder: string;
  readonly path: string;
  readonly files: ReaderFiles;
}

function readTarget(
  chain: readonly ReadonlyMap<string, HclExpression>[],
  scope: HclScope,
  { folder, path, files }: TargetPlace,
): BuildParts {
  const { paths, root } = files;
  const problems: DefinitionProblem[] = [];
  const value = (name: string): HclValue => {
    const written = chain.findLast((attributes) => attributes.has(name))?.get(name);
    if (written === undefined) return null;
    const found = hclValue(written, scope);
    if (found === undefined) problems.push({ code: "not-evaluated", of: name, text: name });
    return found;
  };
  const entries = (name: string): ReadonlyMap<string, HclValue> =>
    new Map(
      chain.flatMap((attributes) => {
        const found = hclValue(attributes.get(name) ?? none, scope);
        return found instanceof Map ? [...(found as ReadonlyMap<string, HclValue>)] : [];
      }),
    );
  const given = value("context");
  const context = text(given) ?? ".";
  const dockerfile = text(value("dockerfile")) ?? "Dockerfile";
  const inline = text(value("dockerfile-inline"));
  const target = text(value("target"));
  const linked = (name: string) => buildKey("bake", path, name);
  // Where Bake runs is not said: mostly at the root, else beside the file.
  const from = [root, folder].find((base) => {
    const own = paths.resolve(base, context.replace(/^cwd:\/\//, ""));
    return files.isThere(paths.resolve(own, dockerfile));
  });
  const base = from ?? root;
  const source = (written: string): ContextSource =>
    readContextSource(
      written.replace(/^cwd:\/\//, ""),
      (name) => paths.resolve(base, name),
      linked,
    );
  const main = source(context);
  const inContext = main.kind === "path" ? main.folder : base;
  const args = entries("args");
  const known = textsOf(args);
  const isOpen = problems.length > 0;
  return {
    dockerfile:
      inline === null
        ? { kind: "file", path: paths.resolve(inContext, dockerfile.replace(/^cwd:\/\//, "")) }
        : { kind: "inline", text: inline },
    context: given === undefined ? null : main,
    contexts: new Map(
      [...textsOf(entries("contexts"))].map(([name, written]) => [name, source(written)] as const),
    ),
    target: target === "" ? null : target,
    args: known,
    fromEnvironment: new Set([...args.keys()].filter((name) => !known.has(name))),
    platforms: textsIn(value("platforms")),
    cacheFrom: textsIn(value("cache-from")),
    noCache: value("no-cache") === true,
    tags: textsIn(value("tags")),
    problems: problems.filter(({ code }, at) => code !== "not-evaluated" || at < maxProblems),
    canBeDefault: !isOpen,
  };
}

/** Of a target so many are told. */
const maxProblems = 5;

function textsOf(values: ReadonlyMap<string, HclValue>): ReadonlyMap<string, string> {
  const texts = [...values].flatMap(([name, value]) => {
    const found = text(value);
    return found === null ? [] : [[name, found] as const];
  });
  return new Map(texts);
}

function textsIn(value: HclValue): readonly string[] {
  const items = Array.isArray(value) ? list(value) : [value];
  return items.flatMap((item) => text(item) ?? []);
}
