/** What git knows, for an analysis. No program is asked where that is not allowed. */
import { type HostError, type Known, known, type Result, unknown } from "../core/host.js";
import type { CommitFacts } from "../core/world/facts.js";
import { openGit, openGitAt, trackedFiles } from "./git.js";
import { commitFiles } from "./gitCommitFiles.js";
import { surroundings } from "./gitConfig.js";
import { gitMachine } from "./gitOwn.js";
import type { GitReader } from "./gitReader.js";
import { indexes, type WorkTree } from "./gitRepository.js";
import { type FileSystem, nodeFileSystem } from "./nodeFileSystem.js";
import { pathInside } from "./paths.js";
import type { Suppliers } from "./settle.js";
import { createSlices } from "./slices.js";

/** On Windows the client sends every file with the same mode, whatever the disk says. */
const systemHasModes = process.platform !== "win32";

type GitSuppliers = Pick<Suppliers, "tracked" | "commit" | "commitFiles" | "commitText">;

/** @param mayAsk false in a workspace that is not trusted */
export function gitSuppliers(
  mayAsk: () => boolean,
  reader: GitReader,
  fileSystem: FileSystem = nodeFileSystem(),
): GitSuppliers {
  const machine = { ...gitMachine(surroundings), openIndex: indexes(fileSystem) };
  const trusted = <A, T>(ask: (need: A) => Promise<Known<T>>) => {
    return async (need: A): Promise<Known<T>> => (mayAsk() ? ask(need) : unknown("untrusted"));
  };
  const sameCommit = keptAlike<CommitFacts>();
  return {
    tracked: trusted(async ({ folder }) => {
      if (!systemHasModes) return unknown("off");
      const read = await reader.tracked(folder, createSlices(undefined));
      const tracked = read ?? (await trackedFiles(folder, machine));
      return tracked === null ? unknown("missing") : known(tracked);
    }),
    commit: trusted(async ({ ref, folder, file }) => {
      const repository = openGit(folder, machine);
      if (!repository.ok) return refused(repository.error);
      const { workTree } = repository.value;
      const commit = await repository.value.commit(ref);
      if (!commit.ok) return refused(commit.error);
      const inFolder = insideOf(fileSystem, workTree, folder);
      const inFile = insideOf(fileSystem, workTree, file);
      const system = systemHasModes ? "posix" : "windows";
      if (!inFolder.ok) return outside(workTree, "the context");
      if (!inFile.ok) return outside(workTree, "the Dockerfile");
      return sameCommit({
        repository: workTree.top,
        commit: commit.value,
        folder: inFolder.value,
        file: inFile.value,
        system,
      });
    }),
    commitFiles: trusted(async ({ repository: top, commit, folder }) => {
      const repository = openGitAt(top, machine);
      if (!repository.ok) return refused(repository.error);
      const slices = createSlices(undefined);
      const files = await commitFiles(machine, repository.value, { commit, folder }, slices);
      return files.ok ? known(files.value) : refused(files.error);
    }),
    commitText: trusted(async ({ repository: top, commit, path }) => {
      const repository = openGitAt(top, machine);
      if (!repository.ok) return refused(repository.error);
      const bytes = await repository.value.read(commit, path);
      if (!bytes.ok) return refused(bytes.error);
      return bytes.value === null ? unknown("missing") : known(bytes.value.toString("utf8"));
    }),
  };
}

/** Gives the last answer again for an equal one: who asks often then sees that nothing changed. */
function keptAlike<T>(): (value: T) => Known<T> {
  const kept = new Map<string, Known<T>>();
  return (value) => {
    const text = JSON.stringify(value);
    const same = kept.get(text) ?? known(value);
    kept.delete(text);
    kept.set(text, same);
    const [oldest = ""] = kept.keys();
    if (kept.size > maxKept) kept.delete(oldest);
    return same;
  };
}

const maxKept = 1_000;

/** A path in the work tree, links resolved; it fails for one that is outside, or gone. */
function insideOf({ realPath }: FileSystem, { top }: WorkTree, file: string): Result<string> {
  const real = realPath(file);
  const inside = real.ok ? pathInside(top, real.value) : null;
  if (inside !== null) return { ok: true, value: inside };
  return { ok: false, error: { code: "EOUTSIDE", path: file, message: "" } };
}

function outside({ top }: WorkTree, what: string): Known<never> {
  const message = `${what} is not in the repository ${top}`;
  return refused({ code: "EOUTSIDE", path: top, message });
}

function refused(error: HostError): Known<never> {
  return unknown(error.code === "ENOREF" ? "missing" : "refused", error);
}
