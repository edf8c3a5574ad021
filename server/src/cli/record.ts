/** `stratacast record`: keeps what a real build did, to forecast the next one against it. */
import { statSync } from "node:fs";
import path from "node:path";
import type { Analysis } from "../core/analysis/analyse.js";
import { rulesOf } from "../core/build/builderRules.js";
import { contextFolder } from "../core/build/definition.js";
import {
  otherBuildWords,
  recordJson,
  recordSummary,
  recordText,
} from "../core/documents/recordDocument.js";
import { type LoggedRecord, recordOfLog } from "../core/insight/loggedRecord.js";
import { type BuildLog, readBuildLog } from "../core/records/buildLog.js";
import { jsonText } from "../core/text/surfaces.js";
import { findKeptBuild, isRef, runBuild } from "../host/dockerBuilds.js";
import { type IdentityStore, openIdentityStore } from "../host/identityStore.js";
import { nodeFileSystem, readRegularFile } from "../host/nodeFileSystem.js";
import { openStateStore, type StateStore } from "../host/stateStore.js";
import {
  type BuildArguments,
  buildFlags,
  formatFlag,
  readBuildArguments,
} from "./buildArguments.js";
import type { CliCommand, CliIo } from "./command.js";
import { readWords } from "./flags.js";
import { reasonIn, stateFlag, stateFolder } from "./places.js";
import { type MeantBuild, meantBuild, predictProject, readProject } from "./project.js";
import { refresh } from "./simulate.js";
import { UsageError } from "./usageError.js";

/** Bytes. A log of a build that goes on for hours has less. */
const maxLog = 200_000_000;

interface RecordArguments extends BuildArguments<"text" | "json"> {
  /** As it is written: a file, `-` for stdin, `history`, `history:REF`; empty: none. */
  readonly log: string;
  /** True: the files are those of that build, whatever their times say. */
  readonly sameFiles: boolean;
  readonly state: string;
}

const formats = ["text", "json"] as const;

const flags = {
  import: {
    value: "FILE",
    offers: "files",
    about:
      "the log; -: from stdin; history: docker buildx history is asked, history:REF for the build of that id",
  },
  "same-files": {
    about:
      "the files are those of that build, whatever their times say, as in a fresh clone of the commit that was built",
  },
  ...buildFlags,
  format: formatFlag(formats),
  ...stateFlag,
} as const;

export const record: CliCommand = {
  name: "record",
  summary: "keep what a real build did, to forecast the next one against it",
  forms: ["--import FILE|history[:REF] [options] [CONTEXT]", "[--state DIR] -- docker build WORDS"],
  about:
    "Reads what BuildKit told of a build: docker build --progress plain or rawjson, as a file or as a build server keeps it, or the last build of this Dockerfile that the builder itself keeps. Which steps were cached, which ran and for how long, is kept with this Dockerfile and its files as they are now: forecasts stand against it with --against recorded. The second form runs the build as it is written, and ends with its exit code.",
  flags,
  offers: "folders",
  examples: [
    "stratacast record --import build.log .",
    "stratacast record --import history .",
    "stratacast record -- docker build -t app .",
  ],
  run(words, io) {
    const end = words.indexOf("--");
    return end < 0
      ? importLog(words, io)
      : runAndRecord(words.slice(0, end), words.slice(end + 1), io);
  },
};

/** Errors: `UsageError`. */
function readArguments(words: readonly string[], io: CliIo): RecordArguments {
  const read = readWords(flags, words);
  const { import: log = "", "same-files": sameFiles = false, state } = read.values;
  return {
    ...readBuildArguments(read, io, formats),
    log,
    sameFiles,
    state: stateFolder(state, io),
  };
}

/** A build of which a record is to be made, as it would be simulated now. */
interface Expected {
  readonly args: RecordArguments & MeantBuild;
  readonly analysis: Analysis;
  readonly store: StateStore;
  readonly identities: IdentityStore;
}

/** Errors: `UsageError`. */
async function expect(given: RecordArguments, io: CliIo): Promise<Expected> {
  const args = { ...given, ...(await meantBuild(given, io)) };
  if (!rulesOf(args.definition.builder).tellsRuns)
    throw new UsageError("--builder classic: only logs of BuildKit can be read");
  const store = openStateStore(args.state, "recorded");
  const identities = openIdentityStore(args.state);
  const project = await readProject(args.definition, io, {
    digest: store.digest,
    readState: async () => store.state,
    readRecorded: async () => store.state,
    memory: identities.memory,
  });
  const unread = await refresh(store, io);
  if (unread !== null) throw unread;
  const { analysis } = await predictProject(project, { kind: "recorded" }, io);
  return { args, analysis, store, identities };
}

/** A log, and when the build began or, where it has no times, when it was written. */
interface DatedLog {
  readonly log: BuildLog;
  readonly at: number;
}

function madeOf(expected: Expected, { log, at }: DatedLog, looksAtTimes: boolean) {
  const { analysis, store, args } = expected;
  const earlier = store.state;
  return recordOfLog({
    analysis,
    log,
    at,
    looksAtTimes,
    earlier,
    dockerfileAt: dockerfileTime(args),
  });
}

/** Errors: `UsageError`. */
async function keep({ store, identities }: Expected, made: LoggedRecord): Promise<void> {
  const done = await store.add(...made.recorded);
  await identities.save();
  if (done.ok) return;
  const { path: file, message } = done.error;
  throw new UsageError(`the build could not be recorded: ${file}: ${message}`);
}

async function importLog(words: readonly string[], io: CliIo): Promise<number> {
  const given = readArguments(words, io);
  if (given.log === "") throw new UsageError("--import needs the log of a build");
  const expected = await expect(given, io);
  const { args, analysis } = expected;
  const ref = /^history(?::(.*))?$/s.exec(given.log);
  const made =
    ref === null
      ? madeOf(expected, await readLog(given.log, io), !given.sameFiles)
      : await fromHistory(expected, ref[1] ?? null, io);
  if (made.kind === "other")
    throw new UsageError(`${given.log}: ${otherBuildWords(analysis, made)}`);
  await keep(expected, made);
  const json = (): string => `${jsonText(recordJson(analysis, args.shown, made))}\n`;
  if (args.format === "json") io.print(json());
  else args.screen.show(recordText(made, args.screen.paint));
  return 0;
}

/** The build of that id, or the last one that is of this Dockerfile. Errors: `UsageError`. */
async function fromHistory(expected: Expected, ref: string | null, io: CliIo) {
  const { definition, sameFiles } = expected.args;
  const folder = contextFolder(definition);
  const ask = { env: io.env, untrusted: folder === null ? [] : [folder] };
  if (ref !== null && !isRef(ref)) throw new UsageError(`history:${ref}: not the id of a build`);
  const made = await findKeptBuild(ref, ask, (log, at) => {
    const one = madeOf(expected, { log, at }, !sameFiles);
    return one.kind === "record" || ref !== null ? one : null;
  });
  if (made === "no docker")
    throw new UsageError(
      "docker buildx history could not be asked: no docker, no engine, or an old one",
    );
  if (made !== "none") return made;
  throw new UsageError(
    ref === null
      ? "the builder keeps no build of this Dockerfile as it is now"
      : `history:${ref}: the builder keeps no log of that build`,
  );
}

/** Gives the build's own exit code, whatever becomes of the record. */
async function runAndRecord(
  options: readonly string[],
  command: readonly string[],
  io: CliIo,
): Promise<number> {
  const given = readArguments([...options, ...buildWords(command)], {
    ...io,
    // All of docker's options have a meaning here.
    error: () => undefined,
  });
  if (given.log !== "") throw new UsageError("--import reads a build, and -- makes one: not both");
  const expected = await expect(given, io);
  const at = Date.now();
  const { cwd, env } = io;
  const { code, log: text } = await runBuild(command, { cwd, env, pass: io.passError });
  if (code === null) throw new UsageError(`${command[0] ?? ""}: could not be started`);
  const log = readBuildLog(text);
  if (log === null) {
    io.error("stratacast record: the build told nothing that can be read: --progress plain does");
    return code;
  }
  const made = madeOf(expected, { log, at: log.startedAt ?? at }, false);
  if (made.kind === "other") {
    io.error(`stratacast record: ${otherBuildWords(expected.analysis, made)}`);
    return code;
  }
  try {
    await keep(expected, made);
    for (const line of recordSummary(made)) io.error(`stratacast record: ${line}`);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.error(`stratacast record: ${error.message}`);
  }
  return code;
}

/** The options and the context of `docker build`. Errors: `UsageError`. */
function buildWords([program = "", ...words]: readonly string[]): readonly string[] {
  const name = path.basename(program).replace(/\.exe$/i, "");
  const start = words[0] === "buildx" || words[0] === "image" || words[0] === "builder" ? 1 : 0;
  if (name !== "docker" || (words[start] !== "build" && words[start] !== "b"))
    throw new UsageError("behind -- stands docker build with its words");
  return words.slice(start + 1);
}

/** Errors: `UsageError`. */
async function readLog(file: string, io: CliIo): Promise<DatedLog> {
  let bytes: Uint8Array;
  let writtenAt = Date.now();
  if (file === "-") bytes = await io.readStdin();
  else {
    const disk = nodeFileSystem();
    const place = path.resolve(io.cwd, file);
    const real = disk.realPath(place);
    const read = real.ok ? readRegularFile(disk, real.value, maxLog) : real;
    if (!read.ok) throw new UsageError(`${file}: ${reasonIn(read.error, "no such file")}`);
    bytes = read.value;
    writtenAt = Math.min(writtenAt, statSync(place).mtimeMs);
  }
  const log = readBuildLog(Buffer.from(bytes).toString("utf8"));
  if (log === null)
    throw new UsageError(
      `${file}: no log of a build: docker build --progress plain or rawjson writes one`,
    );
  return { log, at: log.startedAt ?? writtenAt };
}

/** null: it is in no file. */
function dockerfileTime({ definition: { dockerfile } }: MeantBuild): number | null {
  return dockerfile.kind === "file"
    ? (statSync(dockerfile.path, { throwIfNoEntry: false })?.mtimeMs ?? null)
    : null;
}
