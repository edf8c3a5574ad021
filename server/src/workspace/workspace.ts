/** What is open in the editor: Dockerfiles with their builds, ignore files, folders. */

import type { FoundBuild } from "../core/build/foundBuild.js";
import type { BuildState } from "../core/cache/state.js";
import { type Cancellation, known, neverCancelled, type Result } from "../core/host.js";
import { say } from "../core/text/say.js";
import { type Need, needKey } from "../core/world/facts.js";
import { answered, factOf, switched } from "../core/world/world.js";
import { type IdentityStore, openIdentityStore } from "../host/identityStore.js";
import type { ImageSources } from "../host/images/findImage.js";
import { cacheSupplier } from "../host/images/namedCache.js";
import { type Machine, openMachine } from "../host/machine.js";
import { readTextFile } from "../host/nodeFileSystem.js";
import { pathInside } from "../host/paths.js";
import { openStateStore, type StateStore } from "../host/stateStore.js";
import type { LookUpResult, RecordResult, SimulateResult } from "../protocol.js";
import { openAskedPrograms } from "./askedPrograms.js";
import { openBaseImages } from "./baseImages.js";
import { type BuildHost, LiveBuild } from "./build.js";
import { maxEntries } from "./contextProblem.js";
import type { Editor, OpenText } from "./editor.js";
import { gatherEvents } from "./fileEvents.js";
import { isIgnoreFile } from "./ignoreFile.js";
import { recordRealBuild } from "./realBuild.js";
import { openRenewing } from "./renewing.js";
import { savedLater } from "./savedLater.js";
import {
  type LookUpSettings,
  readAsksDocker,
  readLookUpSettings,
  readSettings,
} from "./settings.js";
import type { SimulateProgress } from "./simulatedResult.js";
import { staleNeeds } from "./staleNeeds.js";
import { reportsEverything, watchedBy } from "./watches.js";

/** An ignore file, or a Dockerfile that others stand on, that is being typed in takes effect this long after the last key. Milliseconds. */
const ignoreDelay = 200;

/** What was read is kept for other processes this long after the first of it. Milliseconds. */
const keepDelay = 5_000;

export interface Workspace {
  readonly folders: readonly string[];
  build(uri: string): LiveBuild | undefined;
  /** Who may be asked for an image that somebody names. */
  readonly imageSources: ImageSources;
  /** What the files of a folder define, as it is now. */
  buildsIn(folder: string): Promise<readonly FoundBuild[]>;
  /** Told once, when the editor says who it is. */
  start(storageFolder: string | null, folders: readonly string[], isTrusted: boolean): void;
  /** @param file absolute path; null: not on this disk */
  open(document: OpenText, file: string | null): void;
  change(document: OpenText, file: string | null): void;
  save(uri: string): void;
  close(document: OpenText, file: string | null): void;
  /** Settings may be others. */
  configure(): void;
  foldersChanged(added: readonly string[], removed: readonly string[]): void;
  /** Absolute paths, of a context or not. */
  filesChanged(files: readonly string[]): void;
  /** The window has the focus again: somebody may have made a commit elsewhere. */
  focused(): void;
  trust(): void;
  simulate(
    build: LiveBuild,
    cancel: Cancellation,
    progress: SimulateProgress,
  ): Promise<SimulateResult>;
  /** @param log path of a log; null: the last build of the Dockerfile that the builder keeps */
  record(build: LiveBuild, log: string | null): Promise<RecordResult>;
  /** Asks again for what is known of the images of a Dockerfile, however old that is. */
  lookUp(build: LiveBuild): Promise<LookUpResult["outcome"]>;
  /** Gives how many simulated builds were forgotten. */
  forget(): Promise<Result<number>>;
}

export function openWorkspace(editor: Editor): Workspace {
  const builds = new Map<string, LiveBuild>();
  /** By path. */
  const ignoreFiles = new Map<string, OpenText>();
  const ignoreTimers = new Map<string, NodeJS.Timeout>();
  let store: StateStore = openStateStore(null);
  let recorded: StateStore = openStateStore(null, "recorded");
  let identities: IdentityStore = openIdentityStore(null);
  let folders: readonly string[] = [];
  let isTrusted = false;
  const mayAsk = () => isTrusted;

  /** Contexts outside the workspace are read again on a save and when the user asks for it. */
  const isWatched = (folder: string): boolean =>
    editor.canWatch && folders.some((root) => pathInside(root, folder) !== null);

  /** Whether the editor leaves something out of its watching; until it has said so it may. */
  let leavesOut = true;

  const programs = openAskedPrograms({
    isTrusted: mayAsk,
    untrusted: () => folders,
    run: editor.run,
    moved: (folder) =>
      renewing.renew(
        "definitions",
        (need) => need.kind === "builds" && (folder === null || need.folder === folder),
      ),
  });

  const machine: Machine = openMachine({
    maxEntries,
    programs: programs.ofMachine,
    isCovered: (folder) => !leavesOut && isWatched(folder) && editor.isWatching(folder),
    readText(file) {
      const open = ignoreFiles.get(file);
      return open === undefined ? readTextFile(file) : { ok: true, value: open.getText() };
    },
    isWatched,
    threadProgram: editor.threadProgram,
    memory: {
      get: (state) => identities.memory.get(state),
      set(state, identity) {
        identities.memory.set(state, identity);
        keepLater();
      },
    },
    mayAskGit: mayAsk,
    openText: (file) => [...builds.values()].find(({ place }) => place.file === file)?.text,
    suppliers: {
      image: (need, cancel) => images.supplier(need, cancel),
      cache: cacheSupplier(() => images.registry, mayAsk),
    },
    readRecorded: () => readStore(recorded),
    readState: () => readStore(store),
  });

  const renewing = openRenewing(builds, machine.pool, editor.run);

  const images = openBaseImages({
    http: editor.http,
    untrusted: () => folders,
    answered: (need, answer) => {
      const before = factOf(machine.pool.world, need);
      const isSame =
        before.kind === "known" && answer.kind === "known" && before.value === answer.value;
      if (isSame) return;
      machine.pool.update((world) => answered(world, [[need, answer]]));
      for (const build of builds.values()) build.othersChanged();
    },
    run: editor.run,
    log: editor.log,
  });
  machine.pool.update((world) => switched(world, "image", false));

  /** What is known of images goes when others are asked, or nobody any more. */
  const lookUpImages = (wanted: LookUpSettings): void => {
    const settings: LookUpSettings = isTrusted ? wanted : { ...wanted, resolve: "off" };
    if (!images.use(settings)) return;
    const { pool } = machine;
    const others = [...builds.values()].flatMap(({ reads }) =>
      reads.filter(({ kind }) => kind !== "image" && kind !== "cache"),
    );
    pool.retain(others);
    pool.update((world) => switched(world, "image", settings.resolve !== "off"));
    for (const build of builds.values()) build.othersChanged();
  };

  const readStore = async (kept: StateStore): Promise<BuildState> => {
    const told = await kept.refresh();
    if (told.ok && told.value !== null) editor.tell(told.value);
    if (!told.ok) editor.log(`${told.error.path}: ${told.error.message}`);
    return kept.state;
  };

  const keepLater = savedLater({
    name: "keep",
    delay: keepDelay,
    run: editor.run,
    log: editor.log,
    save: () => identities.save(),
  });

  const host: BuildHost = {
    machine,
    get store() {
      return store;
    },
    get recorded() {
      return recorded;
    },
    changed: editor.changed,
    moved: () => watch(),
    isWatched,
    tell: editor.tell,
    log: editor.log,
  };

  const watch = (): void => {
    if (editor.canWatch) editor.watch(watchedBy(builds.values(), machine.pool.world, isWatched));
  };

  const configure = async (build: LiveBuild): Promise<void> => {
    const [settings, excluded, ofWindow] = await Promise.all([
      editor.settings(build.place.file === null ? null : build.place.uri),
      editor.watcherExcludes(),
      editor.settings(null),
    ]);
    leavesOut = !reportsEverything(excluded);
    lookUpImages(readLookUpSettings(ofWindow));
    programs.use(readAsksDocker(ofWindow));
    const reading = build.configure(readSettings(settings));
    watch();
    await reading;
    // Which repository it is in is known by now.
    watch();
  };

  const each = (name: string, work: (build: LiveBuild) => Promise<unknown>): void => {
    for (const build of builds.values()) editor.run(name, () => work(build));
  };

  const lookAt = async (files: readonly string[]): Promise<void> => {
    const { contexts, pool } = machine;
    const open = [...builds.values()];
    const isConcerned = contexts.concernedBy(files);
    const stale = open.flatMap(({ reads }) => staleNeeds(reads, pool.world, files));
    const staleKeys = new Set(stale.map(needKey));
    const concerned = open.filter(
      (build) =>
        build.concerns(isConcerned) || build.reads.some((need) => staleKeys.has(needKey(need))),
    );
    if (concerned.length === 0) return;
    const changed = contexts
      .changed(files, neverCancelled)
      .then((answers) => pool.update((world) => answered(world, answers)));
    const work = Promise.all([changed, pool.renew(stale, neverCancelled)]);
    await renewing.settleAfter(concerned, work);
  };

  /** Asks again for what other programs change unseen: commits, and builds that they simulate or record. */
  const lookElsewhere = (): void =>
    renewing.renew(
      "elsewhere",
      ({ kind }) => kind === "commit" || kind === "state" || kind === "recorded",
    );
  const events = gatherEvents(lookAt);
  const filesChanged = events.tell;

  /** A Dockerfile that others stand on is another one, on the screen. */
  const textChanged = (file: string | null): void => {
    if (file === null) return;
    const isOfIt = (need: Need): boolean => need.kind === "text" && need.path === file;
    if ([...builds.values()].some(({ reads }) => reads.some(isOfIt))) fileChangedLater(file);
  };

  const fileChangedLater = (file: string): void => {
    clearTimeout(ignoreTimers.get(file));
    const changed = (): void => {
      ignoreTimers.delete(file);
      filesChanged([file]);
    };
    ignoreTimers.set(file, setTimeout(changed, ignoreDelay));
  };

  const folderOf = (file: string | null): string | null => {
    if (file === null) return folders[0] ?? null;
    const own = folders.filter((folder) => pathInside(folder, file) !== null);
    return own.sort((a, b) => b.length - a.length)[0] ?? null;
  };

  return {
    get folders() {
      return folders;
    },
    build: (uri) => builds.get(uri),
    get imageSources() {
      return images.sources;
    },
    async buildsIn(folder) {
      const need = { kind: "builds", folder } as const;
      await events.looked();
      const key = needKey(need);
      // Where no Dockerfile is open that turns on it, nobody has looked at it since.
      const isKept = [...builds.values()].some(({ reads }) =>
        reads.some((read) => needKey(read) === key),
      );
      const { pool } = machine;
      if (!isKept) await pool.renew([need], neverCancelled);
      else if (factOf(pool.world, need).kind === "pending")
        await pool.supply([need], neverCancelled);
      const found = factOf(pool.world, need);
      return found.kind === "known" ? found.value.builds : [];
    },
    start(storageFolder, open, trusted) {
      store = openStateStore(storageFolder);
      images.start(storageFolder);
      recorded = openStateStore(storageFolder, "recorded");
      identities = openIdentityStore(storageFolder);
      folders = open;
      isTrusted = trusted;
    },
    open(document, file) {
      if (isIgnoreFile(file)) {
        ignoreFiles.set(file, document);
        return;
      }
      const { uri, version } = document;
      const place = {
        uri,
        file,
        get workspaceFolder() {
          return folderOf(file);
        },
      };
      const build = new LiveBuild(place, document.getText(), version, host);
      builds.set(uri, build);
      editor.run("open", () => configure(build));
    },
    change(document, file) {
      if (isIgnoreFile(file)) {
        fileChangedLater(file);
        return;
      }
      const build = builds.get(document.uri);
      if (build === undefined || build.version === document.version) return;
      build.update(document.getText(), document.version);
      editor.changed(build, "typed");
      textChanged(file);
    },
    save(uri) {
      const build = builds.get(uri);
      if (build === undefined) return;
      editor.run("save", () => build.saved());
      lookElsewhere();
    },
    close({ uri }, file) {
      if (isIgnoreFile(file)) {
        ignoreFiles.delete(file);
        fileChangedLater(file);
        return;
      }
      builds.get(uri)?.close();
      builds.delete(uri);
      textChanged(file);
      // What no open Dockerfile turns on is forgotten.
      const needs = [...builds.values()].flatMap(({ reads }) => reads);
      machine.pool.retain(needs);
      machine.contexts.retain(needs);
      watch();
    },
    configure: () => each("configuration", configure),
    foldersChanged(added, removed) {
      folders = [...folders.filter((folder) => !removed.includes(folder)), ...added];
      each("folders", configure);
    },
    filesChanged,
    focused: lookElsewhere,
    trust() {
      isTrusted = true;
      each("trustGranted", async (build) => {
        await configure(build);
        await build.rescan();
        watch();
      });
    },
    async simulate(build, cancel, progress) {
      await events.looked();
      const result = await build.simulate(cancel, progress);
      for (const other of builds.values()) other.othersChanged();
      return result;
    },
    async record(build, log) {
      if (log === null && !isTrusted)
        return {
          outcome: "refused",
          message: say`In a workspace that is not trusted docker is not asked.`,
        };
      await events.looked();
      const result = await recordRealBuild(build, log, { untrusted: folders });
      for (const other of builds.values()) other.othersChanged();
      return result;
    },
    async lookUp(build) {
      // The setting may be of a moment ago.
      lookUpImages(readLookUpSettings(await editor.settings(null)));
      if (!isTrusted) return "untrusted";
      if (images.isOff) return "off";
      images.askAnew();
      await build.renew(build.reads.filter(({ kind }) => kind === "image"));
      return "done";
    },
    async forget() {
      const forgotten = await store.forget();
      await recorded.forget();
      machine.pool.update((world) =>
        answered(world, [
          [{ kind: "state" }, known(store.state)],
          [{ kind: "recorded" }, known(recorded.state)],
        ]),
      );
      for (const build of builds.values()) build.forgetResult();
      return forgotten;
    },
  };
}
