/**
 * Compose files: which images their services build. `extends`, `include`, overrides and the variables
 * of `.env` are followed; profiles are all taken, since each of them can be built. Source: the Compose
 * specification, build.md, 13-merge.md, 14-include.md.
 */
import type { ContextSource } from "../build/definition.js";
import type { DefinitionProblem } from "../build/foundBuild.js";
import { readComposeBuild } from "./composeBuild.js";
import { evaluatedServices, readBesides } from "./composeEvaluated.js";
import { at, type DataFile, type DataNode, entriesOf, itemsOf, textOf, textsOf } from "./data.js";
import { notingFiles } from "./evaluated.js";
import { interpolate, readEnvironmentFile } from "./interpolate.js";
import type { PathRules } from "./pathRules.js";
import {
  buildKey,
  folderContext,
  placeIn,
  plainBuild,
  type ReadBuild,
  type ReaderFiles,
  type ReadFile,
  shownPath,
} from "./reader.js";

/** Docker's own names of a Compose file, in its order; each may have an override beside it. */
export const composeNames = [
  "compose.yaml",
  "compose.yml",
  "docker-compose.yml",
  "docker-compose.yaml",
] as const;

/** A service with where it stands. */
interface Service {
  readonly name: string;
  readonly file: DataFile;
  readonly node: DataNode;
  readonly start: number;
  /** What its relative paths count from. */
  readonly folder: string;
  readonly environment: ReadonlyMap<string, string>;
}

/** So deep may files name files. */
const maxDepth = 20;

/** One that Docker takes by itself, with its override; any other one, laid over that beside it. */
export function readCompose(file: DataFile, given: ReaderFiles): ReadFile {
  const { files, reads } = notingFiles(given);
  // It was read by whoever knows of it.
  files.data(file.path);
  const { paths } = files;
  const folder = paths.parent(file.path);
  const name = file.path.slice(folder.length).replace(/^[\\/]/, "");
  const isDefault = composeNames.some((known) => known === name);
  const reading = openReading(files);
  const own = reading.servicesOf(file, folder, 0);
  const layers: ReadonlyMap<string, Service>[] = [];
  const layered: string[] = [file.path];
  if (isDefault) {
    layers.push(own);
    const override = name.replace(/\.(ya?ml)$/, ".override.$1");
    const other = name.replace(
      /\.ya?ml$/,
      (end) => `.override${end === ".yml" ? ".yaml" : ".yml"}`,
    );
    const over = [override, other].map((at) => files.data(paths.resolve(folder, at)));
    const found = over.find((data) => data !== null);
    if (found != null) {
      layers.push(reading.servicesOf(found, folder, 0));
      layered.push(found.path);
    }
  } else {
    const base = composeNames
      .map((known) => files.data(paths.resolve(folder, known)))
      .find((data) => data !== null);
    if (base != null) {
      layers.push(reading.servicesOf(base, folder, 0));
      layered.unshift(base.path);
    }
    layers.push(own);
  }
  const builds: ReadBuild[] = [];
  for (const service of new Set(layers.flatMap((layer) => [...layer.keys()]))) {
    const parts = layers.map((layer) => layer.get(service));
    // A fragment that says nothing of the build leaves it as the base has it.
    if (!isDefault && reading.buildParts(parts.slice(-1), 0).length === 0) continue;
    const chain = reading.buildParts(parts, 0);
    const own = isDefault ? parts.find((part) => part !== undefined) : parts.at(-1);
    if (own === undefined || chain.length === 0) continue;
    const named = imageName(
      service,
      [...chain.map((one) => one.service), ...parts],
      projectName(layered, folder, files),
    );
    builds.push(serviceBuild(service, chain, own, named, file, files));
  }
  const { problems } = reading;
  const besides = reading.namesOthers ? null : readBesides([...reads], files);
  if (builds.length === 0 || besides === null) return { builds, problems };
  const ask = { kind: "compose", folder, files: layered, reads: [...reads], besides } as const;
  const evaluation = files.evaluated(ask);
  return {
    builds: evaluation === null ? builds : evaluatedServices(builds, evaluation, file, files),
    problems,
  };
}

/** What a service's `build` says in one place. */
interface BuildPart {
  readonly service: Service;
  readonly node: DataNode;
}

interface Reading {
  readonly problems: readonly DefinitionProblem[];
  /** True where files are named that were not read: by a variable, or at an address. */
  readonly namesOthers: boolean;
  servicesOf(file: DataFile, folder: string, depth: number): ReadonlyMap<string, Service>;
  /** The `build` keys that make the service's build, the later over the earlier. */
  buildParts(services: readonly (Service | undefined)[], depth: number): readonly BuildPart[];
}

function openReading(files: ReaderFiles): Reading {
  const { paths } = files;
  const problems: DefinitionProblem[] = [];
  const environmentOf = environments(files);
  /** The files that name the one that is read. */
  const within = new Set<string>();
  /** Of each file in a folder: what names two files that name two takes no time that doubles. */
  const read = new Map<string, ReadonlyMap<string, Service>>();
  let namesOthers = false;

  const dataOf = (path: string): DataFile | null => {
    const isInside = paths.isInside(files.root, path);
    namesOthers ||= !isInside || /\$|:\/|git@/.test(path.slice(files.root.length));
    if (!isInside) {
      problems.push({ code: "definition-outside", path });
      return null;
    }
    const data = files.data(path);
    if (data === null)
      problems.push({
        code: "definition-unreadable",
        path: shownPath(files, path),
        reason: "not there",
      });
    return data;
  };

  const servicesOf = (
    file: DataFile,
    folder: string,
    depth: number,
  ): ReadonlyMap<string, Service> => {
    const key = JSON.stringify([file.path, folder]);
    const before = read.get(key);
    if (before !== undefined) return before;
    const services = new Map<string, Service>();
    if (within.has(file.path) || depth > maxDepth) {
      problems.push({ code: "definition-circle", path: shownPath(files, file.path) });
      return services;
    }
    within.add(file.path);
    const environment = environmentOf(folder);
    const included = new Set<ReadonlyMap<string, Service>>();
    for (const [data, own] of includedFiles(file, folder, paths, dataOf)) {
      const theirs = servicesOf(data, own, depth + 1);
      if (included.has(theirs)) continue;
      included.add(theirs);
      for (const [name, service] of theirs) services.set(name, service);
    }
    for (const [name, { start, value }] of entriesOf(at(file.root, "services")))
      services.set(name, { name, file, node: value, start, folder, environment });
    within.delete(file.path);
    read.set(key, services);
    return services;
  };

  const partsOf = (service: Service, depth: number): readonly BuildPart[] => {
    if (depth > maxDepth) {
      problems.push({ code: "definition-circle", path: shownPath(files, service.file.path) });
      return [];
    }
    const base = extended(service, paths, dataOf, problems);
    const above = base === null ? [] : partsOf(base, depth + 1);
    const node = at(service.node, "build");
    if (node === null || node.tag === "!reset") return node === null ? above : [];
    if (textOf(node) === null && node.kind !== "map") return above;
    return [...(node.tag === "!override" ? [] : above), { service, node }];
  };

  return {
    problems,
    get namesOthers() {
      return namesOthers;
    },
    servicesOf,
    buildParts: (services, depth) =>
      services.flatMap((service) => (service === undefined ? [] : partsOf(service, depth))),
  };
}

/** The files that a file includes, each with the folder that its relative paths count from. */
function includedFiles(
  { root }: DataFile,
  folder: string,
  paths: PathRules,
  dataOf: (path: string) => DataFile | null,
): readonly (readonly [DataFile, string])[] {
  return itemsOf(at(root, "include")).flatMap((item) => {
    const named = item.kind === "map" ? textsOf(at(item, "path")) : textsOf(item);
    const project = textOf(at(item, "project_directory"));
    return named.flatMap((written): readonly (readonly [DataFile, string])[] => {
      const path = paths.resolve(folder, written);
      const data = /^\w+:\/\//.test(path) ? null : dataOf(path);
      if (data === null) return [];
      return [[data, project === null ? paths.parent(path) : paths.resolve(folder, project)]];
    });
  });
}

/** The variables of a folder's `.env`, read once. */
function environments(files: ReaderFiles): (folder: string) => ReadonlyMap<string, string> {
  const known = new Map<string, ReadonlyMap<string, string>>();
  return (folder) => {
    let environment = known.get(folder);
    if (environment === undefined) {
      const text = files.text(files.paths.resolve(folder, ".env"));
      environment = text === null ? new Map() : readEnvironmentFile(text);
      known.set(folder, environment);
    }
    return environment;
  };
}

/** The service that another one continues; null: none, or it is not there. */
function extended(
  service: Service,
  paths: PathRules,
  dataOf: (path: string) => DataFile | null,
  problems: DefinitionProblem[],
): Service | null {
  const node = at(service.node, "extends");
  const name = textOf(node) ?? textOf(at(node, "service"));
  if (node === null || name === null) return null;
  const written = textOf(at(node, "file"));
  const path = written === null ? null : paths.resolve(service.folder, written);
  const file = path === null ? service.file : dataOf(path);
  const services = at(file?.root ?? null, "services");
  const found = services?.kind === "map" ? services.entries.get(name) : undefined;
  if (file === null || found === undefined) {
    problems.push({ code: "definition-unknown", name });
    return null;
  }
  const folder = path === null ? service.folder : paths.parent(path);
  const { start, value } = found;
  return { ...service, name, file, folder, start, node: value };
}

/** What the image is called: as the last that says so, else by project and service. */
function imageName(
  name: string,
  services: readonly (Service | undefined)[],
  project: string,
): string {
  const written = services.findLast((service) => at(service?.node ?? null, "image") !== null);
  const image = textOf(at(written?.node ?? null, "image"));
  return image === null || written === undefined
    ? `${project}-${name}`
    : interpolate(image, written.environment).text;
}

/** Source: compose-go, loader/loader.go `NormalizeProjectName`. */
function projectName(layered: readonly string[], folder: string, files: ReaderFiles): string {
  const environment = readEnvironmentFile(files.text(files.paths.resolve(folder, ".env")) ?? "");
  const named = layered.flatMap((path) => textOf(at(files.data(path)?.root ?? null, "name")) ?? []);
  const written = named.at(-1);
  const own =
    environment.get("COMPOSE_PROJECT_NAME") ??
    (written === undefined ? undefined : interpolate(written, environment).text) ??
    folder.slice(files.paths.parent(folder).length);
  return own
    .toLowerCase()
    .replace(/[^-_a-z0-9]/g, "")
    .replace(/^[-_]+/, "");
}

function serviceBuild(
  name: string,
  parts: readonly BuildPart[],
  service: Service,
  image: string,
  file: DataFile,
  files: ReaderFiles,
): ReadBuild {
  const read = readComposeBuild(
    parts.map((part) => ({
      node: part.node,
      folder: part.service.folder,
      environment: part.service.environment,
    })),
    {
      paths: files.paths,
      linked: (other): ContextSource => ({
        kind: "build",
        id: buildKey("compose", file.path, other),
        by: "linked",
      }),
    },
  );
  const platform = textOf(at(service.node, "platform"));
  return plainBuild({
    kind: "compose",
    name,
    key: buildKey("compose", file.path, name),
    foundAt: placeIn(service.file, { start: service.start, end: service.node.end }, name),
    ...read,
    platforms: read.platforms.length === 0 && platform !== null ? [platform] : read.platforms,
    context: read.context ?? folderContext(service.folder),
    tags: [...read.tags, image],
  });
}
