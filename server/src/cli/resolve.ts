/** `--resolve`: whether and where the command line looks base images up. */
import type { BuildDefinition } from "../core/build/definition.js";
import { defaultDomain } from "../core/image/reference.js";
import type { MachineOptions } from "../host/machine.js";
import type { RegistrySettings } from "../host/registry/registry.js";
import type { CliIo } from "./command.js";
import type { Flags } from "./flags.js";
import type { Resolving } from "./lookUps.js";
import { UsageError } from "./usageError.js";

export const resolves = ["off", "registry", "engine"] as const;

export const resolveFlags = {
  resolve: {
    value: "WHERE",
    offers: resolves,
    about:
      "look base images up: off (default); registry, over the network, as who you are logged in as with docker login; engine, in the Docker engine that docker would ask",
  },
  "registry-mirror": {
    value: "[REGISTRY=]HOST",
    isRepeated: true,
    about: "is asked before the registry",
  },
  "insecure-registry": {
    value: "HOST",
    isRepeated: true,
    about: "is asked over plain HTTP",
  },
} as const satisfies Flags;

export type Resolve = (typeof resolves)[number];

/** Errors: `UsageError`. */
export function readRegistries(
  mirrors: readonly string[],
  insecure: readonly string[],
): RegistrySettings {
  const all = new Map<string, readonly string[]>();
  for (const word of mirrors) {
    const [first = "", second] = word.split(/=(.*)/s, 2);
    const [domain, mirror] = second === undefined ? [defaultDomain, first] : [first, second];
    if (domain === "" || mirror === "")
      throw new UsageError(`--registry-mirror "${word}": a host, or REGISTRY=HOST`);
    all.set(domain, [...(all.get(domain) ?? []), mirror]);
  }
  return { mirrors: all, insecure: new Set(insecure) };
}

/** What a machine is opened with. */
export function suppliersOf({ image }: Resolving): Pick<MachineOptions, "suppliers"> {
  return image === null ? {} : { suppliers: { image } };
}

export interface ResolveArguments {
  /** Where base images are looked up. */
  readonly resolve: Resolve;
  readonly registries: RegistrySettings;
}

/** @param state the folder in which what is found out is kept */
export async function openResolving(
  build: ResolveArguments & { readonly definition: BuildDefinition },
  state: string,
  io: CliIo,
): Promise<Resolving> {
  const { resolve } = build;
  if (resolve === "off") return { image: null, done: async () => undefined };
  return (await import("./lookUps.js")).openLookUps({ ...build, resolve }, state, io);
}
