/**
 * Fetches a Docker engine from Debian into a folder of the project's own, beside the system's apt.
 * The newest one and its command line come from Debian's testing suite (they need no newer libraries
 * than Debian 12 has), and from the stable suite when testing cannot be had; runc comes from the
 * system's own suite, because the newer one does not start there.
 */
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { run } from "./process.js";

export interface EngineFiles {
  /** Folders for PATH. */
  readonly path: readonly string[];
  /** A Docker configuration folder with buildx as its only plugin. */
  readonly dockerConfig: string;
  readonly buildx: string;
  /** A busybox that needs no library. */
  readonly busybox: string;
}

/** A reason for people why no engine can be had, in one line. */
export class EngineUnavailable extends Error {}

/** Packages that come from one suite: the first of these that can be had. */
interface Part {
  readonly suites: readonly string[];
  readonly packages: readonly string[];
}

const engine = ["docker.io", "docker-cli", "docker-buildx", "containerd"];

/** The engines that Debian has, by the Docker that they are. */
const releases = {
  newest: { folder: "root", parts: [{ suites: ["forky", "testing", "trixie"], packages: engine }] },
  "26.1": { folder: "root-26.1", parts: [{ suites: ["trixie"], packages: engine }] },
  // Debian 12 has no buildx, and its docker.io brings the docker command.
  "20.10": {
    folder: "root-20.10",
    parts: [
      { suites: ["bookworm"], packages: ["docker.io", "containerd"] },
      { suites: ["trixie"], packages: ["docker-buildx"] },
    ],
  },
} as const satisfies Record<string, { folder: string; parts: readonly Part[] }>;

export type EngineRelease = keyof typeof releases;

/** null: Debian has no such engine. */
export function engineRelease(name: string): EngineRelease | null {
  return Object.keys(releases).includes(name) ? (name as EngineRelease) : null;
}

/**
 * Fetches what is not there yet (about 75 MB) and says where everything is.
 * @param cache folder to keep it in, such as `.cache/engine`
 * @throws EngineUnavailable when Debian's packages cannot be fetched here
 */
export async function ensureEngineFiles(
  cache: string,
  release: EngineRelease = "newest",
): Promise<EngineFiles> {
  const { folder, parts } = releases[release];
  const root = await ensureRoot(cache, folder, parts, ["runc", "busybox-static"]);
  return {
    path: [path.join(root, "usr/bin"), path.join(root, "usr/sbin")],
    dockerConfig: path.join(root, "docker-config"),
    buildx: path.join(root, "docker-config/cli-plugins/docker-buildx"),
    busybox: path.join(root, "bin/busybox"),
  };
}

/** The command line with Compose and buildx, without an engine: the newest, and one that is too old to print. */
const programs = {
  newest: {
    folder: "programs",
    parts: [{ suites: ["forky"], packages: ["docker-cli", "docker-buildx", "docker-compose"] }],
  },
  old: {
    folder: "programs-old",
    parts: [
      { suites: ["forky"], packages: ["docker-cli"] },
      { suites: ["trixie"], packages: ["docker-buildx", "docker-compose"] },
    ],
  },
} as const satisfies Record<string, { folder: string; parts: readonly Part[] }>;

/**
 * Fetches what is not there yet (about 35 MB).
 * @throws EngineUnavailable when Debian's packages cannot be fetched here
 */
export async function ensureDockerPrograms(
  cache: string,
  release: keyof typeof programs,
): Promise<Pick<EngineFiles, "dockerConfig"> & { readonly bin: string }> {
  const { folder, parts } = programs[release];
  const root = await ensureRoot(cache, folder, parts, []);
  return { bin: path.join(root, "usr/bin"), dockerConfig: path.join(root, "docker-config") };
}

/**
 * Fetches the registry that Docker is known by, where it is not there yet (about 10 MB).
 * @returns the program
 * @throws EngineUnavailable when Debian's packages cannot be fetched here
 */
export async function ensureRegistry(cache: string): Promise<string> {
  const root = await ensureRoot(cache, "registry", [], ["docker-registry"]);
  return path.join(root, "usr/bin/docker-registry");
}

async function ensureRoot(
  cache: string,
  folder: string,
  parts: readonly Part[],
  systemPackages: readonly string[],
): Promise<string> {
  const root = path.resolve(cache, folder);
  if (existsSync(root)) return root;
  const work = path.resolve(cache, `fetch-${process.pid}`);
  try {
    await fetchAndUnpack(work, parts, systemPackages);
    // Two programs may fetch at once; the first to be done wins, and both find a whole folder.
    await rename(path.join(work, "root"), root).catch((error: unknown) => {
      if (!existsSync(root)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return root;
}

async function fetchAndUnpack(
  work: string,
  parts: readonly Part[],
  systemPackages: readonly string[],
): Promise<void> {
  if ((await run("apt-get", ["--version"])).code !== 0) {
    throw new EngineUnavailable(
      "no Docker engine: set DOCKER_HOST, or use a Debian system (apt-get is missing)",
    );
  }
  const debs = path.join(work, "debs");
  await mkdir(debs, { recursive: true });
  const asRoot = ["-qq", "-o", "APT::Sandbox::User=root"];
  const download = () => run("apt-get", [...asRoot, "download", ...systemPackages], { cwd: debs });
  let system = systemPackages.length === 0 ? null : await download();
  if (system !== null && system.code !== 0) {
    await run("apt-get", [...asRoot, "update"]);
    system = await download();
  }
  if (system !== null && system.code !== 0) throw unavailable(system.stderr);
  const mirror = await debianMirror();
  for (const part of parts) {
    let failure: string | null = null;
    for (const suite of part.suites) {
      failure = await downloadFrom(mirror, { ...part, suite }, work, debs);
      if (failure === null) break;
    }
    if (failure !== null) throw unavailable(failure);
  }
  await unpack(work, debs);
}

async function debianMirror(): Promise<string> {
  const { stdout } = await run("apt-get", [
    "indextargets",
    "--format",
    "$(REPO_URI)",
    "Created-By: Packages",
    "Label: Debian",
  ]);
  const [first] = stdout.split("\n");
  if (first === undefined || first === "") throw unavailable("apt knows no Debian mirror");
  return first;
}

/** Downloads packages of one suite with an apt state of our own; null, or why not. */
async function downloadFrom(
  mirror: string,
  { suite, packages }: { readonly suite: string; readonly packages: readonly string[] },
  work: string,
  debs: string,
): Promise<string | null> {
  const apt = path.join(work, `apt-${suite}`);
  await mkdir(path.join(apt, "lists/partial"), { recursive: true });
  await mkdir(path.join(apt, "cache/archives/partial"), { recursive: true });
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  await writeFile(
    path.join(apt, "sources.list"),
    `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`,
  );
  const settings = {
    "Dir::Etc::sourcelist": path.join(apt, "sources.list"),
    "Dir::Etc::sourceparts": "-",
    "Dir::State::lists": path.join(apt, "lists"),
    "Dir::Cache": path.join(apt, "cache"),
    "Acquire::Languages": "none",
    "APT::Sandbox::User": "root",
  };
  const options = ["-qq", ...Object.entries(settings).flatMap(([k, v]) => ["-o", `${k}=${v}`])];
  const update = await run("apt-get", [...options, "update"]);
  if (update.code !== 0) return update.stderr;
  const download = await run("apt-get", [...options, "download", ...packages], { cwd: debs });
  return download.code === 0 ? null : download.stderr;
}

async function unpack(work: string, debs: string): Promise<void> {
  const root = path.join(work, "root");
  await mkdir(root, { recursive: true });
  for (const deb of await readdir(debs)) {
    const { code, stderr } = await run("dpkg-deb", ["-x", path.join(debs, deb), root]);
    if (code !== 0) throw unavailable(stderr);
  }
  const plugins = path.join(root, "docker-config/cli-plugins");
  await mkdir(plugins, { recursive: true });
  const unpacked = path.join(root, "usr/libexec/docker/cli-plugins");
  for (const plugin of existsSync(unpacked) ? await readdir(unpacked) : [])
    await symlink(`../../usr/libexec/docker/cli-plugins/${plugin}`, path.join(plugins, plugin));
}

function unavailable(output: string): EngineUnavailable {
  const [line] = output.trim().split("\n");
  return new EngineUnavailable(
    `no Docker engine: fetching it from Debian failed (${line ?? "no reason given"}); set DOCKER_HOST to use your own`,
  );
}
