/**
 * The definition of a step: everything in its cache key that comes from the text, not from files
 * or earlier steps. Source: BuildKit, solver/llbsolver/ops (`CacheMap` of exec.go and file.go);
 * moby, image/cache/compare.go.
 */
import type { BuildFlags } from "../build/buildFlags.js";
import type { BuildDefinition } from "../build/definition.js";
import { formatPlatform } from "../build/platform.js";
import { orderedMounts } from "../files/requests.js";
import type { Stage, Step } from "../graph/graph.js";
import type { Digest } from "../host.js";
import type { CopyItem, CopyOperation, Mount, RunOperation } from "../instructions/operation.js";
import { parentsSource } from "../instructions/paths.js";
import { goBaseName } from "../text/paths.js";

/** The digests of a definition's parts by name, as the store keeps them: they tell no value. */
export type Facets = Readonly<Record<string, string>>;

/** The digest is made when somebody asks: not of every line that is typed. */
export class Definition {
  readonly #kind: string;
  readonly #digest: Digest;
  readonly #make: () => Parts;
  #made: string | null = null;

  /** @param make what stands in the key under `parts`, and `places`, which does not */
  constructor(kind: string, digest: Digest, make: () => Parts) {
    this.#kind = kind;
    this.#digest = digest;
    this.#make = make;
  }

  get digest(): string {
    if (this.#made === null) {
      const { places: _places, ...keyed } = this.parts;
      this.#made = this.#digest(JSON.stringify([this.#kind, keyed]));
    }
    return this.#made;
  }

  /**
   * By name: whoever explains a miss compares them one by one. `places`, where a COPY takes its
   * files, is the one part that is in no key. Made each time: the texts of all steps are as long as
   * the file.
   */
  get parts(): Parts {
    return this.#make();
  }
}

type Parts = Readonly<Record<string, string>>;

const allFacets = new WeakMap<Definition, Facets>();

/** Digests each part. Asked for misses and for what is stored only: it is the costly part. */
export function facetsOf(definition: Definition | null, digest: Digest): Facets {
  if (definition === null) return {};
  let facets = allFacets.get(definition);
  if (facets === undefined) {
    facets = Object.fromEntries(
      // 64 bits are enough to tell the parts of two steps apart; the key itself uses all.
      Object.entries(definition.parts).map(([name, value]) => [name, digest(value).slice(0, 16)]),
    );
    allFacets.set(definition, facets);
  }
  return facets;
}

/** null: the builder runs nothing for the step. */
export function definitionOf(
  step: Step,
  stage: Stage,
  build: BuildDefinition,
  digest: Digest,
): Definition | null {
  return definitions[build.builder](step, digest, stage, build);
}

const definitions = { buildkit: buildkitDefinition, classic: classicDefinition } as const;

/**
 * null: BuildKit runs nothing for the step. Of the build arguments a few steer the builder itself,
 * whether they are declared or not.
 */
function buildkitDefinition(
  step: Step,
  digest: Digest,
  stage: Stage,
  { args, flags }: BuildDefinition,
): Definition | null {
  const { operation } = step;
  switch (operation?.kind) {
    case undefined:
    case "pull":
      return null;
    case "makeDirectory":
      return new Definition("makeDirectory", digest, () => ({
        directory: operation.path,
        user: ownerKey(operation.owner),
        time: args.get("SOURCE_DATE_EPOCH") ?? "",
      }));
    case "run":
      return new Definition("run", digest, () => ({
        command: JSON.stringify([operation.argv, operation.script]),
        environment: operation.environment,
        // Without a WORKDIR anywhere a process starts in the root.
        directory: operation.directory || "/",
        user: operation.user,
        mounts: JSON.stringify(mountKeys(operation)),
        cacheNamespace: operation.mounts.some(isDefaultCache)
          ? (args.get("BUILDKIT_CACHE_MOUNT_NS") ?? "")
          : "",
        network: networkOf(operation, flags),
        hosts: JSON.stringify(flags.hosts),
        sharedMemory: String(flags.sharedMemory),
        limits: JSON.stringify(flags.limits),
        cgroupParent: flags.cgroupParent,
        hostname: args.get("BUILDKIT_SANDBOX_HOSTNAME") ?? "",
        security: operation.security,
        platform: formatPlatform(stage.platform),
      }));
    case "copy":
      return new Definition("copy", digest, () => ({
        sources: JSON.stringify(operation.items.map((item) => itemKey(item, operation))),
        destination: operation.destination,
        owner: ownerKey(operation.owner),
        mode: modeKey(operation.mode),
        options: JSON.stringify([operation.unpack, operation.parents, operation.exclude]),
        places: placesOf(operation),
      }));
  }
}

/** `--network=default` in the file is no network of its own: convert.go `dispatchRunNetwork`. */
export function networkOf({ network }: RunOperation, flags: BuildFlags): string {
  return network === "default" ? flags.network || "default" : network;
}

/** null: the classic builder commits nothing for the step (FROM, ARG before it). */
function classicDefinition(step: Step, digest: Digest): Definition | null {
  if (step.effect === "base") return null;
  const { operation } = step;
  switch (operation?.kind) {
    case "run":
      return new Definition(step.keyword, digest, () => ({
        command: JSON.stringify(operation.argv),
        environment: JSON.stringify(operation.classicArgs),
      }));
    case "copy":
      return new Definition(step.keyword, digest, () => ({
        destination: operation.destinationText,
        owner: operation.owner,
        places: placesOf(operation),
      }));
    case "makeDirectory":
      return new Definition(step.keyword, digest, () => ({ directory: operation.path }));
    default:
      return new Definition(step.keyword, digest, () => ({ words: JSON.stringify(step.words) }));
  }
}

function placesOf({ from, items }: CopyOperation): string {
  const texts = items.map((item) => (item.kind === "paths" ? item.text : item.kind));
  const place = from.kind === "context" ? (from.folder ?? from.kind) : from.kind;
  return JSON.stringify([from.kind === "image" ? from : place, texts]);
}

/** What the file operation's own text says of a source; the files themselves are an input. */
function itemKey(item: CopyItem, operation: CopyOperation): readonly string[] {
  switch (item.kind) {
    case "paths": {
      if (!operation.parents) return ["paths", goBaseName(item.source)];
      const { root, pattern } = parentsSource(item.text);
      return ["parents", goBaseName(root), pattern, root];
    }
    case "inline":
      return ["inline", item.name];
    case "http":
      return ["http", item.fileName];
    case "git":
      return ["git"];
  }
}

/** `root` is user 0; other names stay names: client/llb/fileop.go `WithUser`. */
function ownerKey(owner: string): string {
  return owner
    .split(/:(.*)/s, 2)
    .map((part) => (part === "root" ? "0" : /^\d+$/.test(part) ? String(Number(part)) : part))
    .join(":");
}

function modeKey(mode: string): string {
  return /^[0-7]+$/.test(mode) ? String(Number.parseInt(mode, 8)) : mode;
}

/** The mounts as the key has them, in the order of their targets; sources of files are inputs. */
function mountKeys(operation: RunOperation): readonly unknown[] {
  const ordered = orderedMounts(operation);
  const inputs: string[] = [];
  return ordered.map((mount) => {
    const source = mount.from === null ? "" : JSON.stringify(mount.from);
    if (!inputs.includes(source)) inputs.push(source);
    return [mount.type, mount.target, mount.readOnly, inputs.indexOf(source), ...typeKey(mount)];
  });
}

function typeKey(mount: Mount): readonly unknown[] {
  switch (mount.type) {
    case "bind":
      return [];
    case "tmpfs":
      return [mount.sizeLimit];
    case "cache": {
      const permissions = mount.source === "/" ? [mount.mode, mount.uid, mount.gid] : [];
      return [isDefaultCache(mount), ...permissions];
    }
    case "secret":
      return [mount.id, mount.mode, mount.uid, mount.gid, mount.required, mount.environmentName];
    case "ssh":
      return [mount.id || "default", mount.mode, mount.uid, mount.gid, mount.required];
  }
}

/** An id of one's own and a way of sharing are cleared: exec.go `checkShouldClearCacheOpts`. */
function isDefaultCache({ type, id, target, sharing }: Mount): boolean {
  const isPlain = (id === "" || id === target) && (sharing === "" || sharing === "shared");
  return type === "cache" && isPlain;
}
