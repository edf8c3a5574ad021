/**
 * The part of the final image that is not files. Source of the rules: the instructions; of the
 * JSON's field names: the image config that `docker image inspect` prints.
 */
import { OrderedMap, OrderedSet } from "./orderedMap.js";

export interface Healthcheck {
  readonly Test: readonly string[];
  /** Nanoseconds, as in the image config; absent: the engine's default. */
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

export interface ImageConfig {
  /** A name that is set again keeps its place, as in the engine's config. */
  readonly environment: OrderedMap<string>;
  readonly cmd: readonly string[] | null;
  readonly entrypoint: readonly string[] | null;
  readonly workingDirectory: string;
  readonly user: string;
  readonly exposedPorts: OrderedSet;
  readonly volumes: OrderedSet;
  readonly labels: OrderedMap<string>;
  readonly healthcheck: Healthcheck | null;
  readonly stopSignal: string | null;
  readonly shell: readonly string[] | null;
  readonly onBuild: readonly string[];
  readonly author: string | null;
}

/** BuildKit adds this where the base has no PATH: util/system/path.go. */
export const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export const emptyConfig: ImageConfig = {
  environment: OrderedMap.of([]),
  cmd: null,
  entrypoint: null,
  workingDirectory: "",
  user: "",
  exposedPorts: OrderedSet.of([]),
  volumes: OrderedSet.of([]),
  labels: OrderedMap.of([]),
  healthcheck: null,
  stopSignal: null,
  shell: null,
  onBuild: [],
  author: null,
};

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
    ExposedPorts: emptyObjects(eachPort(config.exposedPorts)),
    Volumes: emptyObjects(config.volumes),
    Labels: Object.fromEntries(config.labels),
    Healthcheck: config.healthcheck,
    StopSignal: config.stopSignal,
    Shell: config.shell,
    OnBuild: config.onBuild,
  };
}

/** Each port of ranges that are kept as `1-65535/tcp`; every port once. */
function eachPort(ports: Iterable<string>): Iterable<string> {
  const each = new Set<string>();
  const ranges = new Map<string, (readonly [start: number, end: number])[]>();
  for (const port of ports) {
    const [, start, end, protocol = ""] = /^(\d+)-(\d+)(\/.*)$/.exec(port) ?? [];
    if (start === undefined) each.add(port);
    else {
      const all = ranges.get(protocol) ?? [];
      all.push([Number(start), Number(end)]);
      ranges.set(protocol, all);
    }
  }
  for (const [protocol, all] of ranges) {
    let next = 0;
    for (const [start, end] of all.sort(([a], [b]) => a - b)) {
      for (let port = Math.max(start, next); port <= end; port++) each.add(`${port}${protocol}`);
      next = Math.max(next, end + 1);
    }
  }
  return each;
}

function emptyObjects(names: Iterable<string>): Record<string, object> {
  return Object.fromEntries([...names].map((name) => [name, {}]));
}
