/** The setting `stratacast.builds`, read without trusting its types. */
import { type Builder, isBuilder } from "../build/builder.js";
import { type BuilderVersion, parseBuilderVersion } from "../build/builderVersion.js";
import { type Platform, parsePlatform } from "../build/platform.js";

/** One entry, as written. */
export interface NamedBuild {
  /** Relative to the workspace folder. */
  readonly dockerfile: string;
  /** null, here and below: not given, so that the single settings hold. */
  readonly name: string | null;
  readonly context: string | null;
  readonly contexts: ReadonlyMap<string, string>;
  readonly target: string | null;
  readonly args: ReadonlyMap<string, string> | null;
  /** Empty: not given. */
  readonly platforms: readonly Platform[];
  readonly builder: Builder | null;
  readonly builderVersion: BuilderVersion | null;
}

/** What is no entry, or names no Dockerfile, is passed over. */
export function readNamedBuilds(value: unknown): readonly NamedBuild[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown): readonly NamedBuild[] => {
    if (!isObject(entry)) return [];
    const dockerfile = text(entry["dockerfile"]);
    if (dockerfile === null) return [];
    const { builder, platforms } = entry;
    return [
      {
        dockerfile,
        name: text(entry["name"]),
        context: text(entry["context"]),
        contexts: texts(entry["contexts"]) ?? new Map(),
        target: text(entry["target"]),
        args: texts(entry["args"]),
        platforms: (Array.isArray(platforms) ? platforms : []).flatMap((platform: unknown) =>
          typeof platform === "string" ? (parsePlatform(platform) ?? []) : [],
        ),
        builder: isBuilder(builder) ? builder : null,
        builderVersion: parseBuilderVersion(text(entry["builderVersion"]) ?? ""),
      },
    ];
  });
}

function text(value: unknown): string | null {
  const trimmed = typeof value === "string" ? value.trim() : "";
  return trimmed === "" ? null : trimmed;
}

function texts(value: unknown): ReadonlyMap<string, string> | null {
  if (!isObject(value)) return null;
  return new Map(
    Object.entries(value).flatMap(([name, entry]) =>
      typeof entry === "string" ? [[name, entry] as const] : [],
    ),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
