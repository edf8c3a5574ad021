/**
 * The part of the final image that is not files. Source of the rules: the instructions; of the
 * JSON's field names: the image config that `docker image inspect` prints.
 */

export interface Healthcheck {
  readonly Test: readonly string[];
  /** Nanoseconds, as in the image config; absent: the engine's default. */
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

/** Changed only while its stage is walked; whoever keeps one keeps a copy. */
export interface ImageConfig {
  /** A name that is set again keeps its place, as in the engine's config. */
  readonly environment: Map<string, string>;
  cmd: readonly string[] | null;
  entrypoint: readonly string[] | null;
  workingDirectory: string;
  user: string;
  readonly exposedPorts: Set<string>;
  readonly volumes: Set<string>;
  readonly labels: Map<string, string>;
  healthcheck: Healthcheck | null;
  stopSignal: string | null;
  shell: readonly string[] | null;
  onBuild: readonly string[];
  author: string | null;
}

/** BuildKit adds this where the base has no PATH: util/system/path.go. */
export const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export function emptyConfig(): ImageConfig {
  return {
    environment: new Map(),
    cmd: null,
    entrypoint: null,
    workingDirectory: "",
    user: "",
    exposedPorts: new Set(),
    volumes: new Set(),
    labels: new Map(),
    healthcheck: null,
    stopSignal: null,
    shell: null,
    onBuild: [],
    author: null,
  };
}

export function copyConfig(config: ImageConfig): ImageConfig {
  return {
    ...config,
    environment: new Map(config.environment),
    exposedPorts: new Set(config.exposedPorts),
    volumes: new Set(config.volumes),
    labels: new Map(config.labels),
  };
}

/** The config as the command line's JSON gives it. */
export interface ConfigJson {
  readonly Env: readonly string[];
  readonly Cmd: readonly string[] | null;
  readonly Entrypoint: readonly string[] | null;
  readonly WorkingDir: string;
  readonly User: string;
  readonly ExposedPorts: Readonly<Record<string, object>>;
  readonly Volumes: Readonly<Record<string, object>>;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck: Healthcheck | null;
  readonly StopSignal: string | null;
  readonly Shell: readonly string[] | null;
  readonly OnBuild: readonly string[];
}

export function configToJson(config: ImageConfig): ConfigJson {
  return {
    Env: [...config.environment].map(([name, value]) => `${name}=${value}`),
    Cmd: config.cmd,
    Entrypoint: config.entrypoint,
    WorkingDir: config.workingDirectory,
    User: config.user,
    ExposedPorts: emptyObjects(config.exposedPorts),
    Volumes: emptyObjects(config.volumes),
    Labels: Object.fromEntries(config.labels),
    Healthcheck: config.healthcheck,
    StopSignal: config.stopSignal,
    Shell: config.shell,
    OnBuild: config.onBuild,
  };
}

function emptyObjects(names: ReadonlySet<string>): Record<string, object> {
  return Object.fromEntries([...names].map((name) => [name, {}]));
}
