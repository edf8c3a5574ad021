/**
 * Which definition a record is of. Definitions of one Dockerfile have a record each: by their id, which
 * stays when somebody edits what it says, or by all that they say, where another one says the same.
 */
import {
  type BuildDefinition,
  contextPlace,
  dockerfileName,
  sourceWord,
} from "../build/definition.js";
import { formatPlatform } from "../build/platform.js";
import type { Digest } from "../host.js";
import type { BuildRecord, DefinitionRecord } from "./records.js";

export function definitionRecord(definition: BuildDefinition, digest: Digest): DefinitionRecord {
  const { id, args, contexts, platforms } = definition;
  const given = [
    [...args].sort(byName),
    [...contexts].map(([name, source]) => [name, sourceWord(source)] as const).sort(byName),
    platforms.map(formatPlatform),
  ];
  return { id, given: digest(JSON.stringify(given)).slice(0, 16) };
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function isOfDefinition({ definition }: BuildRecord, asked: DefinitionRecord): boolean {
  return definition.id === asked.id || definition.given === asked.given;
}

/** True when the build is one of this very definition, as far as a record tells. */
export function isRecordOf(
  build: BuildRecord,
  definition: BuildDefinition,
  digest: Digest,
): boolean {
  return (
    build.dockerfile === dockerfileName(definition) &&
    build.context === contextPlace(definition) &&
    build.target === definition.target &&
    isOfDefinition(build, definitionRecord(definition, digest))
  );
}
