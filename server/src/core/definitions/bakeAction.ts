/**
 * The steps of workflows that run Bake: which files they name, and what they build of them otherwise than
 * those say, by `set`. Sources: docker/bake-action, action.yml; docker/buildx, bake/bake.go
 * `newOverrides` and `AddOverrides`.
 */
import type { DefinitionProblem } from "../build/foundBuild.js";
import { matchPath } from "../context/glob.js";
import { readAssignment } from "../text/assignment.js";
import { bakeBuilds, bakeOverride } from "./bake.js";
import { at, type DataFile, type DataNode, entriesOf, itemsOf, textOf } from "./data.js";
import type { TargetValues } from "./evaluated.js";
import { environment, evaluated, lines, listed, type Values } from "./expressions.js";
import { buildKey, placeIn, type ReadBuild, type ReaderFiles } from "./reader.js";

/** Of any owner. */
export function isBakeAction(uses: string): boolean {
  return /^[^/]+\/bake-action@/.test(uses);
}

/** The files that steps of a workflow name, absolute, by what this workflow says alone: Bake's of any name. */
export function namedBakeFiles({ root }: DataFile, files: ReaderFiles): readonly string[] {
  const known = environment(root, new Map());
  const steps = [
    ...itemsOf(at(root, "runs", "steps")),
    ...entriesOf(at(root, "jobs")).flatMap(([, { value }]) => itemsOf(at(value, "steps"))),
  ];
  return steps.flatMap((step) =>
    isBakeAction(textOf(at(step, "uses")) ?? "") ? filesOf(step, files, known) : [],
  );
}

function filesOf(step: DataNode, files: ReaderFiles, known: Values): readonly string[] {
  return listed(textOf(at(step, "with", "files")), known)
    .filter((name) => /\.(?:hcl|json)$/.test(name) && !/^(?:cwd|https?):\/\//.test(name))
    .map((name) => files.paths.resolve(folderOf(step, files), name));
}

/** An address, or an expression, is the repository itself, or another one. */
function folderOf(step: DataNode, { paths, root }: ReaderFiles): string {
  const given = ["workdir", "source"].map((key) => textOf(at(step, "with", key)) ?? "");
  return paths.resolve(root, given.find((text) => /^[\w./-]+$/.test(text)) ?? ".");
}

interface StepPlace {
  readonly file: DataFile;
  readonly files: ReaderFiles;
  readonly values: Values;
}

/** What the step builds otherwise than Bake's files say; without `set` it is what they say. */
export function bakeActionBuilds(
  step: DataNode,
  name: string,
  { file, files, values }: StepPlace,
): readonly ReadBuild[] {
  const settings = lines(textOf(at(step, "with", "set"))).flatMap((line) =>
    readSetting(line, values),
  );
  const [first, ...others] = bakeFiles(step, files, values);
  if (first === undefined || settings.every(({ key }) => !acts(key))) return [];
  const targets = listed(textOf(at(step, "with", "targets")), values);
  const builds = bakeBuilds([first, ...others], files, {
    targets: targets.length === 0 ? ["default"] : targets,
    over: (target, written) => laidOver(target, written, settings),
  });
  return builds.map((build) => {
    const own = `${name}/${build.name}`;
    return {
      ...build,
      kind: "workflow",
      name: own,
      key: buildKey("workflow", file.path, own),
      foundAt: placeIn(file, step, own),
    };
  });
}

/** Those that are named, else Docker's own. */
function bakeFiles(step: DataNode, files: ReaderFiles, values: Values): readonly string[] {
  const isInside = (path: string): boolean => files.paths.isInside(files.root, path);
  const named = filesOf(step, files, values).filter(
    (path) => isInside(path) && files.isThere(path),
  );
  if (textOf(at(step, "with", "files")) !== null) return named;
  const folder = folderOf(step, files);
  const usual = ["docker-bake.json", "docker-bake.hcl"].map((own) =>
    files.paths.resolve(folder, own),
  );
  return usual
    .filter((path) => isInside(path) && files.isThere(path))
    .flatMap((path) => [path, bakeOverride(path)]);
}

/** `app.args.VERSION=1`, `*.platform=linux/arm64`. */
interface Setting {
  /** Of the names of targets, with wildcards. */
  readonly pattern: string;
  readonly key: string;
  /** Of an argument, a named context; empty: the key has none. */
  readonly name: string;
  /** null: what only a run can tell, or the environment. */
  readonly value: string | null;
  readonly written: string;
}

function readSetting(line: string, values: Values): readonly Setting[] {
  const { name: path, value } = readAssignment(line);
  const [pattern = "", key = "", ...rest] = path.replace(/\+$/, "").split(".");
  if (key === "") return [];
  const known = value === null ? null : evaluated(value, values);
  return [{ pattern, key, name: rest.join("."), value: known, written: line }];
}

/** Those that say where an image goes, or what is told of it, change nothing of what is built. */
function acts(key: string): boolean {
  return key in keys;
}

const keys = {
  args: true,
  contexts: true,
  context: true,
  dockerfile: true,
  target: true,
  platform: true,
  "no-cache": true,
  "cache-from": true,
  tags: true,
};

function laidOver(
  target: string,
  before: TargetValues,
  settings: readonly Setting[],
): TargetValues {
  const own = settings.filter(({ pattern }) => matchPath(pattern, target) === "match");
  const [args, contexts] = [new Map(before.args), new Map(before.contexts)];
  const fromEnvironment = new Set(before.fromEnvironment);
  const problems: DefinitionProblem[] = [...before.problems];
  const one = (key: string, usual: string | null): string | null => {
    const setting = own.findLast((other) => other.key === key);
    if (setting === undefined) return usual;
    if (setting.value === null)
      problems.push({ code: "not-evaluated", of: key, text: setting.written });
    return setting.value ?? usual;
  };
  const all = (key: string, usual: readonly string[]): readonly string[] => {
    const given = own.filter((other) => other.key === key);
    if (given.length === 0) return usual;
    return given.flatMap(({ value }) => value?.split(",").map((part) => part.trim()) ?? []);
  };
  for (const { key, name, value } of own) {
    if (key === "args") {
      if (value === null) args.delete(name);
      else args.set(name, value);
      if (value === null) fromEnvironment.add(name);
      else fromEnvironment.delete(name);
    }
    if (key === "contexts" && value !== null) contexts.set(name, value);
  }
  return {
    ...before,
    args,
    contexts,
    fromEnvironment,
    context: one("context", before.context),
    dockerfile: one("dockerfile", before.dockerfile) ?? before.dockerfile,
    target: one("target", before.target),
    platforms: all("platform", before.platforms),
    cacheFrom: own.some(({ key }) => key === "cache-from")
      ? own.flatMap(({ key, value }) => (key === "cache-from" && value !== null ? [value] : []))
      : before.cacheFrom,
    noCache: one("no-cache", String(before.noCache)) === "true",
    tags: all("tags", before.tags),
    problems,
  };
}
