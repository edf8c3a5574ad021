/** `stratacast simulate`: predicts a build, and records it for the next call. */

import { readBaseline } from "../core/analysis/baselineChoice.js";
import { recordedWithBases } from "../core/analysis/recorded.js";
import type { Answer } from "../core/analysis/snapshot.js";
import { simulationJson } from "../core/documents/simulation.js";
import { simulationMarkdown, simulationText } from "../core/documents/simulationText.js";
import { jsonText } from "../core/text/surfaces.js";
import { exactContents } from "../host/exactContents.js";
import { type IdentityStore, openIdentityStore } from "../host/identityStore.js";
import { openStateStore, type StateStore } from "../host/stateStore.js";
import {
  type BuildArguments,
  formatFlag,
  readBuildArguments,
  usualFlags,
  usualFormats,
} from "./buildArguments.js";
import { predictAgainstCaches } from "./cacheBaseline.js";
import { type CacheArguments, readCache, readCacheFrom } from "./caches.js";
import type { CliCommand, CliIo } from "./command.js";
import { exitCode } from "./exitCode.js";
import { oneOf, readWords } from "./flags.js";
import { predictAgainstGit } from "./gitBaseline.js";
import { stateFolder } from "./places.js";
import {
  type CliProject,
  type MeantBuild,
  meantBuild,
  predictProject,
  readProject,
} from "./project.js";
import { uncached, uncachedWords } from "./requireCached.js";
import { openResolving, suppliersOf } from "./resolve.js";
import { UsageError } from "./usageError.js";

export interface SimulateArguments extends BuildArguments, CacheArguments {
  /** Absolute path of the folder of simulated builds. */
  readonly state: string;
  readonly dryRun: boolean;
  /** What has to be cached: see `uncached`; empty: nothing. */
  readonly required: readonly string[];
  /** Reads every file that the build takes, for BuildKit's own digests of them. */
  readonly exact: boolean;
}

const placesOfFiles = ["worktree", "checkout"] as const;

const flags = {
  ...usualFlags,
  format: formatFlag(usualFormats),
  against: {
    value: "BASE",
    isRepeated: true,
    offers: ["last", "recorded", "empty", "auto", "HEAD", "cache:"],
    about:
      "last (default): the last simulated build; recorded: the last real one of which stratacast record made a record; empty: nothing is cached; auto: the newer of these two, before there is one HEAD; cache:DIR, cache:type=registry,ref=REF: a cache that BuildKit exported, and nothing else but what another --against names; cache: alone: those that the build imports (its cache-from); anything else: a git ref, such as main or HEAD~3 (git:last for a branch of that name)",
  },
  as: {
    value: "WHAT",
    offers: placesOfFiles,
    about:
      "the files that an exported cache is looked through for: worktree (default), as they are here; checkout, those that git tracks, with the modes of a fresh checkout",
  },
  "require-cached": {
    value: "WHAT",
    byDefault: "",
    isRepeated: true,
    about:
      "exit 1 unless all steps are cached, or those that it names: a stage by its name, a line by its number, or the beginning of instructions, in which * stands for anything (RUN npm*)",
  },
  state: { value: "DIR", offers: "folders", about: "where simulated builds are kept" },
  "dry-run": { about: "do not record the build" },
  exact: {
    about:
      "read every file that is taken, for the digests of contents in a cache that BuildKit exports: see content in the JSON",
  },
} as const;

export const simulate: CliCommand = {
  name: "simulate",
  summary: "predict which steps of a build are cached, which rebuild, and why",
  forms: ["[options] [CONTEXT]"],
  about:
    "Predicts the build without running anything of it, and records it, so that the next call is compared with this one. CONTEXT is the folder that docker build would be given (default: .).",
  flags,
  offers: "folders",
  examples: [
    "stratacast simulate .",
    "stratacast simulate -f docker/Dockerfile --target test .",
    "stratacast simulate --against main --dry-run --format markdown .",
    "stratacast simulate --against cache:build-cache --resolve engine .",
    "stratacast simulate --against main --dry-run --require-cached=deps .",
  ],
  async run(words, io) {
    const found = await forecast(readSimulateArguments(words, io), io);
    const { args, analysis, project, store, identities } = found;
    const lacking = uncached(analysis, args.required);
    // A comparison with a commit leaves out what git does not keep; a record must not.
    const built = args.dryRun ? found.answer : await simulated(project, found.answer, io);
    // Recorded first: whoever reads the output may stop reading before its end.
    const failure = found.unread ?? (args.dryRun ? null : await record(built, store));
    const contents = args.exact ? await exactContents(analysis, args.asCheckout) : null;
    if (args.format === "text") {
      const { paint, width, show } = args.screen;
      show(simulationText(analysis, found.called, { paint, width, now: Date.now() }));
    } else if (args.format === "markdown") io.print(simulationMarkdown(analysis));
    else io.print(`${jsonText(simulationJson(analysis, found.shown, contents))}\n`);
    // What cannot be kept is read again: the state folder's own failure says why.
    if (!args.dryRun) await identities.save();
    if (failure !== null) throw failure;
    if (lacking.length > 0) io.error(`stratacast simulate: not cached: ${uncachedWords(lacking)}`);
    return lacking.length > 0 ? 1 : exitCode(analysis, args.failOn);
  },
};

/** What a build is predicted to do, and what it was predicted with. */
export interface Forecast extends MeantBuild {
  readonly args: SimulateArguments;
  readonly analysis: Answer["analysis"];
  readonly answer: Answer;
  readonly project: CliProject;
  readonly store: StateStore;
  readonly identities: IdentityStore;
  /** Why the builds that are kept could not be read. */
  readonly unread: UsageError | null;
}

/**
 * Predicts the build that the words mean; records nothing. Errors: `UsageError`.
 * @param mayLink see `meantBuild`
 */
export async function forecast(
  args: SimulateArguments,
  io: CliIo,
  mayLink = true,
): Promise<Forecast> {
  const meant = await meantBuild(args, io, mayLink);
  const { definition, builds } = meant;
  const store = openStateStore(args.state, "simulated", !args.dryRun);
  const real = openStateStore(args.state, "recorded", !args.dryRun);
  const identities = openIdentityStore(args.state);
  const resolving = await openResolving({ ...args, definition }, args.state, io);
  const project = await readProject(definition, io, {
    digest: store.digest,
    readState: async () => store.state,
    readRecorded: async () => real.state,
    memory: identities.memory,
    builds,
    askDocker: args.askDocker,
    ...suppliersOf(resolving),
  });
  const unread = (await refresh(store, io)) ?? (await refresh(real, io));
  const { against } = args;
  const answer =
    args.caches.length > 0 || args.takesImported
      ? await predictAgainstCaches(project, args, io)
      : against.kind === "git"
        ? await predictAgainstGit(project, against.ref, io)
        : await predictProject(project, against, io);
  const { analysis } = answer;
  await resolving.done(analysis, project.machine);
  return { ...meant, args, analysis, answer, project, store, identities, unread };
}

/** Errors: `UsageError`. */
export function readSimulateArguments(words: readonly string[], io: CliIo): SimulateArguments {
  const read = readWords(flags, words);
  const { against = [], as: place = "worktree", state } = read.values;
  const { "dry-run": dryRun = false, exact = false, "cache-from": imported = [] } = read.values;
  const isCache = (words: string): boolean => words.startsWith("cache:");
  const names = against.filter(isCache).map((words) => words.slice(6));
  const named = names.filter((words) => words !== "").map((words) => readCache(words, io.cwd));
  const others = against.filter((words) => !isCache(words));
  const base = others.at(-1) ?? (names.length > 0 ? "empty" : "last");
  if (base === "" || base === "git:")
    throw new UsageError("--against needs last, recorded, empty, auto, cache:… or a git ref");
  return {
    ...readBuildArguments(read, io, usualFormats),
    against: readBaseline(base),
    caches: [...named, ...imported.map((words) => readCacheFrom(words, io.cwd))],
    takesImported: names.includes(""),
    required: read.values["require-cached"] ?? [],
    asCheckout: oneOf("--as", place, placesOfFiles) === "checkout",
    state: stateFolder(state, io),
    dryRun,
    exact,
  };
}

/** The build as it goes to those that were simulated before. */
function simulated(project: CliProject, answer: Answer, io: CliIo): Promise<Answer> {
  switch (answer.analysis.input.baseline.kind) {
    case "git":
      return predictProject(project, { kind: "empty" }, io);
    case "export":
    case "recorded":
      return predictProject(project, { kind: "last" }, io);
    default:
      return Promise.resolve(answer);
  }
}

/** Gives why the builds that are kept cannot be read. What is not read is not written over either. */
export async function refresh(store: StateStore, io: CliIo): Promise<UsageError | null> {
  const read = await store.refresh();
  if (!read.ok) return new UsageError(`${read.error.path}: ${read.error.message}`);
  if (read.value !== null) io.error(`stratacast simulate: ${read.value}`);
  return null;
}

/** Adds the simulated build, with those that it stands on, to the state folder; gives why it could not be. */
async function record(answer: Answer, store: StateStore): Promise<UsageError | null> {
  const done = await store.add(...recordedWithBases(answer, store.digest, Date.now()));
  if (done.ok) return null;
  return new UsageError(
    `the build could not be recorded: ${done.error.path}: ${done.error.message}`,
  );
}
