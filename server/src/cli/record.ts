/** `stratacast record`: keeps what a real build did, to forecast the next one against it. */
import { statSync } from "node:fs";
import { otherBuildWords, recordJson, recordText } from "../core/documents/recordDocument.js";
import { recordOfLog } from "../core/insight/loggedRecord.js";
import { type BuildLog, readBuildLog } from "../core/records/buildLog.js";
import { jsonText } from "../core/text/surfaces.js";
import { openIdentityStore } from "../host/identityStore.js";
import { nodeFileSystem, readRegularFile } from "../host/nodeFileSystem.js";
import { openStateStore } from "../host/stateStore.js";
import {
  type RecordArguments,
  readRecordArguments,
  reasonIn,
  sharedBuildOptions,
  UsageError,
} from "./arguments.js";
import type { CliCommand, CliIo } from "./command.js";
import { meantBuild, predictProject, readProject } from "./project.js";
import { refresh } from "./simulate.js";

/** Bytes. A log of a build that goes on for hours has less. */
const maxLog = 200_000_000;

export const record: CliCommand = {
  name: "record",
  summary: "keep what a real build did, to forecast the next one against it",
  usage: `stratacast record --import FILE [options] CONTEXT

Reads the log of a build that BuildKit made: docker build --progress plain or
rawjson, as a file or as a build server keeps it. Which steps were cached, which
ran and for how long, is kept with this Dockerfile and its files as they are
now: forecasts stand against it with --against recorded.

  --import FILE      the log; -: from stdin
  --same-files       the files are those of that build, whatever their times
                     say, as in a fresh clone of the commit that was built
${sharedBuildOptions}
  --format F         text (default) or json
  --state DIR        where builds are kept`,
  async run(words, io) {
    const given = readRecordArguments(words, io);
    const args = { ...given, ...(await meantBuild(given, io)) };
    if (args.definition.builder !== "buildkit")
      throw new UsageError("--builder classic: only logs of BuildKit can be read");
    const { log, endedAt } = await readLog(args, io);
    const store = openStateStore(args.state, "recorded");
    const identities = openIdentityStore(args.state);
    const project = await readProject(args.definition, io, {
      readState: async () => store.state,
      readRecorded: async () => store.state,
      memory: identities.memory,
    });
    const unread = await refresh(store, io);
    if (unread !== null) throw unread;
    const analysis = await predictProject(project, { kind: "recorded" }, io);
    const made = recordOfLog({
      ...{ analysis, log, earlier: store.state },
      at: log.startedAt ?? endedAt,
      dockerfileAt: dockerfileTime(args),
      looksAtTimes: !args.sameFiles,
    });
    if (made.kind === "other")
      throw new UsageError(`${given.log}: ${otherBuildWords(analysis, made)}`);
    const done = await store.add(made.recorded);
    await identities.save();
    if (!done.ok)
      throw new UsageError(
        `the build could not be recorded: ${done.error.path}: ${done.error.message}`,
      );
    io.print(
      args.format === "json"
        ? `${jsonText(recordJson(analysis, args.shown, made))}\n`
        : recordText(made),
    );
    return 0;
  },
};

/** Errors: `UsageError`. */
async function readLog(
  { log: file }: RecordArguments,
  io: CliIo,
): Promise<{ readonly log: BuildLog; readonly endedAt: number }> {
  let bytes: Uint8Array;
  let endedAt = Date.now();
  if (file === "-") bytes = await io.readStdin();
  else {
    const disk = nodeFileSystem();
    const real = disk.realPath(file);
    const read = real.ok ? readRegularFile(disk, real.value, maxLog) : real;
    if (!read.ok) throw new UsageError(`${file}: ${reasonIn(read.error, "no such file")}`);
    bytes = read.value;
    endedAt = Math.min(endedAt, statSync(file).mtimeMs);
  }
  const log = readBuildLog(Buffer.from(bytes).toString("utf8"));
  if (log === null)
    throw new UsageError(
      `${file}: no log of a build: docker build --progress plain or rawjson writes one`,
    );
  return { log, endedAt };
}

/** null: it is in no file. */
function dockerfileTime({ definition: { dockerfile } }: RecordArguments): number | null {
  return dockerfile.kind === "file"
    ? (statSync(dockerfile.path, { throwIfNoEntry: false })?.mtimeMs ?? null)
    : null;
}
