/** What a Dockerfile says of the folder that it is built in: the paths that it names. */
import type { Builder } from "../build/builder.js";
import type { BuilderVersion } from "../build/builderVersion.js";
import { noBuildFlags } from "../build/buildFlags.js";
import type { BuildDefinition } from "../build/definition.js";
import type { Platform } from "../build/platform.js";
import { containsWildcards } from "../context/glob.js";
import { buildGraph } from "../graph/build.js";
import type { Step } from "../graph/graph.js";
import type { Digest } from "../host.js";
import { instructionKind } from "../instructions/index.js";
import type { SourceReference } from "../instructions/operation.js";
import type { Dockerfile } from "../syntax/syntax.js";
import { pathInRoot } from "../text/paths.js";

export interface NamedSources {
  /** Files and folders that COPY, ADD and bind mounts take by name, below the context's root. */
  readonly literals: readonly string[];
  /** The same with wildcards. */
  readonly globs: readonly string[];
  /** Paths that a RUN or WORKDIR names, where they may be files of the context. */
  readonly mentioned: readonly string[];
  /** True when a step takes the context as a whole. */
  readonly takesAll: boolean;
  /** True when a step names what it takes by an argument that has no value: who builds says what that is. */
  readonly takesUnnamed: boolean;
}

/** A file that names more than these is judged by the first of them. */
const maxNamed = 100;

/** What of a build decides how its Dockerfile is read. */
export interface PlainSettings {
  readonly builder: Builder;
  readonly builderVersion: BuilderVersion;
  readonly buildArgs: ReadonlyMap<string, string>;
  readonly platform: Platform;
  readonly buildPlatform: Platform;
}

export function namedSources(
  dockerfile: Dockerfile,
  settings: PlainSettings,
  digest: Digest,
): NamedSources {
  const { platform, buildPlatform, buildArgs: args, builder, builderVersion } = settings;
  const definition: BuildDefinition = {
    id: "guess:",
    name: null,
    dockerfile: { kind: "inline", text: "" },
    context: null,
    contexts: new Map(),
    target: null,
    args,
    platforms: [platform],
    buildPlatform,
    builder,
    builderVersion,
    flags: noBuildFlags,
    foundAt: null,
  };
  const host = { digest, baseImage: () => null, builtImage: () => null };
  const { graph } = buildGraph(dockerfile, { definition, platform }, host);
  const literals = new Set<string>();
  const globs = new Set<string>();
  let takesAll = false;
  let takesUnnamed = false;
  const unset = unsetArguments(graph.steps, args);
  for (const step of graph.steps) {
    const isOpen = [...step.text.matchAll(/\$\{?(\w+)\}?/g)].some(([, name = ""]) =>
      unset.has(name),
    );
    if (isOpen && mainSources(step).length > 0) {
      takesUnnamed = true;
      continue;
    }
    for (const { source, wildcards } of mainSources(step)) {
      const path = pathInRoot(source);
      if (path === "" || path === "*" || path === "**") takesAll = true;
      else if (wildcards && containsWildcards(path)) globs.add(path);
      else literals.add(path);
    }
  }
  return {
    literals: [...literals].slice(0, maxNamed),
    globs: [...globs].slice(0, maxNamed),
    mentioned: [...new Set(graph.steps.flatMap(mentionedBy))].slice(0, maxNamed),
    takesAll,
    takesUnnamed,
  };
}

/** The names of arguments that have no value but what a build gives them. */
function unsetArguments(
  steps: readonly Step[],
  given: ReadonlyMap<string, string>,
): ReadonlySet<string> {
  const declared = steps.flatMap(
    ({ keyword, instruction }) => instructionKind(keyword)?.declares?.(instruction) ?? [],
  );
  const hasValue = new Set(
    declared.flatMap(({ name, value }) => (value === null ? [] : name.value)),
  );
  const names = declared.map(({ name }) => name.value);
  return new Set(
    names.filter(
      (name) => !hasValue.has(name) && !given.has(name) && !/^(?:TARGET|BUILD)[A-Z]+$/.test(name),
    ),
  );
}

/** What a step takes of the main context, as written. */
function mainSources({ operation }: Step): readonly {
  readonly source: string;
  readonly wildcards: boolean;
}[] {
  const isMain = (from: SourceReference | null) =>
    from?.kind === "context" && from.folder === undefined;
  if (operation?.kind === "copy" && isMain(operation.from))
    return operation.items.flatMap((item) =>
      item.kind === "paths" ? [{ source: item.text, wildcards: true }] : [],
    );
  if (operation?.kind !== "run") return [];
  return operation.mounts
    .filter(({ type, from }) => type === "bind" && isMain(from))
    .map(({ source }) => ({ source, wildcards: false }));
}

/** Words of a RUN that look like a path, without a leading `./`. */
function mentionedBy({ operation }: Step): readonly string[] {
  if (operation?.kind !== "run") return [];
  const inFolder = `${operation.directory.replace(/\/$/, "")}/`;
  return operation.argv.flatMap((text) =>
    text
      .slice(0, maxCommand)
      .split(/[\s"'`;|&()<>=]+/)
      .flatMap((word) => {
        const local = word.startsWith(inFolder) ? word.slice(inFolder.length) : word;
        const isPath = /^(?:\.\/)?[\w@.-]+(?:\/[\w@.-]+)+$|^(?:\.\/)?[\w-]+\.[a-z]\w{0,7}$/.test(
          local,
        );
        return isPath && !local.includes("..") ? [pathInRoot(local)] : [];
      }),
  );
}

/** Of the text of a RUN so many characters are looked at. */
const maxCommand = 20_000;
