/**
 * Exec ops: the command of a RUN. Sources: solver/llbsolver/ops/exec.go `CacheMap`,
 * client/llb/exec.go `Marshal`, frontend/dockerfile/dockerfile2llb/convert_runmount.go.
 */
import type { BuildFlags } from "../../build/buildFlags.js";
import { orderedMounts } from "../../files/requests.js";
import type { Mount, RunOperation } from "../../instructions/operation.js";
import { baseName, compareBytes } from "../../text/paths.js";
import { networkOf } from "../definition.js";
import { documentOp, fileOp, makeDirectory, numericOwner } from "./fileOp.js";
import { filled, goJson } from "./goJson.js";
import { Inputs, type Op, type OpSetting, type Vertex, vertexOf } from "./op.js";

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
export function execOp(operation: RunOperation, root: Vertex, setting: RunSetting): Op {
  const { flags, args, platform } = setting;
  const inputs = new Inputs();
  const mounts = [
    { input: inputs.add(root), dest: "/" },
    ...fileMounts(operation, inputs, setting),
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

/** The mounts that hold files, in the order of their targets. */
function fileMounts(
  operation: RunOperation,
  inputs: Inputs,
  setting: RunSetting,
): readonly WrittenMount[] {
  const mounts = orderedMounts(operation).flatMap((mount) => fileMount(mount, setting) ?? []);
  const { script } = operation;
  if (script !== null) {
    const source = vertexOf(documentOp(script.name, script.content, 0o755), setting.digest);
    mounts.push({ dest: "/dev/pipes/", source, fields: { readonly: true } });
  }
  if (setting.flags.sharedMemory > 0 && mounts.every(({ dest }) => dest !== "/dev/shm")) {
    mounts.push(memoryMount("/dev/shm", setting.flags.sharedMemory));
  }
  return mounts
    .sort((a, b) => compareBytes(a.dest, b.dest))
    .map(({ dest, source, fields }) => ({
      input: inputs.add(source),
      dest,
      output: -1,
      ...fields,
    }));
}

interface FileMount {
  readonly dest: string;
  readonly source: Vertex;
  readonly fields: Omit<WrittenMount, "dest" | "input" | "output">;
}

/** null: the mount holds no files. */
function fileMount(mount: Mount, setting: RunSetting): FileMount | null {
  const { target: dest, readOnly: readonly } = mount;
  switch (mount.type) {
    case "bind":
      return { dest, source: setting.vertex(mount.from), fields: { readonly } };
    case "tmpfs":
      return memoryMount(dest, mount.sizeLimit);
    case "cache": {
      const cacheOpt = cacheOptions(mount, setting);
      const source = cacheSource(mount, setting);
      return { dest, source, fields: { readonly, mountType: mountTypes.cache, cacheOpt } };
    }
    case "secret":
    case "ssh":
      return null;
  }
}

function memoryMount(dest: string, size: number): FileMount {
  const fields = { mountType: mountTypes.tmpfs, TmpfsOpt: filled({ size }) };
  return { dest, source: null, fields };
}

/** An owner or a mode is given to a directory that the cache starts with: `setCacheUIDGID`. */
function cacheSource(mount: Mount, setting: RunSetting): Vertex {
  const from = setting.vertex(mount.from);
  const { uid, gid, mode, source } = mount;
  if (source !== "/" || (uid === null && gid === null && mode === null)) return from;
  const directory = makeDirectory({
    path: "/cache",
    mode: (mode ?? 0o755) & 0o777,
    makeParents: false,
    owner: numericOwner(uid ?? 0, gid ?? 0, setting.dialect),
    time: null,
  });
  return vertexOf(fileOp(from, [directory]), setting.digest);
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
