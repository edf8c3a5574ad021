/** What `docker build` can be asked for besides a target, arguments and a platform. */

export interface BuildFlags {
  /** `--no-cache` */
  readonly noCache: boolean;
  /** The stages of `--no-cache-filter`, by their names in small letters. */
  readonly uncachedStages: readonly string[];
  /** `--label`, by name. */
  readonly labels: ReadonlyMap<string, string>;
  /** The names of `--add-host` in their order: addresses are in no key. */
  readonly hosts: readonly string[];
  /** `--network`; empty: not given. */
  readonly network: string;
  /** `--shm-size` in bytes; 0: the builder's default. */
  readonly sharedMemory: number;
  /** `--ulimit`, ordered by name, each once. */
  readonly limits: readonly ResourceLimit[];
  /** `--cgroup-parent`; empty: not given. */
  readonly cgroupParent: string;
  /** What `--secret` and `--ssh` hand to RUN: in no key, but a RUN may fail without it. */
  readonly given: Given;
}

/** By their ids; null: nobody said which. */
export interface Given {
  readonly secrets: ReadonlySet<string> | null;
  readonly agents: ReadonlySet<string> | null;
}

/** What a process of RUN may use of a resource; -1: as much as it wants. */
export interface ResourceLimit {
  readonly name: string;
  readonly soft: number;
  readonly hard: number;
}

/** Nothing is asked for. */
export const noBuildFlags: BuildFlags = {
  noCache: false,
  uncachedStages: [],
  labels: new Map(),
  hosts: [],
  network: "",
  sharedMemory: 0,
  limits: [],
  cgroupParent: "",
  given: { secrets: null, agents: null },
};
