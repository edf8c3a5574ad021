/**
 * A Docker engine to ask: the one that DOCKER_HOST or the `docker` command leads to, else a private
 * one in its own process, mount and network namespaces. The private one lives as long as a pipe from
 * this program stays open, so nothing of it is left when this program ends, however it ends.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { get } from "node:http";
import os from "node:os";
import path from "node:path";
import { endOrphans, sweepDeadRuns } from "../deadRuns.js";
import { type EngineRelease, EngineUnavailable, ensureEngineFiles } from "./files.js";
import { type Finished, type RunOptions, run } from "./process.js";

export interface Engine {
  readonly kind: "private" | "given";
  readonly versions: EngineVersions;
  readonly env: NodeJS.ProcessEnv;
  /** A static busybox for base images. */
  readonly busybox: string;
  /** The file of the network namespace that builds run in; null: this program's own. */
  readonly network: string | null;
  docker(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** What `docker image save` gives; null: the engine does not save it. */
  saveImage(name: string): Promise<Buffer | null>;
  /** Removes the images and build cache that came since the start, nothing that was there before. */
  forgetBuilds(): Promise<void>;
  /** Leaves nothing behind. */
  stop(): Promise<void>;
}

export interface EngineVersions {
  readonly docker: string;
  readonly buildx: string;
  /** `graphdriver` or `containerd`: where the engine keeps its images. */
  readonly store: "graphdriver" | "containerd";
}

export interface EngineOptions {
  /** Where the engine's programs are kept, such as `.cache/engine`. */
  readonly cache: string;
  /** Folder for images and build cache that outlives the engine; null: in memory, gone at the end. */
  readonly data: string | null;
  readonly store: "graphdriver" | "containerd";
  /** False: always a private one. */
  readonly mayUseGiven: boolean;
  /** Of a private one; absent: the newest that Debian has. */
  readonly release?: EngineRelease;
}

/** @throws EngineUnavailable with one line for people when there is no engine and none can be started */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  if (options.mayUseGiven) {
    const given = await givenEngine(options);
    if (given !== null) return given;
  }
  return privateEngine(options);
}

async function givenEngine(options: EngineOptions): Promise<Engine | null> {
  const answer = await run("docker", ["version", "--format", "{{.Server.Version}}"], {
    timeoutMs: 20_000,
  });
  if (answer.code !== 0) {
    const { DOCKER_HOST: host } = process.env;
    if (host === undefined || host === "") return null;
    throw new EngineUnavailable(`DOCKER_HOST=${host} does not answer: ${answer.stderr.trim()}`);
  }
  const files = await ensureEngineFiles(options.cache);
  const ask = (args: readonly string[], how: RunOptions = {}) =>
    run("docker", args, { ...how, env: { ...process.env, ...how.env } });
  if ((await ask(["image", "inspect", "local/base"])).code === 0) {
    throw new EngineUnavailable(
      "the Docker engine has an image called local/base: remove it, or unset DOCKER_HOST",
    );
  }
  const before = await contents(ask);
  const forgetBuilds = async () => {
    // What other things stand on goes only after them.
    for (let round = 0; round < 5; round++) {
      const now = await contents(ask);
      const added = (kind: keyof Contents) => [...now[kind]].filter((id) => !before[kind].has(id));
      const containers = added("containers");
      const images = added("images");
      const cache = added("cache");
      if (containers.length + images.length + cache.length === 0) return;
      for (const id of containers) await ask(["rm", "-f", id]);
      for (const id of images) await ask(["image", "rm", "-f", id]);
      for (const id of cache) await ask(["builder", "prune", "-af", "--filter", `id=${id}`]);
    }
  };
  return {
    kind: "given",
    versions: await engineVersions(ask),
    env: process.env,
    busybox: files.busybox,
    network: null,
    docker: ask,
    saveImage: async (name) => {
      const { code, bytes } = await ask(["image", "save", name]);
      return code === 0 ? bytes : null;
    },
    forgetBuilds,
    stop: forgetBuilds,
  };
}

/** What an engine keeps, by id. */
interface Contents {
  readonly containers: ReadonlySet<string>;
  readonly images: ReadonlySet<string>;
  readonly cache: ReadonlySet<string>;
}

async function contents(ask: (args: readonly string[]) => Promise<Finished>): Promise<Contents> {
  const lines = async (...args: readonly string[]) => {
    const { stdout } = await ask(args);
    return new Set(stdout.split("\n").filter((line) => line !== ""));
  };
  return {
    containers: await lines("ps", "-aq", "--no-trunc"),
    images: await lines("image", "ls", "-aq", "--no-trunc"),
    cache: await lines("buildx", "du", "--format", "{{.ID}}"),
  };
}

const runFolderPrefix = "stratacast-engine-";

async function privateEngine(options: EngineOptions): Promise<Engine> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new EngineUnavailable(
      "no Docker engine: set DOCKER_HOST, or run as root on Linux so that a private one can be started",
    );
  }
  const files = await ensureEngineFiles(options.cache, options.release);
  await endOrphans(runFolderPrefix);
  sweepDeadRuns(runFolderPrefix);
  const folder = mkdtempSync(path.join(os.tmpdir(), `${runFolderPrefix}${process.pid}-`));
  const socket = path.join(folder, "docker.sock");
  const data = options.data === null ? path.join(folder, "data") : path.resolve(options.data);
  await mkdir(data, { recursive: true });
  writeFileSync(
    path.join(folder, "daemon.json"),
    JSON.stringify({ features: { "containerd-snapshotter": options.store === "containerd" } }),
  );
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: [...files.path, process.env["PATH"] ?? ""].join(path.delimiter),
    DOCKER_CONFIG: files.dockerConfig,
    DOCKER_HOST: `unix://${socket}`,
  };
  // A session of its own: Ctrl-C in the terminal reaches this program only, which then lets the
  // pipe close; the script sees the end of its input and takes everything down in order.
  const host = spawn(
    "unshare",
    [
      "-mnpf",
      "--mount-proc",
      "--kill-child",
      "bash",
      "-c",
      engineScript,
      "engine",
      folder,
      data,
      options.data === null ? "memory" : "disk",
    ],
    { env, stdio: ["pipe", "ignore", "pipe"], detached: true },
  );
  let complaint = "";
  host.stderr.on("data", (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => {
    host.on("close", () => resolve());
    host.on("error", () => resolve());
  });
  let alive = true;
  void ended.then(() => {
    alive = false;
  });
  // buildx by itself takes half the time of one that the docker command has to find and start.
  const ask = ([program = "", ...rest]: readonly string[], how: RunOptions = {}) => {
    const called = program === "buildx" ? [files.buildx, ...rest] : ["docker", program, ...rest];
    const [name = "", ...args] = called;
    return run(name, args, { ...how, env: { ...env, ...how.env } });
  };
  const deadline = Date.now() + 180_000;
  while (!existsSync(socket) || (await ask(["version"], { timeoutMs: 5_000 })).code !== 0) {
    if (!alive || Date.now() > deadline) {
      host.stdin.end();
      await ended;
      const reason = complaint.trim() === "" ? "no answer within three minutes" : complaint.trim();
      throw new EngineUnavailable(`the private Docker engine did not start: ${reason}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    kind: "private",
    versions: await engineVersions(ask),
    env,
    busybox: files.busybox,
    network: networkOf(host.pid ?? 0),
    docker: ask,
    saveImage: (name) => fetchImage(socket, name),
    forgetBuilds: async () => {
      await ask(["builder", "prune", "-af"]);
      await ask(["image", "prune", "-af"]);
    },
    stop: async () => {
      host.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Asked of the engine itself: starting the docker command takes longer than the answer. */
function fetchImage(socketPath: string, name: string): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const path = `/images/${encodeURIComponent(name)}/get`;
    const request = get({ socketPath, path }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => resolve(response.statusCode === 200 ? Buffer.concat(parts) : null));
    });
    request.on("error", reject);
  });
}

/** `unshare` itself stays outside of the namespaces: its child is in them. */
function networkOf(pid: number): string {
  const [child = ""] = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
  return `/proc/${child}/ns/net`;
}

/**
 * Runs as process 1 of the new namespaces: when it ends, the kernel ends every other process and
 * mount in there. Control groups are outside of namespaces, so it removes those by name.
 */
const engineScript = `
folder=$1 data=$2 where=$3 group=$(basename "$1")
ip link set lo up
mount -t tmpfs tmpfs /run
# BuildKit puts its steps under /docker whatever the parent is: ours unless an engine is here already.
ls -d /sys/fs/cgroup/docker /sys/fs/cgroup/*/docker >/dev/null 2>&1 || foreign=no
[ "$where" = memory ] && mount -t tmpfs -o size=75% tmpfs "$data"
dockerd --config-file "$folder/daemon.json" --data-root "$data" --exec-root "$folder/exec" \\
  --pidfile "$folder/pid" -H "unix://$folder/docker.sock" --cgroup-parent "/$group" \\
  --iptables=false --ip6tables=false --bip 172.29.0.1/16 >"$folder/log" 2>&1 </dev/null &
daemon=$!
( while kill -0 $daemon; do sleep 0.5; done; kill -KILL -1 ) >/dev/null 2>&1 </dev/null &
cat >/dev/null
kill -0 $daemon 2>/dev/null || tail -n 1 "$folder/log" >&2
kill -TERM $daemon 2>/dev/null
for i in $(seq 50); do kill -0 $daemon 2>/dev/null || break; sleep 0.1; done
kill -KILL -1
find /sys/fs/cgroup -depth -type d -path "*/$group*" -exec rmdir {} + 2>/dev/null
[ "$foreign" = no ] && find /sys/fs/cgroup -depth -type d -path "*/docker*" -exec rmdir {} + 2>/dev/null
umount -l "$data" 2>/dev/null
rm -rf "$folder"
`;

async function engineVersions(
  ask: (args: readonly string[]) => Promise<Finished>,
): Promise<EngineVersions> {
  const docker = await ask(["version", "--format", "{{.Server.Version}}"]);
  const buildx = await ask(["buildx", "version"]);
  if (buildx.code !== 0) {
    throw new EngineUnavailable("the docker command has no buildx: install docker-buildx");
  }
  const driver = await ask(["info", "--format", "{{json .DriverStatus}}"]);
  return {
    docker: docker.stdout.trim(),
    buildx: /\bv?(\d+\.\d+\.\d+)/.exec(buildx.stdout)?.[1] ?? buildx.stdout.trim(),
    store: driver.stdout.includes("io.containerd.snapshotter") ? "containerd" : "graphdriver",
  };
}
