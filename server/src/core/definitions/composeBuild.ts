/** The `build` of a Compose service, put together from all that says something of it. */
import type { ContextSource } from "../build/definition.js";
import type { DefinitionProblem } from "../build/foundBuild.js";
import { type Assignment, readAssignment } from "../text/assignment.js";
import { dockerfileIn, readContextSource } from "./contextSource.js";
import { at, type DataNode, entriesOf, textOf, textsOf } from "./data.js";
import { type Interpolated, interpolate } from "./interpolate.js";
import type { PathRules } from "./pathRules.js";
import type { BuildParts } from "./reader.js";

export interface ComposePart {
  readonly node: DataNode;
  /** What its relative paths count from. */
  readonly folder: string;
  readonly environment: ReadonlyMap<string, string>;
}

interface ComposeRules {
  readonly paths: PathRules;
  /** What another service builds, by its name. */
  linked(service: string): ContextSource;
}

/** @param parts the later over the earlier */
export function readComposeBuild(
  parts: readonly ComposePart[],
  { paths, linked }: ComposeRules,
): BuildParts {
  const problems: DefinitionProblem[] = [];
  let canBeDefault = true;
  const evaluated = (text: string, of: string, part: ComposePart): Interpolated => {
    const found = interpolate(text, part.environment);
    if (found.open !== null) {
      problems.push({ code: "not-evaluated", of, text });
      canBeDefault = false;
    }
    return found;
  };
  const source = (text: string, folder: string): ContextSource =>
    sourceIn(text, folder, { paths, linked });
  let context: ContextSource | null = null;
  let dockerfile: string | null = null;
  let inline: string | null = null;
  let target: string | null = null;
  const contexts = new Map<string, ContextSource>();
  const args = new Map<string, string>();
  const fromEnvironment = new Set<string>();
  let platforms: readonly string[] = [];
  let cacheFrom: readonly string[] = [];
  let tags: readonly string[] = [];
  let noCache = false;
  for (const part of parts) {
    const { node, folder, environment } = part;
    const scalar = (key: string): string | null => {
      const text = textOf(at(node, key));
      return text === null ? null : evaluated(text, key, part).text;
    };
    const list = (key: string, before: readonly string[]): readonly string[] => {
      const value = at(node, key);
      return value === null
        ? before
        : textsOf(value).map((text) => interpolate(text, environment).text);
    };
    const short = textOf(node);
    const written = short === null ? scalar("context") : evaluated(short, "context", part).text;
    if (written !== null) context = source(written, folder);
    const file = scalar("dockerfile");
    if (file !== null) [dockerfile, inline] = [file, null];
    // Its variables are the Dockerfile's, but for those that Compose puts in first.
    const text = scalar("dockerfile_inline");
    if (text !== null) [dockerfile, inline] = [null, text];
    target = scalar("target") ?? target;
    noCache = scalar("no_cache") === "true" || noCache;
    addArguments(part, args, fromEnvironment);
    for (const { name, value } of assignments(at(node, "additional_contexts")))
      if (value !== null)
        contexts.set(name, source(evaluated(value, "additional_contexts", part).text, folder));
    platforms = list("platforms", platforms);
    cacheFrom = list("cache_from", cacheFrom);
    tags = list("tags", tags);
  }
  const folder = context?.kind === "path" ? context.folder : (parts[0]?.folder ?? "");
  return {
    dockerfile:
      inline === null
        ? dockerfileIn(context, dockerfile, (path) => paths.resolve(folder, path))
        : { kind: "inline", text: inline },
    context,
    contexts,
    target: target === "" ? null : target,
    args,
    fromEnvironment,
    platforms,
    cacheFrom,
    noCache,
    tags,
    canBeDefault,
    problems,
  };
}

function sourceIn(text: string, folder: string, { paths, linked }: ComposeRules): ContextSource {
  if (/^service:/.test(text)) return linked(text.slice("service:".length));
  // Compose has no targets.
  const target = (name: string) => `compose:${name}` as const;
  return readContextSource(text, (written) => paths.resolve(folder, written), target);
}

/** Those of a part over the ones before. */
function addArguments(
  { node, environment }: ComposePart,
  args: Map<string, string>,
  fromEnvironment: Set<string>,
): void {
  for (const { name, value } of assignments(at(node, "args"))) {
    const given = value === null ? null : interpolate(value, environment);
    const known = given === null ? environment.get(name) : given.text;
    args.delete(name);
    fromEnvironment.delete(name);
    // A variable without a value is the empty text to Compose; here it is the machine's that builds.
    if (known !== undefined && (given === null || given.open === null)) args.set(name, known);
    if (given === null || given.isFromEnvironment) fromEnvironment.add(name);
  }
}

/** A map, or a list of `NAME=VALUE`; null: the environment's value. */
function assignments(node: DataNode | null): readonly Assignment[] {
  if (node?.kind === "map")
    return entriesOf(node).map(([name, { value }]) => ({ name, value: textOf(value) }));
  return textsOf(node).map(readAssignment);
}
