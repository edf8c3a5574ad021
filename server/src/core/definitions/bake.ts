/**
 * The targets of Bake files: what they inherit, the combinations of a matrix, the groups that they are
 * in. Source: docker/buildx, bake/bake.go.
 */
import type { ContextSource } from "../build/definition.js";
import type { DefinitionProblem } from "../build/foundBuild.js";
import {
  type BakeFile,
  type BakeTarget,
  bakeFromHcl,
  bakeFromJson,
  bakeScope,
  mergedBake,
} from "./bakeFile.js";
import { dockerfileIn, readContextSource, readMainContext } from "./contextSource.js";
import { evaluatedTargets, notingFiles, type TargetValues } from "./evaluated.js";
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

/** Of a file so many targets are taken, … */
const maxTargets = 500;
/** … of so many that are read: others may only be continued, or not be asked for. */
const maxRead = 4 * maxTargets;
/** So many may one target continue, with those that these continue. */
const maxInherited = 100;

/** Docker's own names, each with an override beside it. */
export function isBakeName(name: string): boolean {
  return /^docker-bake(?:\.[\w-]+)*\.(?:hcl|json)$/.test(name);
}

/** What the file says with its override, evaluated by Docker's own program where that has answered. */
export function readBake(path: string, files: ReaderFiles): ReadFile {
  return { builds: bakeBuilds([path, bakeOverride(path)], files, null), problems: [] };
}

/** Beside one of Docker's own names, and laid over it. */
export function bakeOverride(path: string): string {
  return path.replace(/\.(hcl|json)$/, ".override.$1");
}

/** What a call of bake asks for. */
export interface BakeCall {
  /** Targets and groups. */
  readonly targets: readonly string[];
  /** What it lays over the values of a target. */
  over(name: string, values: TargetValues): TargetValues;
}

/**
 * @param paths the files, the later over the earlier; those that are there count
 * @param call null: all that they define
 */
export function bakeBuilds(
  paths: readonly [string, ...string[]],
  given: ReaderFiles,
  call: BakeCall | null,
): readonly ReadBuild[] {
  const [path] = paths;
  const { files, reads } = notingFiles(given);
  const named = paths.map((file) => bakeFile(file, files));
  const file = mergedBake(named.flatMap((one) => one ?? []));
  const folder = files.paths.parent(path);
  const inDefault = groupsOf(file, ["default"]);
  const asked = call === null ? null : groupsOf(file, call.targets);
  const place: TargetPlace = { folder, path, files };
  const written = writtenTargets(file);
  const evaluation =
    written.length === 0
      ? null
      : files.evaluated({
          kind: "bake",
          folder,
          reads: [...reads],
          besides: [],
          files: paths.filter((_, at) => named[at] !== null),
        });
  const targets =
    evaluation === null ? written : evaluatedOver(written, evaluatedTargets(evaluation.root), file);
  const builds = targets.flatMap(({ target, name, values, isInherited }): readonly ReadBuild[] => {
    if (asked?.has(name) === false && !asked.has(target?.name ?? name)) return [];
    const parts = targetParts(call === null ? values : call.over(name, values), place);
    const isThere = parts.dockerfile.kind !== "file" || files.isThere(parts.dockerfile.path);
    // What others continue need not be a build of its own.
    if (!isThere && isInherited) return [];
    const at = target ?? { path, start: 0, end: 0 };
    return [
      plainBuild({
        kind: "bake",
        name,
        key: buildKey("bake", path, name),
        foundAt: placeIn({ path: at.path, text: files.text(at.path) ?? "" }, at, name),
        order: orderOf(name, target?.name ?? name, inDefault),
        isEvaluated: evaluation !== null,
        ...parts,
      }),
    ];
  });
  return builds.slice(0, maxTargets);
}

/** A target, of a matrix one of its combinations. */
interface NamedTarget {
  readonly name: string;
  /** null: it is not known which of the file's it is. */
  readonly target: BakeTarget | null;
  readonly values: TargetValues;
  readonly isInherited: boolean;
}

/** As our own reader has them. */
function writtenTargets(file: BakeFile): readonly NamedTarget[] {
  const inherited = new Set(
    file.targets.flatMap(({ attributes }) =>
      textsIn(hclValue(attributes.get("inherits") ?? none, bakeScope(file, new Map()))),
    ),
  );
  const byName = new Map(file.targets.map((target) => [target.name, target]));
  const read: NamedTarget[] = [];
  for (const target of file.targets) {
    if (read.length >= maxRead) break;
    for (const given of combinationsOf(file, target.attributes)) {
      const scope = bakeScope(file, given);
      const chain = inheritedAttributes(byName, target.name, scope);
      const written = text(hclValue(target.attributes.get("name") ?? none, scope));
      read.push({
        name: given.size > 0 && written !== null ? written : target.name,
        target,
        values: writtenValues(chain, scope),
        isInherited: inherited.has(target.name),
      });
    }
  }
  return read;
}

/**
 * With the values that the program gives; what it does not know is none, what only it knows is one. Of names
 * that begin with `_` it tells nothing, though others may build on them.
 */
function evaluatedOver(
  written: readonly NamedTarget[],
  evaluated: ReadonlyMap<string, TargetValues>,
  file: BakeFile,
): readonly NamedTarget[] {
  const known = new Map(written.map((one) => [one.name, one]));
  const hidden = written.filter(({ name }) => name.startsWith("_") && !evaluated.has(name));
  const told = [...evaluated].map(([name, values]): NamedTarget => {
    const own = known.get(name);
    return {
      name,
      // A name that we cannot put together is of the matrix, where there is only one.
      target: own?.target ?? onlyMatrix(file),
      values: { ...values, fromEnvironment: own?.values.fromEnvironment ?? new Set() },
      isInherited: own?.isInherited ?? false,
    };
  });
  return [...told, ...hidden];
}

function onlyMatrix({ targets }: BakeFile): BakeTarget | null {
  const [first, ...others] = targets.filter(({ attributes }) => attributes.has("matrix"));
  return others.length === 0 ? (first ?? null) : null;
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
function orderOf(name: string, block: string, inDefault: ReadonlySet<string>): number {
  if (inDefault.has(name) || inDefault.has(block)) return 0;
  return /^(?:_|validate|lint|update|docs|vendor)|-test$/.test(name) ? 2 : 1;
}

/** All that these groups stand for. */
function groupsOf(file: BakeFile, groups: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  const scope = bakeScope(file, new Map());
  const open = [...groups];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (names.has(name)) continue;
    names.add(name);
    open.push(...textsIn(hclValue(file.groups.get(name) ?? none, scope)));
  }
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

/** What a target says and what it inherits: the later counts. */
interface Inherited {
  readonly attributes: readonly ReadonlyMap<string, HclExpression>[];
  /** False: it is more than is read. */
  readonly isWhole: boolean;
}

/** Of a target that is inherited in several ways its last place counts: as often as it comes, it says the same. */
function inheritedAttributes(
  targets: ReadonlyMap<string, BakeTarget>,
  name: string,
  scope: HclScope,
): Inherited {
  const found = new Map<string, BakeTarget["attributes"]>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const target = targets.get(next);
    if (target === undefined || found.has(next)) continue;
    if (found.size === maxInherited)
      return { attributes: [...found.values()].reverse(), isWhole: false };
    found.set(next, target.attributes);
    // The last of them is looked at next: it goes before the others.
    open.push(...textsIn(hclValue(target.attributes.get("inherits") ?? none, scope)));
  }
  return { attributes: [...found.values()].reverse(), isWhole: true };
}

interface TargetPlace {
  readonly folder: string;
  readonly path: string;
  readonly files: ReaderFiles;
}

function writtenValues({ attributes: chain, isWhole }: Inherited, scope: HclScope): TargetValues {
  const problems: DefinitionProblem[] = [];
  if (!isWhole) problems.push({ code: "not-evaluated", of: "inherits", text: "inherits" });
  let hasContext = true;
  const value = (name: string): HclValue => {
    const written = chain.findLast((attributes) => attributes.has(name))?.get(name);
    if (written === undefined) return null;
    const found = hclValue(written, scope);
    if (found === undefined) problems.push({ code: "not-evaluated", of: name, text: name });
    if (found === undefined && name === "context") hasContext = false;
    return found;
  };
  const entries = (name: string): ReadonlyMap<string, HclValue> =>
    new Map(
      chain.flatMap((attributes) => {
        const found = hclValue(attributes.get(name) ?? none, scope);
        return found instanceof Map ? [...(found as ReadonlyMap<string, HclValue>)] : [];
      }),
    );
  const args = entries("args");
  const known = textsOf(args);
  const context = text(value("context"));
  return {
    dockerfile: text(value("dockerfile")) ?? "Dockerfile",
    inline: text(value("dockerfile-inline")),
    context: hasContext ? (context ?? ".") : null,
    contexts: textsOf(entries("contexts")),
    target: text(value("target")),
    args: known,
    fromEnvironment: new Set([...args.keys()].filter((name) => !known.has(name))),
    platforms: textsIn(value("platforms")),
    cacheFrom: textsIn(value("cache-from")),
    noCache: value("no-cache") === true,
    tags: textsIn(value("tags")),
    problems,
  };
}

function targetParts(
  { context: written, dockerfile, inline, target, problems, ...values }: TargetValues,
  { folder, path, files }: TargetPlace,
): BuildParts {
  const { paths, root } = files;
  const context = written ?? ".";
  const linked = (name: string) => buildKey("bake", path, name);
  // Where Bake runs is not said: mostly at the root, else beside the file.
  const from = [root, folder].find((base) => {
    const own = paths.resolve(base, context.replace(/^cwd:\/\//, ""));
    return files.isThere(paths.resolve(own, dockerfile));
  });
  const base = from ?? root;
  const source = (text: string): ContextSource =>
    readContextSource(text.replace(/^cwd:\/\//, ""), (name) => paths.resolve(base, name), linked);
  const main = readMainContext(context.replace(/^cwd:\/\//, ""), (name) =>
    paths.resolve(base, name),
  );
  const inContext = main.kind === "path" ? main.folder : base;
  return {
    ...values,
    dockerfile:
      inline === null
        ? dockerfile.startsWith(here)
          ? { kind: "file", path: paths.resolve(base, dockerfile.slice(here.length)) }
          : dockerfileIn(main, dockerfile, (name) => paths.resolve(inContext, name))
        : { kind: "inline", text: inline },
    context: written === null ? null : main,
    contexts: new Map([...values.contexts].map(([name, text]) => [name, source(text)] as const)),
    target: target === "" ? null : target,
    problems: problems.slice(0, maxProblems),
    canBeDefault: problems.length === 0,
  };
}

/** What stands before a path that counts from where Bake runs. */
const here = "cwd://";

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
