/** What a stage starts with: what its base image or parent stage ends with. */

import type { BuilderRules } from "../build/builderRules.js";
import type { BaseImage } from "../image/baseImage.js";
import { defaultPath, emptyConfig, type ImageConfig } from "../image/config.js";
import { OrderedMap, OrderedSet } from "../image/orderedMap.js";
import { OrderedEnvironment } from "../instructions/environment.js";
import { changed, configured, type Scope, withPath } from "../instructions/scope.js";
import { ofUnknownImage, type Unknowns } from "../instructions/unknowns.js";
import { readAssignment } from "../text/assignment.js";
import type { FileFacts } from "./fileFacts.js";
import { isBaseKnown, openOf, type StageBase } from "./graph.js";
import { RememberedByObjects } from "./remembered.js";

type Builds = Pick<FileFacts, "rules" | "digest">;

/** Before the first FROM. */
export function globalScope({ digest }: Builds): Scope {
  return globals.get([digest], () => scopeWith(emptyConfig, OrderedEnvironment.of(digest)));
}

/** Of a stage that continues no other one: one object for one image. */
export function startScope(builds: Builds, base: StageBase): Scope {
  const { rules, digest } = builds;
  const config = configOf(rules, base);
  return starts.get([rules, digest, config], () => {
    const start = scopeWith(config, environmentOf(builds, config), openIn(base));
    return rules.startsWithPath ? withPath(start) : start;
  });
}

/** Of a stage that continues one that ends with `end`: one object for one end. */
export function continuedScope(builds: Builds, end: Scope): Scope {
  const { rules, digest } = builds;
  return continued.get([rules, digest, end], () => {
    const own = configured(changed(end, { hasOwnCmd: false }), { onBuild: [] });
    const start = rules.startsWithPath ? withPath(own) : own;
    // What the image is set to is set again, behind the arguments of the parent stage and over them.
    const isSet = start.endsAsSet && start.config.environment === end.config.environment;
    if (rules.inheritsArgs)
      return isSet ? start : changed(start, { environment: setAgain(start), endsAsSet: true });
    const environment = isSet ? start.environment : environmentOf(builds, start.config);
    return changed(start, { environment, declaredArgs: noArgs, endsAsSet: true });
  });
}

/**
 * Of a stage that a named context takes the place of. Nothing is made of it, so that its config
 * gets no PATH: dockerfile2llb/convert.go `dispatchStages`.
 */
export function replacedScope(builds: Builds, base: StageBase): Scope {
  const config =
    base.kind === "image" && base.image !== null
      ? configOfImage(base.image)
      : isBaseKnown(base)
        ? emptyConfig
        : unknownConfig;
  const { rules, digest } = builds;
  return replaced.get([rules, digest, config], () =>
    scopeWith(config, environmentOf(builds, config), openIn(base)),
  );
}

/** What of a base that is known is not. */
function openIn(base: StageBase): Unknowns | null {
  return base.kind === "image" && base.image !== null ? openOf(base.image) : null;
}

/** Source: BuildKit, dockerfile2llb/convert.go `dispatchStages`. */
function setAgain({ environment, config }: Scope): OrderedEnvironment {
  const own = [...config.environment];
  const last = environment.entries().slice(-own.length);
  const stands = own.every(([name, value], at) => last[at]?.[0] === name && last[at][1] === value);
  return stands ? environment : own.reduce((all, pair) => all.with(...pair), environment);
}

const globals = new RememberedByObjects<Scope>();
const replaced = new RememberedByObjects<Scope>();
const starts = new RememberedByObjects<Scope>();
const continued = new RememberedByObjects<Scope>();
const configs = new RememberedByObjects<ImageConfig>();
const noArgs = OrderedMap.of<string>([]);

function scopeWith(
  config: ImageConfig,
  environment: OrderedEnvironment,
  open: Unknowns | null = null,
): Scope {
  const directory = config.workingDirectory;
  const unknowns = config === unknownConfig ? ofUnknownImage : open;
  const own = { environment, declaredArgs: noArgs, config, directory };
  return { endsAsSet: false, hasOwnCmd: false, unknowns, expanded: 0, ...own };
}

function environmentOf({ digest }: Builds, { environment }: ImageConfig): OrderedEnvironment {
  const all = OrderedEnvironment.of(digest, environment);
  return environment.has("PATH") ? all : all.with("PATH", defaultPath);
}

/** BuildKit starts an empty file system in its root: dockerfile2llb/image.go `emptyImage`. */
const inRoot: ImageConfig = { ...emptyConfig, workingDirectory: "/" };

/** Of a base of which nothing is known: an object of its own, with what an empty one has. */
const unknownConfig: ImageConfig = { ...emptyConfig };

function configOf(rules: BuilderRules, base: StageBase): ImageConfig {
  switch (base.kind) {
    case "image":
      return base.image === null ? unknownConfig : configOfImage(base.image);
    case "scratch":
    case "folder":
      return rules.startsScratchInRoot ? inRoot : emptyConfig;
    case "elsewhere":
      if (base.source.kind === "build") return unknownConfig;
      return rules.startsScratchInRoot ? inRoot : emptyConfig;
    case "stage":
      return emptyConfig;
    case "broken":
      return unknownConfig;
  }
}

function configOfImage(image: BaseImage): ImageConfig {
  return configs.get([image], () => ({
    environment: OrderedMap.of(image.environment.map(parseEntry)),
    cmd: image.cmd,
    entrypoint: image.entrypoint,
    workingDirectory: image.workingDirectory,
    user: image.user,
    exposedPorts: OrderedSet.of(image.exposedPorts),
    volumes: OrderedSet.of(image.volumes),
    labels: OrderedMap.of(Object.entries(image.labels)),
    healthcheck: image.healthcheck,
    stopSignal: image.stopSignal,
    shell: image.shell,
    onBuild: [],
    author: null,
  }));
}

/** An entry of an image's environment: `NAME=value`, or a name alone. */
export function parseEntry(entry: string): readonly [string, string] {
  const { name, value } = readAssignment(entry);
  return [name, value ?? ""];
}
