/**
 * Exec ops: the command of a RUN. Sources: solver/llbsolver/ops/exec.go `CacheMap`,
 * client/llb/exec.go `Marshal`, frontend/dockerfile/dockerfile2llb/convert_runmount.go.
 */
import type { BuildFlags } from "../../build/buildFlags.js";
import {
  cacheFolder,
  mountRequest,
  orderedMounts,
  ownFolder,
  startsAsOwnFolder,
} from "../../files/requests.js";
import { givenId } from "../../instructions/mount.js";
import type { Mount, RunOperation, SourceReference } from "../../instructions/operation.js";
import { baseName, compareBytes } from "../../text/paths.js";
import { documentOp, fileOp, makeDirectory, numericOwner } from "./fileOp.js";
import { filled, goJson } from "./goJson.js";
import {
  type ExactInput,
  Inputs,
  type Lookup,
  type Op,
  type OpSetting,
  type Parts,
  type StepOps,
  selectorOf,
  type Vertex,
  vertexOf,
} from "./op.js";

/** solver/pb/ops.proto `MountType`. */
const mountTypes = { bind: 0, secret: 1, ssh: 2, cache: 3, tmpfs: 4 } as const;

const sharedMemory = "/dev/shm";

/** The argument that names the host of a RUN. */
const hostName = "BUILDKIT_SANDBOX_HOSTNAME";
const cacheNamespace = "BUILDKIT_CACHE_MOUNT_NS";

/** solver/pb/ops.proto `NetMode`; the default is 0. */
const networks: Readonly<Record<string, number>> = { host: 1, none: 2 };

export interface RunSetting extends OpSetting {
  readonly flags: BuildFlags;
  /** What a mount takes its files from. */
  readonly source: (from: SourceReference) => Vertex;
}

interface Exec {
  readonly meta: Partial<{
    readonly args: readonly string[];
    readonly env: readonly string[];
    readonly cwd: string;
    readonly user: string;
    readonly extraHosts: readonly object[];
    readonly hostname: string;
    readonly ulimit: readonly object[];
    readonly cgroupParent: string;
  }>;
  readonly mounts: readonly WrittenMount[];
  readonly network: number;
  readonly security: number;
  readonly secretenv: readonly object[];
}

interface WrittenMount {
  readonly input?: number;
  readonly dest: string;
  readonly output?: number;
  readonly readonly?: boolean;
  readonly mountType?: number;
  readonly TmpfsOpt?: object;
  readonly cacheOpt?: { readonly ID?: string };
  readonly secretOpt?: object;
  readonly SSHOpt?: object;
}

/** @param root the file system that the command runs on */
export function execOps(operation: RunOperation, root: Vertex, given: RunSetting): StepOps {
  const setting = given.dialect.limitsRuns ? given : withoutLimits(given);
  const mounted = fileMounts(operation, setting);
  const own = execOp(operation, root, mounted, setting);
  const documents = mounted.flatMap(({ made }) => made ?? []);
  const lookups = lookupsOf(operation, root, mounted, setting);
  return { ops: [...documents, own], own, lookups, result: vertexOf(own, setting.digest) };
}

function withoutLimits(setting: RunSetting): RunSetting {
  const args = new Map(setting.args);
  args.delete(hostName);
  const flags = { ...setting.flags, sharedMemory: 0, limits: [], cgroupParent: "" };
  return { ...setting, args, flags };
}

function execOp(
  operation: RunOperation,
  root: Vertex,
  mounted: readonly FileMount[],
  setting: RunSetting,
): Op {
  const { flags, args, platform } = setting;
  const inputs = new Inputs();
  const mounts = [
    { input: inputs.add(root), dest: "/" },
    ...mounted.map(({ dest, source, fields }) => ({
      input: inputs.add(source),
      dest,
      output: -1,
      ...fields,
    })),
    ...secretMounts(operation, setting),
    ...agentMounts(operation, setting),
  ];
  const meta = filled({
    args: operation.argv,
    env: variablesOf(operation, setting),
    cwd: operation.directory || "/",
    user: operation.user,
    // Their addresses are cleared.
    extraHosts: flags.hosts.map((Host) => ({ Host })),
    hostname: args.get(hostName) ?? "",
    ulimit: flags.limits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    cgroupParent: flags.cgroupParent,
    removeMountStubsRecursive: true,
  });
  const exec = {
    meta,
    mounts: isPlainRoot(mounts) ? [] : mounts.map((mount) => written(mount, setting)),
    network: networks[networkOf(operation, flags)] ?? 0,
    security: operation.security === "insecure" ? 1 : 0,
    secretenv: secretVariables(operation),
  };
  const machine = {
    OS: platform.os,
    Arch: platform.architecture,
    ...filled({ Variant: platform.variant }),
  };
  const json = goJson({ Type: "buildkit.exec.v0", Exec: filled(exec), ...machine });
  return { json, inputs: inputs.list, parts: () => partsOf(exec, machine, operation, setting) };
}

/**
 * The namespace of caches and the shared memory are options of the build, not of the step; where an
 * agent listens the process is told because of a mount.
 */
function partsOf(
  { meta, mounts, network, security, secretenv }: Exec,
  machine: object,
  { environment }: RunOperation,
  { args, flags }: RunSetting,
): Parts {
  const { args: command = [], cwd, user, extraHosts, hostname, ulimit, cgroupParent } = meta;
  const namespace = args.get(cacheNamespace) ?? "";
  const isDefaultCache = ({ cacheOpt }: WrittenMount): boolean => cacheOpt?.ID !== undefined;
  const own = mounts
    .filter((mount) => flags.sharedMemory === 0 || !isSharedMemory(mount))
    .map((mount) => (isDefaultCache(mount) ? { ...mount, cacheOpt: "default" } : mount));
  return {
    command: JSON.stringify(command),
    environment: environment.digest(),
    directory: cwd ?? "",
    user: user ?? "",
    hosts: JSON.stringify(extraHosts ?? []),
    hostname: hostname ?? "",
    limits: JSON.stringify(ulimit ?? []),
    cgroupParent: cgroupParent ?? "",
    sharedMemory: JSON.stringify(mounts.filter(isSharedMemory)),
    mounts: JSON.stringify([own, secretenv]),
    cacheNamespace: mounts.some(isDefaultCache) ? namespace : "",
    network: String(network),
    security: String(security),
    platform: JSON.stringify(machine),
  };
}

function isSharedMemory({ dest, mountType }: WrittenMount): boolean {
  return dest === sharedMemory && mountType === mountTypes.tmpfs;
}

/** The root alone is left out. */
function isPlainRoot([root, other]: readonly WrittenMount[]): boolean {
  return other === undefined && root?.input === 0;
}

function written(mount: WrittenMount, { dialect }: RunSetting): WrittenMount {
  const { input = 0, dest, output = 0, ...others } = mount;
  if (!dialect.writesZeros) return { ...filled({ input }), dest, ...filled({ output, ...others }) };
  return { input, dest, output, ...filled(others) };
}

/**
 * The paths that mounts take of one input are looked up together, each of the others by itself. What
 * a mount takes of the root makes the content of the root count, and so did a secret or an agent as
 * long as it had the root's number. Source: exec.go `getMountDeps`.
 */
function lookupsOf(
  operation: RunOperation,
  root: Vertex,
  mounted: readonly FileMount[],
  { dialect, digest }: RunSetting,
): ReadonlyMap<string, Lookup> {
  const onRoot =
    dialect.secretInput === 0
      ? operation.mounts.filter(({ type }) => type === "secret" || type === "ssh")
      : [];
  const all = new Map<string, { readonly paths: string[]; readonly contents: ExactInput[] }>();
  const note = (vertex: Vertex, path: string, content: ExactInput | null): void => {
    if (vertex === null) return;
    const one = all.get(vertex) ?? { paths: [], contents: [] };
    all.set(vertex, one);
    one.paths.push(path);
    if (content !== null) one.contents.push(content);
  };
  const open: ExactInput = { kind: "open" };
  note(root, "/", null);
  for (const { source, path, content } of mounted) {
    if (content !== null) note(source, path, source === root ? open : content);
  }
  for (const _ of onRoot) note(root, "/", open);
  return new Map(
    [...all].map(([vertex, { paths, contents }]): [string, Lookup] => {
      return [vertex, { selector: selectorOf(paths, digest), content: together(contents) }];
    }),
  );
}

/** All that the mounts of one source take of it, as one. */
function together(all: readonly ExactInput[]): ExactInput | null {
  const [first = null] = all;
  if (first?.kind !== "paths") return first;
  const sources = all.flatMap((one) => (one.kind === "paths" ? one.request.sources : []));
  return { ...first, request: { ...first.request, sources } };
}

/** The mounts that hold files, in the order of their targets. */
function fileMounts(operation: RunOperation, setting: RunSetting): readonly FileMount[] {
  const mounts = orderedMounts(operation).flatMap((mount) => fileMount(mount, setting) ?? []);
  const { script } = operation;
  if (script !== null) {
    const mode = 0o755;
    const made = documentOp(script.name, script.content, mode);
    mounts.push({
      dest: "/dev/pipes/",
      source: vertexOf(made, setting.digest),
      fields: { readonly: true },
      path: "/",
      made,
      content: { kind: "document", ...script, mode, isWhole: true },
    });
  }
  if (setting.flags.sharedMemory > 0 && mounts.every(({ dest }) => dest !== sharedMemory)) {
    mounts.push(memoryMount(sharedMemory, setting.flags.sharedMemory));
  }
  return mounts.sort((a, b) => compareBytes(a.dest, b.dest));
}

interface FileMount {
  readonly dest: string;
  readonly source: Vertex;
  readonly fields: Omit<WrittenMount, "dest" | "input" | "output">;
  /** What is taken of the source. */
  readonly path: string;
  /** The op that makes what it takes; absent: it is there. */
  readonly made?: Op;
  /** null: it takes nothing. */
  readonly content: ExactInput | null;
}

/** null: the mount holds no files. */
function fileMount(mount: Mount, setting: RunSetting): FileMount | null {
  const { target: dest, readOnly: readonly } = mount;
  switch (mount.type) {
    case "bind": {
      const content = takenBy(mount);
      const path = mount.source;
      return { dest, source: sourceVertex(mount, setting), fields: { readonly }, path, content };
    }
    case "tmpfs":
      return memoryMount(dest, mount.sizeLimit);
    case "cache": {
      const cacheOpt = cacheOptions(mount, setting);
      const fields = { readonly, mountType: mountTypes.cache, cacheOpt };
      return { dest, fields, ...cacheSource(mount, setting) };
    }
    case "secret":
    case "ssh":
      return null;
  }
}

function memoryMount(dest: string, size: number): FileMount {
  const fields = { mountType: mountTypes.tmpfs, TmpfsOpt: filled({ size }) };
  return { dest, source: null, fields, path: "/", content: null };
}

function sourceVertex({ from }: Mount, { source }: RunSetting): Vertex {
  return from === null ? null : source(from);
}

function takenBy(mount: Mount): ExactInput | null {
  if (mount.from === null) return null;
  if (mount.openSource !== undefined) return { kind: "open" };
  return { kind: "paths", from: mount.from, request: mountRequest(mount, "buildkit") };
}

function cacheSource(
  mount: Mount,
  setting: RunSetting,
): Pick<FileMount, "source" | "path" | "made" | "content"> {
  const from = sourceVertex(mount, setting);
  if (!startsAsOwnFolder(mount))
    return { source: from, path: mount.source, content: takenBy(mount) };
  const { asked, mode, uid, gid } = ownFolder(mount);
  const directory = makeDirectory({
    path: cacheFolder,
    mode: asked,
    makeParents: false,
    owner: numericOwner(uid, gid, setting.dialect),
    time: null,
  });
  const made = fileOp(from, [directory]);
  // One that is there already keeps what is in it.
  const content: ExactInput = from === null ? { kind: "folder", mode, uid, gid } : { kind: "open" };
  return { source: vertexOf(made, setting.digest), path: cacheFolder, made, content };
}

/** An id of one's own and a way of sharing are cleared: exec.go `checkShouldClearCacheOpts`. */
function cacheOptions(
  { id, target, sharing }: Mount,
  { args }: RunSetting,
): { readonly ID?: string } {
  const whole = `${args.get(cacheNamespace) ?? ""}/${id || target}`;
  const isDefault = whole.slice(whole.indexOf("/") + 1) === target;
  return isDefault && (sharing === "" || sharing === "shared") ? { ID: whole } : {};
}

function secretMounts(operation: RunOperation, { dialect }: RunSetting): readonly WrittenMount[] {
  return operation.mounts
    .filter(({ type, target, environmentName }) => {
      return type === "secret" && (environmentName === null || target !== "");
    })
    .map((mount) => ({
      input: dialect.secretInput,
      dest: mount.target || `/run/secrets/${baseName(mount.id)}`,
      mountType: mountTypes.secret,
      secretOpt: filled({ ID: givenId(mount), ...access(mount, 0o400) }),
    }));
}

function secretVariables(operation: RunOperation): readonly object[] {
  return operation.mounts.flatMap((mount) => {
    const { type, environmentName: name, required } = mount;
    if (type !== "secret" || name === null) return [];
    return [filled({ ID: givenId(mount), name, optional: !required })];
  });
}

function agentMounts(operation: RunOperation, { dialect }: RunSetting): readonly WrittenMount[] {
  return agents(operation).map((mount, at) => ({
    input: dialect.secretInput,
    dest: agentSocket(mount, at),
    mountType: mountTypes.ssh,
    SSHOpt: filled({ ID: mount.id, ...access(mount, 0o600) }),
  }));
}

function access({ uid, gid, mode, required }: Mount, byDefault: number): object {
  return { uid: uid ?? 0, gid: gid ?? 0, mode: mode ?? byDefault, optional: !required };
}

function agents({ mounts }: RunOperation): readonly Mount[] {
  return mounts.filter(({ type }) => type === "ssh");
}

function agentSocket({ target }: Mount, at: number): string {
  return target || `/run/buildkit/ssh_agent.${at}`;
}

/** The process is told where the first agent listens, unless it is told already. */
function variablesOf(operation: RunOperation, { writesVariables }: RunSetting): readonly string[] {
  const { environment } = operation;
  const own = writesVariables
    ? environment.entries().map(([name, value]) => `${name}=${value}`)
    : [environment.digest()];
  const [agent] = agents(operation);
  const name = "SSH_AUTH_SOCK";
  if (agent === undefined || environment.get(name) !== undefined) return own;
  return [...own, `${name}=${agentSocket(agent, 0)}`];
}

/** `--network=default` in the file is no network of its own: convert.go `dispatchRunNetwork`. */
function networkOf({ network }: RunOperation, flags: BuildFlags): string {
  return network === "default" ? flags.network || "default" : network;
}
