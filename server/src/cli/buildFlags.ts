/** The options of `docker build` that a simulation takes besides the usual ones, checked. */
import type { BuildFlags, ResourceLimit } from "../core/build/buildFlags.js";
import { type ContextSource, contextName } from "../core/build/definition.js";
import { parseSize } from "../core/instructions/mount.js";
import { readAssignment } from "../core/text/assignment.js";
import { compareBytes } from "../core/text/paths.js";
import { UsageError } from "./usageError.js";

export const flagUsage = `  --no-cache         every step runs again
  --no-cache-filter S,…
                     every step of these stages runs again (BuildKit)
  --label K=V        a label of the image; K alone has no value
  --network N        the network of RUN: default, none, host; classic: any
  --add-host H:IP    a host name that RUN can look up
  --shm-size SIZE    the shared memory of RUN, such as 64m
  --ulimit NAME=SOFT[:HARD]
                     what a process of RUN may use of a resource
  --cgroup-parent P  the control group of RUN
  --build-context N=C
                     files or image that N stands for: a folder, or
                     docker-image://REF`;

const text = { type: "string" } as const;
const texts = { type: "string", multiple: true } as const;
const isSet = { type: "boolean" } as const;

/** Options that change neither a key nor a step nor the image, so that none of them is looked at. */
const withoutEffect = {
  // What they give is in no key: a RUN is found again whatever a secret holds.
  pull: isSet,
  secret: texts,
  ssh: texts,
} as const;

/** The same of those that somebody may expect something from: they are named once. */
const meaningless = {
  tag: { ...texts, short: "t" },
  output: { ...texts, short: "o" },
  push: isSet,
  load: isSet,
  quiet: { ...isSet, short: "q" },
  progress: text,
  iidfile: text,
  "metadata-file": text,
  provenance: text,
  sbom: text,
  attest: texts,
  annotation: texts,
  allow: texts,
  call: text,
  check: isSet,
  debug: { ...isSet, short: "D" },
  "cache-from": texts,
  "cache-to": texts,
  rm: isSet,
  "force-rm": isSet,
  compress: isSet,
} as const;

export const flagOptions = {
  ...withoutEffect,
  ...meaningless,
  "no-cache": { type: "boolean" },
  "no-cache-filter": { type: "string", multiple: true },
  label: { type: "string", multiple: true },
  network: { type: "string" },
  "add-host": { type: "string", multiple: true },
  "shm-size": { type: "string" },
  ulimit: { type: "string", multiple: true },
  "cgroup-parent": { type: "string" },
  "build-context": { type: "string", multiple: true },
} as const;

export interface FlagValues {
  readonly "no-cache"?: boolean | undefined;
  readonly "no-cache-filter"?: readonly string[] | undefined;
  readonly label?: readonly string[] | undefined;
  readonly network?: string | undefined;
  readonly "add-host"?: readonly string[] | undefined;
  readonly "shm-size"?: string | undefined;
  readonly ulimit?: readonly string[] | undefined;
  readonly "cgroup-parent"?: string | undefined;
  readonly "build-context"?: readonly string[] | undefined;
}

/** The options that were given and say nothing here, as they are typed; in the order of the alphabet. */
export function meaninglessFlags(values: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(meaningless)
    .filter((name) => values[name] !== undefined)
    .sort()
    .map((name) => `--${name}`);
}

/** Errors: `UsageError` for what docker refuses as well. */
export function readBuildFlags(values: FlagValues): BuildFlags {
  return {
    noCache: values["no-cache"] ?? false,
    uncachedStages: (values["no-cache-filter"] ?? []).flatMap((word) =>
      word.split(",").map((name) => name.trim().toLowerCase()),
    ),
    labels: new Map((values.label ?? []).map(readLabel)),
    hosts: (values["add-host"] ?? []).map(readHost),
    network: values.network ?? "",
    sharedMemory: readSize(values["shm-size"] ?? "0"),
    limits: readLimits(values.ulimit ?? []),
    cgroupParent: values["cgroup-parent"] ?? "",
  };
}

/**
 * The named contexts of `--build-context`. Errors: `UsageError`, also for what can be built and not
 * be simulated.
 * @param resolve the absolute path of a folder
 */
export function readNamedContexts(
  values: FlagValues,
  resolve: (folder: string) => string,
): ReadonlyMap<string, ContextSource> {
  return new Map(
    (values["build-context"] ?? []).map((word) => {
      const [, name = "", value = ""] = /^([^=]+)=(.+)$/s.exec(word) ?? [];
      const fail = (problem: string) => new UsageError(`--build-context "${word}": ${problem}`);
      if (name === "") throw fail("a name and what it stands for, as in files=../shared");
      if (!/^[a-z0-9]+(?:[._/:-]+[a-z0-9]+)*$/.test(name)) {
        throw fail(`"${name}" can name no image`);
      }
      if (/^(?:https?|git|ssh|oci-layout):\/\/|^git@|^target:/.test(value)) {
        throw fail("a folder or docker-image://REF, nothing else can be simulated");
      }
      const image = /^docker-image:\/\/(.+)$/.exec(value)?.[1];
      const source: ContextSource =
        image === undefined
          ? { kind: "path", folder: resolve(value) }
          : { kind: "image", reference: image };
      return [contextName(name), source];
    }),
  );
}

function readLabel(word: string): readonly [string, string] {
  const { name, value } = readAssignment(word);
  if (name.trim() === "") throw new UsageError(`--label "${word}": the name is missing`);
  return [name, value ?? ""];
}

/** The name of `name:address` or `name=address`: an address may have colons of its own. */
function readHost(word: string): string {
  const found = /^([^=]+)=./.exec(word) ?? /^([^:]+):./.exec(word);
  if (found?.[1] !== undefined) return found[1];
  throw new UsageError(`--add-host "${word}": a name and an address, as in db:10.0.0.1`);
}

function readSize(word: string): number {
  const size = parseSize(word);
  if (size === null) throw new UsageError(`--shm-size "${word}": a size such as 64m or 1g`);
  return size;
}

/** Those that Linux knows: go-units, ulimit.go. */
const limitNames: ReadonlySet<string> = new Set(
  (
    "core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending " +
    "stack"
  ).split(" "),
);

/** The last one of a name counts; the client orders them. Source: docker/cli, opts/ulimit.go. */
function readLimits(words: readonly string[]): readonly ResourceLimit[] {
  const limits = new Map(words.map(readLimit).map((limit) => [limit.name, limit]));
  return [...limits.values()].sort((a, b) => compareBytes(a.name, b.name));
}

function readLimit(word: string): ResourceLimit {
  const [, name = "", first, second] = /^([^=]+)=(-?\d+)(?::(-?\d+))?$/.exec(word) ?? [];
  const fail = (problem: string) => new UsageError(`--ulimit "${word}": ${problem}`);
  if (first === undefined) throw fail("a name and its limits, as in nofile=1024:2048");
  if (!limitNames.has(name)) throw fail(`"${name}" is no resource that has a limit`);
  const soft = Number(first);
  const hard = second === undefined ? soft : Number(second);
  if (hard !== -1 && (soft === -1 || soft > hard)) {
    throw fail(`the soft limit ${soft} is above the hard limit ${hard}`);
  }
  return { name, soft, hard };
}
