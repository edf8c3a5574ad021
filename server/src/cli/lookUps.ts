/** How the command line looks base images up: loaded where that is wanted. */
import path from "node:path";
import type { Analysis } from "../core/analysis/analyse.js";
import { type BuildDefinition, contextFolder } from "../core/build/definition.js";
import { neededImages } from "../core/graph/images.js";
import type { ImageSource } from "../core/image/baseImage.js";
import { printable } from "../core/text/surfaces.js";
import { factOf } from "../core/world/world.js";
import { engineLookUp } from "../host/baseImages/engine.js";
import { openImageStore } from "../host/baseImages/imageStore.js";
import { imageSupplier } from "../host/baseImages/imageSupplier.js";
import type { Machine } from "../host/machine.js";
import type { Untrusted } from "../host/programs.js";
import { dockerLogins } from "../host/registry/credentials.js";
import { nodeDoor } from "../host/registry/nodeDoor.js";
import { createRegistry, type Registry, type RegistrySettings } from "../host/registry/registry.js";
import type { Supplier } from "../host/settle.js";
import type { CliIo } from "./command.js";

export interface Resolving {
  /** null: nobody is asked. */
  readonly image: Supplier<"image"> | null;
  /** Keeps what was found out, and tells of what was not. */
  done(analysis: Analysis, machine: Machine): Promise<void>;
}

/**
 * Registries as the command line asks them.
 * @param untrusted the folders of which no helper of a login is started
 */
export function registryFor(
  env: NodeJS.ProcessEnv,
  untrusted: () => Untrusted,
  settings: RegistrySettings,
): Registry {
  const findLogin = dockerLogins({ env, untrusted });
  return createRegistry({ door: nodeDoor(env), findLogin, now: Date.now, ...settings });
}

interface Wanted {
  readonly resolve: ImageSource;
  readonly registries: RegistrySettings;
  readonly definition: BuildDefinition;
}

/** @param state the folder in which what is found out is kept */
export function openLookUps(
  { resolve, registries, definition }: Wanted,
  state: string,
  io: CliIo,
): Resolving {
  const store = openImageStore(state);
  const started = Date.now();
  const { env, cwd } = io;
  const context = contextFolder(definition);
  const untrusted = () => [path.resolve(cwd), ...(context === null ? [] : [context])];
  const lookUp =
    resolve === "engine"
      ? engineLookUp(env, Date.now)
      : registryFor(env, untrusted, registries).lookUp;
  const image = imageSupplier({ source: resolve, lookUp, store, maxAge: 0, now: Date.now });
  return {
    image: (need, cancel) => {
      io.progress(`Looking up ${printable(need.reference)}`);
      return image(need, cancel);
    },
    async done({ graph }, { pool }) {
      for (const { reference, platform } of neededImages(graph)) {
        const found = factOf(pool.world, { kind: "image", reference, platform });
        if (found.kind === "unknown")
          io.error(
            `stratacast: ${reference} is not known: ${found.error?.message ?? found.reason}`,
          );
        else if (found.kind === "known" && (found.value.origin?.at ?? started) < started) {
          const then = new Date(found.value.origin?.at ?? 0).toISOString();
          io.error(
            `stratacast: ${reference} cannot be asked for now: it is taken as it was at ${then}`,
          );
        }
      }
      // What cannot be kept is asked for again: the state folder's own failure says why.
      await store.save();
    },
  };
}
