/** The user's settings for one document, read without trusting their types. */

import { isBuilder } from "../core/build/builder.js";
import { parseBuilderVersion, usualVersion } from "../core/build/builderVersion.js";
import { parsePlatform } from "../core/build/platform.js";
import type { BuildSettings } from "../core/definitions/editorDefinition.js";
import { readNamedBuilds } from "../core/definitions/namedBuilds.js";
import type { LensDetail } from "../core/features/codeLens.js";
import type { ImageSource } from "../core/image/baseImage.js";
import { hostPlatform } from "../host/platform.js";
import type { RegistrySettings } from "../host/registry/registry.js";

export interface Settings extends BuildSettings {
  /** What forecasts are compared with, in the words of `readBaseline`. */
  readonly against: string;
  readonly codeLens: LensDetail;
  readonly hover: boolean;
  readonly diagnostics: boolean;
  /** By the codes of problems; of others it is their own. */
  readonly severity: ReadonlyMap<string, WantedSeverity>;
}

export type WantedSeverity = "error" | "warning" | "information" | "hint" | "off";

/** What holds until the client has answered. */
export const defaultSettings: Settings = readSettings(null);

/** @param value the section `stratacast` of the configuration */
export function readSettings(value: unknown): Settings {
  const builder = at(value, "builder");
  const target = text(at(value, "target"));
  return {
    builder: isBuilder(builder) ? builder : "buildkit",
    builderVersion: parseBuilderVersion(text(at(value, "builderVersion"))) ?? usualVersion,
    context: text(at(value, "context")),
    target: target === "" ? null : target,
    buildArgs: textMap(at(value, "buildArgs")),
    platform: parsePlatform(text(at(value, "platform"))) ?? hostPlatform(),
    buildPlatform: hostPlatform(),
    against: text(at(value, "against")),
    builds: readNamedBuilds(at(value, "builds")),
    codeLens: lensDetail(at(value, "codeLens")),
    hover: at(at(value, "hover"), "enabled") !== false,
    diagnostics: at(at(value, "diagnostics"), "enabled") !== false,
    severity: severities(at(at(value, "diagnostics"), "severity")),
  };
}

/** Where base images are looked up, and how. */
export interface LookUpSettings {
  readonly resolve: ImageSource | "off";
  readonly registries: RegistrySettings;
}

/** @param value the section `stratacast` of the configuration of the whole window */
export function readLookUpSettings(value: unknown): LookUpSettings {
  const resolve = at(value, "resolve");
  const registry = at(value, "registry");
  const mirrors = at(registry, "mirrors");
  return {
    resolve: resolve === "engine" || resolve === "registry" ? resolve : "off",
    registries: {
      mirrors: new Map(
        Object.entries(isObject(mirrors) ? mirrors : {}).map(([name, hosts]) => [
          name,
          texts(typeof hosts === "string" ? [hosts] : hosts),
        ]),
      ),
      insecure: new Set(texts(at(registry, "insecure"))),
    },
  };
}

/**
 * Whether docker evaluates Compose and Bake files: only where the client says so, as VS Code does.
 * @param value the section `stratacast` of the configuration of the whole window
 */
export function readAsksDocker(value: unknown): boolean {
  return at(at(value, "definitions"), "askDocker") === true;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(text).filter((one) => one !== "") : [];
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function at(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name] // an object may be indexed by any name
    : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}

function textMap(value: unknown): ReadonlyMap<string, string> {
  if (typeof value !== "object" || value === null) return new Map();
  return new Map(
    Object.entries(value).flatMap(([name, entry]) =>
      typeof entry === "string" ? [[name, entry] as const] : [],
    ),
  );
}

function severities(value: unknown): ReadonlyMap<string, WantedSeverity> {
  return new Map(
    [...textMap(value)].flatMap(([code, wanted]) => {
      const known = wantedSeverities.find((one) => one === wanted);
      return known === undefined ? [] : [[code, known] as const];
    }),
  );
}

const wantedSeverities: readonly WantedSeverity[] = [
  "error",
  "warning",
  "information",
  "hint",
  "off",
];

function lensDetail(value: unknown): LensDetail {
  return value === "layers" || value === "inlay" || value === "off" ? value : "all";
}
