/**
 * Exec ops: the command of a RUN. Sources: solver/llbsolver/ops/exec.go `CacheMap`,
 * client/llb/exec.go `Marshal`, frontend/dockerfile/dockerfile2llb/convert_runmount.go.
 */
import type { BuildFlags } from "../../build/buildFlags.js";
import { mountRequest, orderedMounts } from "../../files/requests.js";
import type { Mount, RunOperation } from "../../instructions/operation.js";
import { baseName, compareBytes } from "../../text/paths.js";
import { networkOf } from "../definition.js";
import { documentOp, fileOp, makeDirectory, numericOwner } from "./fileOp.js";
import { filled, goJson } from "./goJson.js";
import {
  type ExactInput,
  Inputs,
  type Op,
  type OpSetting,
  type StepOps,
  type Vertex,
  vertexOf,
} from "./op.js";

/** solver/pb/ops.proto `MountType`. */
const mountTypes = { bind: 0, secret: 1, ssh: 2, cache: 3, tmpfs: 4 } as const;

/** solver/pb/ops.proto `NetMode`; the default is 0. */
const networks: Readonly<Record<string, number>> = { host: 1, none: 2 };

export interface RunSetting extends OpSetting {
  readonly flags: BuildFlags;
  /** The variables of the process, oldest assignment first. */
  readonly environment: readonly (readonly [string, string])[];
  /** What a mount takes its files from. */
  readonly vertex: (from: Mount["from"]) => Vertex;
}

interface WrittenMount {
  readonly input?: number;
  readonly dest: string;
  readonly output?: number;
  readonly readonly?: boolean;
  readonly mountType?: number;
  readonly TmpfsOpt?: object;
  readonly cacheOpt?: object;
  readonly secretOpt?: object;
  readonly SSHOpt?: object;
}

/** @param root the file system that the command runs on */
export function execOps(operation: RunOperation, root: Vertex, setting: RunSetting): StepOps {
  const mounted = fileMounts(operation, setting);
  const own = execOp(operation, root, mounted, setting);
  const documents = mounted.flatMap(({ made }) => made ?? []);
  const contents = contentsOf(operation, root, mounted, setting);
  return { ops: [...documents, own], own, contents, result: vertexOf(own, setting.digest) };
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
    env: environmentOf(operation, setting).map(([name, value]) => `${name}=${value}`),
    cwd: operation.directory || "/",
    user: operation.user,
    // Their addresses are cleared.
    extraHosts: flags.hosts.map((Host) => ({ Host })),
    hostname: args.get("BUILDKIT_SANDBOX_HOSTNAME") ?? "",
    ulimit: flags.limits.map(({ name, soft, hard }) => ({ Name: name, Soft: soft, Hard: hard })),
    cgroupParent: flags.cgroupParent,
    removeMountStubsRecursive: true,
  });
  const json = goJson({
    Type: "buildkit.exec.v0",
    Exec: filled({
      meta,
      mounts: isPlainRoot(mounts) ? [] : mounts.map((mount) => written(mount, setting)),
      network: networks[networkOf(operation, flags)] ?? 0,
      security: operation.security === "insecure" ? 1 : 0,
      secretenv: secretVariables(operation),
    }),
    OS: platform.os,
    Arch: platform.architecture,
    ...filled({ Variant: platform.variant }),
  });
  return { json, inputs: inputs.list };
}

/** The root alone is left out. */
function isPlainRoot([root, other]: readonly WrittenMount[]): boolean {
  return other === undefined && root?.input === 0;
}

function written(mount: WrittenMount, { dialect }: RunSetting): object {
  const { input = 0, dest, output = 0, ...others } = mount;
  if (!dialect.writesZeros) return filled({ input, dest, output, ...others });
  return { input, dest, output, ...filled(others) };
}

/**
 * The paths that mounts take of one input are looked up together, each of the others by itself. What
 * a mount takes of the root makes the content of the root count, and so did a secret or an agent as
 * long as it had the root's number. Source: exec.go `getMountDeps`.
 */
function contentsOf(
  operation: RunOperation,
  root: Vertex,
  mounted: readonly FileMount[],
  { dialect }: RunSetting,
): readonly ExactInput[] {
  const contents = new Map<string, ExactInput>();
  const countsRoot =
    mounted.some(({ source }) => source !== null && source === root) ||
    (dialect.secretInput === 0 &&
      operation.mounts.some(({ type }) => type === "secret" || type === "ssh"));
  if (root !== null && countsRoot) contents.set(root, { kind: "open" });
  for (const { source, content } of mounted) {
    if (source === null || source === root || content === null) continue;
    const before = contents.get(source);
    contents.set(source, before === undefined ? content : together(before, content));
  }
  return [...contents.values()];
}

function together(one: ExactInput, other: ExactInput): ExactInput {
  if (one.kind !== "paths" || other.kind !== "paths") return one;
  const sources = [...one.request.sources, ...other.request.sources];
  return { ...one, request: { ...one.request, sources } };
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
      made,
      content: { kind: "document", ...script, mode, isWhole: true },
    });
  }
  if (setting.flags.sharedMemory > 0 && mounts.every(({ dest }) => dest !== "/dev/shm")) {
    mounts.push(memoryMount("/dev/shm", setting.flags.sharedMemory));
  }
  return mounts.sort((a, b) => compareBytes(a.dest, b.dest));
}

interface FileMount {
  readonly dest: string;
  readonly source: Vertex;
  readonly fields: Omit<WrittenMount, "dest" | "input" | "output">;
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
      return { dest, source: setting.vertex(mount.from), fields: { readonly }, content };
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
  return { dest, source: null, fields, content: null };
}

function takenBy(mount: Mount): ExactInput | null {
  if (mount.from === null) return null;
  return { kind: "paths", from: mount.from, request: mountRequest(mount, "buildkit") };
}

/** What the umask takes from the folder that a cache starts with. */
const umask = 0o022;

/** An owner or a mode is given to a directory that the cache starts with: `setCacheUIDGID`. */
function cacheSource(
  mount: Mount,
  setting: RunSetting,
): Pick<FileMount, "source" | "made" | "content"> {
  const from = setting.vertex(mount.from);
  if (mount.source !== "/" || (mount.uid === null && mount.gid === null && mount.mode === null))
    return { source: from, content: takenBy(mount) };
  const mode = (mount.mode ?? 0o755) & 0o777;
  const [uid, gid] = [mount.uid ?? 0, mount.gid ?? 0];
  const directory = makeDirectory({
    path: "/cache",
    mode,
    makeParents: false,
    owner: numericOwner(uid, gid, setting.dialect),
    time: null,
  });
  const made = fileOp(from, [directory]);
  // One that is there already keeps what is in it.
  const content: ExactInput =
    from === null ? { kind: "folder", mode: mode & ~umask, uid, gid } : { kind: "open" };
  return { source: vertexOf(made, setting.digest), made, content };
}

/** An id of one's own and a way of sharing are cleared: exec.go `checkShouldClearCacheOpts`. */
function cacheOptions({ id, target, sharing }: Mount, { args }: RunSetting): object {
  const whole = `${args.get("BUILDKIT_CACHE_MOUNT_NS") ?? ""}/${id || target}`;
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
      secretOpt: filled({ ID: secretId(mount), ...access(mount, 0o400) }),
    }));
}

function secretVariables(operation: RunOperation): readonly object[] {
  return operation.mounts.flatMap((mount) => {
    const { type, environmentName: name, required } = mount;
    if (type !== "secret" || name === null) return [];
    return [filled({ ID: secretId(mount), name, optional: !required })];
  });
}

function secretId({ id, target }: Mount): string {
  return id || baseName(target);
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
function environmentOf(
  operation: RunOperation,
  { environment }: RunSetting,
): RunSetting["environment"] {
  const [agent] = agents(operation);
  const name = "SSH_AUTH_SOCK";
  if (agent === undefined || environment.some(([one]) => one === name)) return environment;
  return [...environment, [name, agentSocket(agent, 0)]];
}
