/**
 * Docker's own programs, asked for what Compose and Bake files define. They get files that our own reader
 * could read, no engine, no network and little time, and are started one at a time for a folder.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Lacking } from "../core/build/foundBuild.js";
import type { EvaluationAsk } from "../core/definitions/evaluation.js";
import { runProgram } from "./askProgram.js";
import { sha256 } from "./digest.js";
import { pathInside } from "./paths.js";
import { isUntrusted, type Untrusted } from "./programs.js";

/** For one question. A file of a few lines can stand for more than a machine has. */
const limits = { timeout: 5_000, maxAnswer: 5_000_000, maxMemory: 4_000_000_000 };
/** So many definitions of a folder are asked about, in the order in which they are read. */
const mostAsked = 50;
/** So many answers are kept. */
const mostKept = 500;

/** A definition with the texts of the files that were read for it; null: not there. */
export interface Asked {
  readonly ask: EvaluationAsk;
  readonly texts: readonly (string | null)[];
}

/** What a program has printed, reduced to what is built: JSON. */
export interface Printed {
  readonly kind: "targets" | "services";
  readonly text: string;
}

/** A program does not take it. What it says may hold values of variables, and is not kept. */
export interface Refusal {
  readonly kind: "refused";
  readonly lacks: Lacking | null;
}

/** null: it tells nothing. */
type Told = Printed | Refusal | null;

export interface DefinitionPrograms {
  /** undefined: none was asked. */
  known(asked: Asked): Told | undefined;
  /** Asks about those that nobody was asked about. True: more is known now. */
  find(folder: string, asked: readonly Asked[]): Promise<boolean>;
}

export interface ProgramsOptions {
  readonly env: NodeJS.ProcessEnv;
  /** False: nothing is started. */
  readonly mayAsk: () => boolean;
  /** Folders of which nothing is started. */
  readonly untrusted: (folder: string) => Untrusted;
}

export function openDefinitionPrograms(options: ProgramsOptions): DefinitionPrograms {
  const kept = new Map<string, Told>();
  /** The last question of each folder. */
  const queues = new Map<string, Promise<unknown>>();

  const keep = (key: string, told: Told): void => {
    kept.set(key, told);
    const [oldest] = kept.keys();
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  };
  const findAll = async (folder: string, asked: readonly Asked[]): Promise<boolean> => {
    let isNew = false;
    for (const one of asked.slice(0, mostAsked)) {
      const key = keyOf(one);
      if (kept.has(key) || !options.mayAsk()) continue;
      const told = await evaluate(one.ask, options.env, options.untrusted(folder));
      // Who was not there, or took too long, may be there the next time.
      if (told === undefined) continue;
      keep(key, told);
      isNew ||= told !== null;
    }
    return isNew;
  };

  return {
    known: (asked) => (options.mayAsk() ? kept.get(keyOf(asked)) : null),
    find(folder, asked) {
      const found = (queues.get(folder) ?? Promise.resolve()).then(() => findAll(folder, asked));
      queues.set(folder, found);
      return found;
    },
  };
}

function keyOf({ ask: { kind, folder, files, reads }, texts }: Asked): string {
  return sha256(JSON.stringify([kind, folder, files, reads, texts]));
}

/** undefined: it is not there, or takes too long. */
function evaluate(
  ask: EvaluationAsk,
  env: NodeJS.ProcessEnv,
  untrusted: Untrusted,
): Promise<Told | undefined> {
  const fenced = fencedEnvironment(env);
  if (mayBePlanted(fenced, untrusted)) return Promise.resolve(undefined);
  const docker: Docker = async (words) => {
    const ended = await runProgram("docker", { words, ...limits }, { env: fenced, untrusted });
    if (ended === null) return null;
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
    return { code: ended.code, out: text(ended.out), err: text(ended.err) };
  };
  return ask.kind === "bake" ? bakeTargets(ask, docker) : composeServices(ask, docker);
}

/** How docker ended; a code of null: by a signal. */
interface DockerEnd {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs docker; null: it is not there, or took too long. */
type Docker = (words: readonly string[]) => Promise<DockerEnd | null>;

async function bakeTargets(ask: EvaluationAsk, docker: Docker): Promise<Told | undefined> {
  const { files } = ask;
  const words = ["buildx", "bake", ...files.flatMap((file) => ["--file", file])];
  const listed = await docker([...words, "--list=type=targets,format=json"]);
  if (listed?.code !== 0) return refusal(ask, listed);
  const names = targetNames(parsed(listed.out));
  if (names.length === 0) return null;
  const printed = await docker([...words, "--print", ...names]);
  if (printed?.code !== 0) return refusal(ask, printed);
  return reduced("targets", parsed(printed.out));
}

async function composeServices(ask: EvaluationAsk, docker: Docker): Promise<Told | undefined> {
  const { folder, files } = ask;
  const words = [
    ...["compose", "--project-directory", folder, "--profile", "*"],
    ...files.flatMap((file) => ["--file", file]),
  ];
  const printed = await docker([...words, "build", "--print"]);
  if (printed?.code === 0) return reduced("targets", parsed(printed.out));
  if (printed?.err.includes("unknown flag: --print") !== true) return refusal(ask, printed);
  const config = await docker([...words, "config", "--format", "json"]);
  if (config?.code !== 0) return refusal(ask, config);
  return reduced("services", parsed(config.out));
}

function refusal({ folder }: EvaluationAsk, ended: DockerEnd | null): Refusal | null | undefined {
  // Without the plugin, or with one that is too old to be asked, it is as if docker were not there.
  const isNone = /is not a docker command|unknown (?:shorthand )?(?:command|flag)/;
  if (ended === null || isNone.test(ended.err)) return undefined;
  // Go ends so when it has no memory left, and says nothing of the definition.
  if (ended.code === null || ended.code === 2) return null;
  return { kind: "refused", lacks: lackingIn(ended.err, folder) };
}

/** Only names are taken out of what a program says: the rest may quote a file of variables. */
function lackingIn(said: string, folder: string): Lacking | null {
  const [, variable] = /required variable ([A-Za-z_]\w*) is missing a value/.exec(said) ?? [];
  if (variable !== undefined) return { what: "variable", name: variable };
  const [, file] = /env file (.+) not found/.exec(said) ?? [];
  if (file !== undefined) return { what: "file", name: pathInside(folder, file) ?? file };
  const [, target] = /failed to find target ([\w.-]+)/.exec(said) ?? [];
  return target === undefined ? null : { what: "target", name: target };
}

/** Only what says how images are built: the values of variables of services are dropped. */
function reduced(kind: Printed["kind"], root: unknown): Printed | null {
  if (kind === "targets") {
    const target = member(root, "target");
    return target === undefined ? null : { kind, text: JSON.stringify({ target }) };
  }
  const services = member(root, "services");
  if (typeof services !== "object" || services === null) return null;
  const builds = Object.entries(services).map(([name, service]: [string, unknown]) => [
    name,
    {
      build: member(service, "build"),
      image: member(service, "image"),
      platform: member(service, "platform"),
    },
  ]);
  return { kind, text: JSON.stringify({ services: Object.fromEntries(builds) as unknown }) };
}

/** One that could be read as an option or an address is not asked about: the file gives the names. */
function targetNames(list: unknown): readonly string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown) => {
    const name = member(one, "name");
    const isName = typeof name === "string" && /^\w[\w.-]*$/.test(name);
    return isName && member(one, "group") !== true ? [name] : [];
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name] // an object may be indexed by any name
    : undefined;
}

/** What the programs need of the machine, and no variable that the files could take. */
const passedOn = [
  ...["PATH", "Path", "HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "DOCKER_CONFIG"],
  ...["SystemRoot", "windir", "ProgramFiles", "ProgramData", "APPDATA", "LOCALAPPDATA"],
];

function fencedEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const given = passedOn.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  const own: NodeJS.ProcessEnv = Object.fromEntries(given);
  return {
    ...own,
    DOCKER_CONFIG: own["DOCKER_CONFIG"] || path.join(homeOf(own), ".docker"),
    // An include of a git address would run git, and the settings of a repository name programs.
    COMPOSE_EXPERIMENTAL_GIT_REMOTE: "false",
    COMPOSE_EXPERIMENTAL_OCI_REMOTE: "false",
    // To print needs Bake; what stands in a .env file does not count against what is set.
    COMPOSE_BAKE: "true",
    // No engine: a context may name one behind ssh.
    DOCKER_HOST:
      process.platform === "win32" ? "npipe:////./pipe/stratacast-none" : "unix:///dev/null/none",
    DOCKER_CLI_HINTS: "false",
    // What each processor of a large machine takes of the address space would be too much.
    GOMAXPROCS: "2",
    MALLOC_ARENA_MAX: "2",
    LD_PRELOAD: "",
    LD_LIBRARY_PATH: "",
    LD_AUDIT: "",
    DYLD_INSERT_LIBRARIES: "",
  };
}

function homeOf(env: NodeJS.ProcessEnv): string {
  return env["HOME"] || env["USERPROFILE"] || "";
}

/** True where docker would take its plugins of folders that are not trusted. */
function mayBePlanted(env: NodeJS.ProcessEnv, untrusted: Untrusted): boolean {
  const config = env["DOCKER_CONFIG"] ?? "";
  const plugins = ["docker-buildx", "docker-compose"].map((name) =>
    path.join(config, "cli-plugins", process.platform === "win32" ? `${name}.exe` : name),
  );
  return [config, ...plugins, ...extraPluginFolders(config)].some(
    (place) => !path.isAbsolute(place) || isUntrusted(place, untrusted),
  );
}

function extraPluginFolders(config: string): readonly string[] {
  try {
    const text = readFileSync(path.join(config, "config.json"), "utf8");
    const folders = member(parsed(text), "cliPluginsExtraDirs");
    return Array.isArray(folders) ? folders.map(String) : [];
  } catch {
    return [];
  }
}
