/**
 * Where the two builders differ, as facts. Whoever needs one asks for it by name and does not know
 * the builder; where two ways of doing a thing share nothing, they are two functions in their room,
 * chosen by `builder`. Sources are named by the file that decides: `BK` is moby/buildkit, below
 * frontend/dockerfile where it says no other folder; `moby` is moby/moby, below builder/dockerfile.
 */
import type { Builder } from "./builder.js";

export interface BuilderRules {
  readonly builder: Builder;

  // What is read and refused.

  /** Translates the whole file before it runs anything; else a mistake counts when it is its turn. BK dockerfile2llb/convert.go. */
  readonly translatesFirst: boolean;
  /** Knows the flags that came with BuildKit. moby dispatchers.go. */
  readonly knowsNewFlags: boolean;
  /** `# syntax=` names what reads the file. BK dockerfile/builder/build.go. */
  readonly takesFrontends: boolean;
  /** BK parser/parser.go `heredocsFromLine`. */
  readonly knowsHeredocs: boolean;
  /** `--build-context` can be given. moby: docker/cli, build.go. */
  readonly takesNamedContexts: boolean;
  /** `--platform` can name several. moby: docker/cli, build.go. */
  readonly buildsSeveralPlatforms: boolean;
  /** ADD clones a git repository; else it takes the address for a download. BK dockerfile2llb/convert_copy.go. */
  readonly addsGitRepositories: boolean;
  /** `--from=scratch` is an empty file system; else an image of that name. BK dockerfile2llb/convert.go. */
  readonly takesFromScratch: boolean;
  /** What `--network` can be; null: any network of the engine. buildx, build/opt.go. */
  readonly networks: readonly string[] | null;
  /** A build of nothing but `FROM scratch` makes an image. moby builder.go `build`. */
  readonly makesEmptyImages: boolean;
  /** Two stages can have one name, of which the last is meant. moby evaluator.go `checkStageNameAvailable`. */
  readonly allowsEqualStageNames: boolean;
  /** RUN fails without a command. moby dispatchers.go `dispatchRun`. */
  readonly refusesEmptyRun: boolean;
  /**
   * Fails where nothing is left of the path of a WORKDIR, or of the name of a variable. moby
   * dispatchers_unix.go `normalizeWorkdir`, daemon/container.go `verifyContainerSettings`.
   */
  readonly refusesBlanks: boolean;
  /** Several sources need a destination that ends with a slash. moby copy.go. */
  readonly needsSlashForSeveral: boolean;
  /** An instruction fails where its wildcards match nothing at all. moby copy.go. */
  readonly failsWithoutMatch: boolean;

  // Which stages and steps there are.

  /** Builds every stage down to the target; else what the target needs. moby builder.go. */
  readonly buildsEveryStageAbove: boolean;
  /** Runs one step after another and ends at the first that fails; else what is ready runs at once. BK solver/scheduler.go. */
  readonly worksInOrder: boolean;
  /** Commits each instruction, metadata too, as an intermediate image that the next one stands on. moby dispatchers.go `commit`. */
  readonly commitsEveryInstruction: boolean;
  /** Numbers all instructions in one row; else those that run, stage by stage. BK dockerfile2llb/convert.go `prefixCommand`. */
  readonly numbersEveryInstruction: boolean;
  /** A step that changes no file leaves a layer all the same. moby layer/empty.go. */
  readonly keepsEmptyLayers: boolean;

  // What a stage starts with and what its instructions set.

  /** Sets TARGETPLATFORM and the others before the first FROM. BK dockerfile2llb/platform.go. */
  readonly setsAutomaticArgs: boolean;
  /** A stage that continues another one has its arguments. BK dockerfile2llb/convert.go. */
  readonly inheritsArgs: boolean;
  /** A stage has a PATH from its start; else with its first commit. BK dockerfile2llb/convert.go. */
  readonly startsWithPath: boolean;
  /** An empty file system has the root for its directory. BK dockerfile2llb/image.go `emptyImage`. */
  readonly startsScratchInRoot: boolean;
  /** Each word of an ARG sees those before it; else all see what stands above. BK `dispatchArg`, moby evaluator.go. */
  readonly declaresArgsOneByOne: boolean;
  /** Expands the default of an ARG that `--build-arg` replaces. moby evaluator.go. */
  readonly expandsReplacedDefaults: boolean;
  /** An ENV hides an ARG of its name wherever it stands. moby buildargs.go. */
  readonly envHidesArgs: boolean;
  /** A RUN is known by its arguments in front of its words. moby dispatchers.go `prependEnvOnCmd`. */
  readonly putsArgsBeforeRun: boolean;
  /** `CMD []` leaves an empty list in the config; else none. moby dispatchers.go `dispatchCmd`. */
  readonly keepsEmptyCmd: boolean;
  /** A shell form with nothing in it is none. moby dispatchers.go `resolveCmdLine`. */
  readonly dropsBlankCommands: boolean;
  /** A HEALTHCHECK is committed with what an earlier one set and it leaves out. moby daemon/commit.go `merge`. */
  readonly mergesHealthchecks: boolean;
  /** WORKDIR keeps `/a/../b` as typed in the config; else cleaned. BK dockerfile2llb/convert.go `dispatchWorkdir`. */
  readonly keepsTypedDirectories: boolean;
  /** WORKDIR makes its directory as the user of the moment; else as root. BK dockerfile2llb/convert.go `dispatchWorkdir`. */
  readonly makesDirectoriesAsUser: boolean;
  /** What a RUN writes to a VOLUME is thrown away with its container. moby, Dockerfile reference. */
  readonly dropsFilesOfVolumes: boolean;

  // Which files it sees and takes.

  /** Looks for `<Dockerfile>.dockerignore` before `.dockerignore`. BK dockerui/config.go. */
  readonly readsOwnIgnoreFile: boolean;
  /** Its client writes the ignore file anew where the Dockerfile is not in the context. docker/cli, build/context.go. */
  readonly rewritesIgnoreFile: boolean;
  /** The mode of a directory that is hidden but for what an exception shows below it; null: its own. moby go-archive. */
  readonly impliedDirectoryMode: number | null;
  /** Sends the context anew at every build; else what has changed by size, time and mode. BK session/filesync. */
  readonly sendsEverything: boolean;
  /** Hashes a source that stands below another one once only. BK solver/llbsolver/ops/file.go `dedupeSelectors`. */
  readonly hashesOverlapsOnce: boolean;
  /** Below the destination a folder takes the place of a file. moby copy.go. */
  readonly replacesFilesByFolders: boolean;
  /** All directories that a COPY makes on its way belong to its owner; else the last alone, and none for an archive. BK fsutil copy/mkdir.go, moby copy.go. */
  readonly ownsMadeParents: boolean;

  // What the cache goes by.

  /** Asks the registry where a tag points at every build; else takes the engine's image. BK source/containerimage. */
  readonly resolvesTags: boolean;
  /** A base image counts by its layers; else by its id, config and all. BK source/containerimage, moby image/cache. */
  readonly knowsImagesByLayers: boolean;
  /** Equal steps of a build run once, and share inputs that are one; else each looks for what those before it left. BK solver/jobs.go. */
  readonly runsEqualStepsOnce: boolean;
  /** Looks nothing up any more once a step of the stage has missed. moby imageprobe.go. */
  readonly stopsLookingAfterMiss: boolean;
  /** `--no-cache` lets a WORKDIR be found. BK dockerfile2llb/convert.go, `llb.IgnoreCache`. */
  readonly findsDirectoriesWithoutCache: boolean;
  /** Writes its cache out for other builders, by keys of its own. BK solver/exporter.go. */
  readonly exportsCache: boolean;
  /** Tells of each step, by stage and number, whether it was found and how long it ran. BK client/graph.go. */
  readonly tellsRuns: boolean;
  /** Of equal steps on one parent the newest is found, so that what stands on the others is lost. moby image/cache/cache.go. */
  readonly takesNewestChild: boolean;
}

export function rulesOf(builder: Builder): BuilderRules {
  return rules[builder];
}

const rules: { readonly [B in Builder]: BuilderRules & { readonly builder: B } } = {
  buildkit: {
    builder: "buildkit",
    translatesFirst: true,
    knowsNewFlags: true,
    takesFrontends: true,
    knowsHeredocs: true,
    takesNamedContexts: true,
    buildsSeveralPlatforms: true,
    addsGitRepositories: true,
    takesFromScratch: true,
    networks: ["default", "none", "host"],
    makesEmptyImages: true,
    allowsEqualStageNames: true,
    refusesEmptyRun: false,
    refusesBlanks: false,
    needsSlashForSeveral: false,
    failsWithoutMatch: false,
    buildsEveryStageAbove: false,
    worksInOrder: false,
    commitsEveryInstruction: false,
    numbersEveryInstruction: false,
    keepsEmptyLayers: true,
    setsAutomaticArgs: true,
    inheritsArgs: true,
    startsWithPath: true,
    startsScratchInRoot: true,
    declaresArgsOneByOne: true,
    expandsReplacedDefaults: false,
    envHidesArgs: false,
    putsArgsBeforeRun: false,
    keepsEmptyCmd: false,
    dropsBlankCommands: false,
    mergesHealthchecks: false,
    keepsTypedDirectories: true,
    makesDirectoriesAsUser: true,
    dropsFilesOfVolumes: false,
    readsOwnIgnoreFile: true,
    rewritesIgnoreFile: false,
    impliedDirectoryMode: null,
    sendsEverything: false,
    hashesOverlapsOnce: true,
    replacesFilesByFolders: false,
    ownsMadeParents: true,
    resolvesTags: true,
    knowsImagesByLayers: true,
    runsEqualStepsOnce: true,
    stopsLookingAfterMiss: false,
    findsDirectoriesWithoutCache: true,
    exportsCache: true,
    tellsRuns: true,
    takesNewestChild: false,
  },
  classic: {
    builder: "classic",
    translatesFirst: false,
    knowsNewFlags: false,
    takesFrontends: false,
    knowsHeredocs: false,
    takesNamedContexts: false,
    buildsSeveralPlatforms: false,
    addsGitRepositories: false,
    takesFromScratch: false,
    networks: null,
    makesEmptyImages: false,
    allowsEqualStageNames: false,
    refusesEmptyRun: true,
    refusesBlanks: true,
    needsSlashForSeveral: true,
    failsWithoutMatch: true,
    buildsEveryStageAbove: true,
    worksInOrder: true,
    commitsEveryInstruction: true,
    numbersEveryInstruction: true,
    keepsEmptyLayers: false,
    setsAutomaticArgs: false,
    inheritsArgs: false,
    startsWithPath: false,
    startsScratchInRoot: false,
    declaresArgsOneByOne: false,
    expandsReplacedDefaults: true,
    envHidesArgs: true,
    putsArgsBeforeRun: true,
    keepsEmptyCmd: true,
    dropsBlankCommands: true,
    mergesHealthchecks: true,
    keepsTypedDirectories: false,
    makesDirectoriesAsUser: false,
    dropsFilesOfVolumes: true,
    readsOwnIgnoreFile: false,
    rewritesIgnoreFile: true,
    // The client sends no header for it, so that the daemon makes it anew.
    impliedDirectoryMode: 0o755,
    sendsEverything: true,
    hashesOverlapsOnce: false,
    replacesFilesByFolders: true,
    ownsMadeParents: false,
    resolvesTags: false,
    knowsImagesByLayers: false,
    runsEqualStepsOnce: false,
    stopsLookingAfterMiss: true,
    findsDirectoriesWithoutCache: false,
    exportsCache: false,
    tellsRuns: false,
    takesNewestChild: true,
  },
};
