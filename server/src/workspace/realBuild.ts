/** Makes a record of a real build of an open Dockerfile, from a log or from what the builder keeps. */
import { statSync } from "node:fs";
import type { Analysis } from "../core/analysis/analyse.js";
import { rulesOf } from "../core/build/builderRules.js";
import type { OtherBuild } from "../core/cache/loggedBuild.js";
import { otherBuildWords, recordSentences } from "../core/documents/recordDocument.js";
import { type LoggedRecord, recordOfLog } from "../core/insight/loggedRecord.js";
import { type BuildLog, readBuildLog } from "../core/records/buildLog.js";
import { say } from "../core/text/say.js";
import { interfaceText } from "../core/text/surfaces.js";
import { findKeptBuild } from "../host/dockerBuilds.js";
import { nodeFileSystem, readRegularFile } from "../host/nodeFileSystem.js";
import type { RecordResult } from "../protocol.js";
import type { LiveBuild } from "./build.js";

/** Bytes. */
const maxLog = 200_000_000;

/**
 * @param file path of a log; null: the last build of the Dockerfile that the builder keeps
 * @param untrusted folders in which no program is looked for
 */
export async function recordRealBuild(
  build: LiveBuild,
  file: string | null,
  { untrusted }: { readonly untrusted: readonly string[] },
): Promise<RecordResult> {
  if (!rulesOf(build.definition.builder).tellsRuns)
    return refused(
      say`The classic builder keeps no record of its builds, and its logs are not read.`,
    );
  const analysis = await build.records.expected();
  const made = (log: BuildLog, at: number) => madeOf(build, analysis, log, at);
  if (file === null) {
    const found = await findKeptBuild(null, { env: process.env, untrusted }, (log, at) => {
      const one = made(log, at);
      return one.kind === "record" ? one : null;
    });
    if (found === "no docker")
      return refused(
        say`docker buildx history could not be asked: no docker, no engine, or an old one.`,
      );
    if (found === "none")
      return refused(say`The builder keeps no build of this Dockerfile as it is now.`);
    return keep(build, found);
  }
  const disk = nodeFileSystem();
  const real = disk.realPath(file);
  const bytes = real.ok ? readRegularFile(disk, real.value, maxLog) : real;
  if (!bytes.ok) return refused(say`The log could not be read: ${bytes.error.message}`);
  const log = readBuildLog(bytes.value.toString("utf8"));
  if (log === null)
    return refused(say`This is no log of a build: docker build --progress plain writes one.`);
  const one = made(log, log.startedAt ?? Math.min(Date.now(), statSync(file).mtimeMs));
  return one.kind === "other"
    ? refused(say`Not recorded: ${otherBuildWords(analysis, one)}.`)
    : keep(build, one);
}

function madeOf(
  build: LiveBuild,
  analysis: Analysis,
  log: BuildLog,
  at: number,
): LoggedRecord | OtherBuild {
  const { dockerfile } = build.definition;
  const stat =
    dockerfile.kind === "file" ? statSync(dockerfile.path, { throwIfNoEntry: false }) : undefined;
  return recordOfLog({
    analysis,
    log,
    at,
    looksAtTimes: true,
    dockerfileAt: stat?.mtimeMs ?? null,
    earlier: build.records.builds,
  });
}

async function keep(build: LiveBuild, made: LoggedRecord): Promise<RecordResult> {
  const kept = await build.records.keep(...made.recorded);
  if (!kept.ok) return refused(say`The build could not be recorded: ${kept.error.message}`);
  return { outcome: "recorded", message: interfaceText(recordSentences(made).join(" ")) };
}

function refused(message: string): RecordResult {
  return { outcome: "refused", message: interfaceText(message) };
}
