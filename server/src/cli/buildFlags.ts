/** The flags of `docker build` that a simulation takes besides the usual ones, checked. */
import type { BuildFlags, ResourceLimit } from "../core/build/buildFlags.js";
import { type ContextSource, contextName } from "../core/build/definition.js";
import { parseSize } from "../core/instructions/mount.js";
import { readAssignment } from "../core/text/assignment.js";
import { compareBytes } from "../core/text/paths.js";
import type { Flags, FlagValues } from "./flags.js";
import { UsageError } from "./usageError.js";

/** Those that change keys, steps or the image. */
const effective = {
  "no-cache": { about: "every step runs again" },
  "no-cache-filter": {
    value: "S,…",
    isRepeated: true,
    about: "every step of these stages runs again (BuildKit)",
  },
  label: { value: "K=V", isRepeated: true, about: "a label of the image; K alone has no value" },
  network: {
    value: "N",
    offers: ["default", "none", "host"],
    about: "the network of RUN: default, none, host; classic: any",
  },
  "add-host": { value: "H:IP", isRepeated: true, about: "a host name that RUN can look up" },
  "shm-size": { value: "SIZE", about: "the shared memory of RUN, such as 64m" },
  ulimit: {
    value: "NAME=SOFT[:HARD]",
    isRepeated: true,
    about: "what a process of RUN may use of a resource",
  },
  "cgroup-parent": { value: "P", about: "the control group of RUN" },
  "build-context": {
    value: "N=C",
    isRepeated: true,
    about: "files or image that N stands for: a folder, or docker-image://REF",
  },
  secret: {
    value: "id=ID[,…]",
    isRepeated: true,
    about: "a secret that RUN is given; what it holds is not looked at",
  },
  ssh: { value: "ID[=…]", isRepeated: true, about: "an SSH agent that RUN is given" },
} as const satisfies Flags;

const text = { value: "TEXT" } as const;
const texts = { ...text, isRepeated: true } as const;

/** Where base images come from: `readBuildArguments` looks at it. */
const pulling = { pull: {} } as const satisfies Flags;

/** Caches that the builder imports: `simulate` looks at them. */
const importing = {
  "cache-from": {
    value: "CACHE",
    isRepeated: true,
    about: "an exported cache that the builder takes steps from: see --against cache:",
  },
} as const satisfies Flags;

/** Those that say nothing here, though somebody may expect something from them: they are named once. */
const meaningless = {
  tag: { ...texts, short: "t" },
  output: { ...texts, short: "o" },
  push: {},
  load: {},
  quiet: { short: "q" },
  progress: text,
  iidfile: { ...text, offers: "files" },
  "metadata-file": { ...text, offers: "files" },
  provenance: text,
  sbom: text,
  attest: texts,
  annotation: texts,
  allow: texts,
  policy: texts,
  call: text,
  check: {},
  debug: { short: "D" },
  "cache-to": texts,
  // Of the classic builder, and hidden ones of BuildKit's client.
  rm: {},
  "force-rm": {},
  compress: {},
  "cpu-period": text,
  "cpu-quota": text,
  "cpu-shares": { ...text, short: "c" },
  "cpuset-cpus": text,
  "cpuset-mems": text,
  "disable-content-trust": {},
  isolation: text,
  memory: { ...text, short: "m" },
  "memory-swap": text,
  "security-opt": texts,
  squash: {},
} as const satisfies Flags;

/** The flags of docker build besides those that say which build is meant. */
export const dockerFlags = { ...effective, ...importing, ...pulling, ...meaningless } as const;

type GivenFlags = FlagValues<typeof effective>;

/** The options that were given and say nothing here, as they are typed; in the order of the alphabet. */
export function meaninglessFlags(values: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(meaningless)
    .filter((name) => values[name] !== undefined)
    .sort()
    .map((name) => `--${name}`);
}

/** Errors: `UsageError` for what docker refuses as well. */
export function readBuildFlags(values: GivenFlags): BuildFlags {
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
    given: {
      secrets: values.secret === undefined ? null : new Set(values.secret.map(readSecret)),
      agents: values.ssh === undefined ? null : new Set(values.ssh.map(readAgent)),
    },
  };
}

/**
 * The named contexts of `--build-context`. Errors: `UsageError`, also for what can be built and not
 * be simulated.
 * @param resolve the absolute path of a folder
 */
export function readNamedContexts(
  values: GivenFlags,
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

/** The id of `id=ID,src=FILE`: buildx, util/buildflags/secrets.go. */
function readSecret(word: string): string {
  const fields = word.split(",").map(readAssignment);
  const id = fields.find(({ name }) => name.trim().toLowerCase() === "id")?.value ?? "";
  if (id !== "" && fields.every(({ value }) => value !== null)) return id;
  throw new UsageError(
    `--secret "${word}": an id and where it comes from, as in id=token,src=FILE`,
  );
}

/** The id of `ID[=SOCKET|KEY,…]`: buildx, util/buildflags/ssh.go. */
function readAgent(word: string): string {
  const { name } = readAssignment(word);
  if (name !== "") return name;
  throw new UsageError(`--ssh "${word}": default, or an id and its socket or keys`);
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
