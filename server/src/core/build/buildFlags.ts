/** What `docker build` can be asked for besides a target, arguments and a platform. */

export interface BuildFlags {
  /** `--no-cache` */
  readonly noCache: boolean;
  /** `--label`, by name. */
  readonly labels: ReadonlyMap<string, string>;
  /** The names of `--add-host` in their order: addresses are in no key. */
  readonly hosts: readonly string[];
  /** `--network`; empty: not given. */
  readonly network: string;
  /** `--shm-size` in bytes; 0: the builder's default. */
  readonly sharedMemory: number;
}

/** Nothing is asked for. */
export const noBuildFlags: BuildFlags = {
  noCache: false,
  labels: new Map(),
  hosts: [],
  network: "",
  sharedMemory: 0,
};
