/** Where base images are looked up from the editor: nowhere, until the settings of a trusted workspace say so. */

import { type Known, unknown } from "../core/host.js";
import type { BaseImage } from "../core/image/baseImage.js";
import type { NeedOf } from "../core/world/facts.js";
import { type ImageStore, openImageStore } from "../host/baseImages/imageStore.js";
import { imageSupplier, type LookUp } from "../host/baseImages/imageSupplier.js";
import { engineSource, type ImageSources, registrySource } from "../host/images/findImage.js";
import { dockerLogins } from "../host/registry/credentials.js";
import type { HttpDoor } from "../host/registry/exchange.js";
import { createRegistry, type Registry, type RegistrySettings } from "../host/registry/registry.js";
import type { Supplier } from "../host/settle.js";
import { savedLater } from "./savedLater.js";
import type { LookUpSettings } from "./settings.js";

/** What was found out is taken as it is for so long, then asked for beside. Milliseconds. */
const maxAge = 3_600_000;

/** What was found out is kept for other windows this long after it. Milliseconds. */
const keepDelay = 1_000;

export interface BaseImagesOptions {
  readonly http: HttpDoor;
  /** Folders of which no program is started. */
  readonly untrusted: () => readonly string[];
  /** What was answered by something older has another answer. */
  answered(need: NeedOf<"image">, answer: Known<BaseImage>): void;
  /** Does some work beside; a failure is logged with the name. */
  run(name: string, work: () => Promise<unknown>): void;
  log(message: string): void;
}

export interface BaseImages {
  readonly supplier: Supplier<"image">;
  readonly isOff: boolean;
  /** Who may be asked for an image that somebody names. */
  readonly sources: ImageSources;
  /** What is asked for exported caches; null: nobody. */
  readonly registry: Registry | null;
  /** @param storageFolder null: in memory, until the server ends */
  start(storageFolder: string | null): void;
  /** True: these are not the settings of before. */
  use(settings: LookUpSettings): boolean;
  /** All that was found out up to now counts as old. */
  askAnew(): void;
}

/** Nobody is asked until `use` says who. */
export function openBaseImages(options: BaseImagesOptions): BaseImages {
  let store: ImageStore = openImageStore(null);
  let used = "";
  let supplier: Supplier<"image"> | null = null;
  let sources = nobody;
  let registry: Registry | null = null;
  let notBefore = 0;

  const keepLater = savedLater({
    name: "images",
    delay: keepDelay,
    run: options.run,
    log: options.log,
    save: () => store.save(),
  });
  const keeping =
    (lookUp: LookUp): LookUp =>
    async (...asked) => {
      const answer = await lookUp(...asked);
      keepLater();
      return answer;
    };

  return {
    supplier: async (need, cancel) => supplier?.(need, cancel) ?? unknown("off"),
    get isOff() {
      return supplier === null;
    },
    get sources() {
      return sources;
    },
    get registry() {
      return registry;
    },
    start(storageFolder) {
      store = openImageStore(storageFolder);
    },
    use({ resolve, registries }) {
      const { mirrors, insecure } = registries;
      const wanted =
        resolve === "off" ? "" : JSON.stringify([resolve, [...mirrors], [...insecure]]);
      if (wanted === used) return false;
      used = wanted;
      supplier = null;
      sources = nobody;
      registry = resolve === "registry" ? registryOf(options, registries) : null;
      if (resolve === "off") return true;
      const source = registry === null ? engineSource(process.env) : registrySource(registry);
      sources = { ...nobody, [resolve]: source };
      const made = imageSupplier({
        source: resolve,
        lookUp: keeping(source.lookUp),
        store,
        maxAge,
        now: Date.now,
        notBefore: () => notBefore,
        later: (need, answer) => {
          if (supplier === made) options.answered(need, answer);
        },
      });
      supplier = made;
      return true;
    },
    askAnew() {
      notBefore = Date.now();
    },
  };
}

const nobody: ImageSources = { engine: null, registry: null };

function registryOf(
  { http, untrusted }: BaseImagesOptions,
  registries: RegistrySettings,
): Registry {
  const findLogin = dockerLogins({ env: process.env, untrusted });
  return createRegistry({ door: http, findLogin, now: Date.now, ...registries });
}
