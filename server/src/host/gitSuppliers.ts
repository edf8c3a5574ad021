/** What git knows, for an analysis. No program is asked where that is not allowed. */
import { realpathSync } from "node:fs";
import { gitMode } from "../core/context/gitNotion.js";
import type { ListedFile } from "../core/context/listedTree.js";
import { type HostError, type Known, known, type Result, unknown } from "../core/host.js";
import { type GitEntry, type GitRepository, gitRepository, openGit, trackedFiles } from "./git.js";
import type { GitReader } from "./gitReader.js";
import { pathInside } from "./paths.js";
import type { Suppliers } from "./settle.js";
import { createSlices } from "./slices.js";

/** On Windows the client sends every file with the same mode, whatever the disk says. */
const systemHasModes = process.platform !== "win32";

type GitSuppliers = Pick<Suppliers, "tracked" | "commit" | "commitFiles" | "commitText">;

/** @param mayAsk false in a workspace that is not trusted */
export function gitSuppliers(mayAsk: () => boolean, reader: GitReader): GitSuppliers {
  const trusted = <A, T>(ask: (need: A) => Promise<Known<T>>) => {
    return async (need: A): Promise<Known<T>> => (mayAsk() ? ask(need) : unknown("untrusted"));
  };
  return {
    tracked: trusted(async ({ folder }) => {
      if (!systemHasModes) return unknown("off");
      const read = await reader.tracked(folder, createSlices(undefined));
      const tracked = read ?? (await trackedFiles(folder));
      return tracked === null ? unknown("missing") : known(tracked);
    }),
    commit: trusted(async ({ ref, folder, file }) => {
      const repository = await openGit(folder);
      if (!repository.ok) return refused(repository.error);
      const commit = await repository.value.commit(ref);
      if (!commit.ok) return refused(commit.error);
      const places = [insideOf(repository.value, folder), insideOf(repository.value, file)];
      const [inFolder, inFile] = places;
      const system = systemHasModes ? "posix" : "windows";
      if (inFolder?.ok !== true) return outside(repository.value, "the context");
      if (inFile?.ok !== true) return outside(repository.value, "the Dockerfile");
      return known({
        repository: repository.value.root,
        commit: commit.value,
        folder: inFolder.value,
        file: inFile.value,
        system,
      });
    }),
    commitFiles: trusted(async ({ repository, commit, folder }) => {
      const git = gitRepository(repository);
      const listed = await git.list(commit, folder);
      // A context that the commit does not have is an empty one.
      const entries = listed.ok ? listed.value : [];
      const changed = await git.changed(commit, folder);
      if (!changed.ok) return refused(changed.error);
      const links = await git.blobs(
        entries.filter(({ kind }) => kind === "symlink").map(({ id }) => id),
      );
      if (!links.ok) return refused(links.error);
      const files = entries.flatMap((entry) => listedFile(entry, links.value));
      return known({ files, changed: changed.value });
    }),
    commitText: trusted(async ({ repository, commit, path }) => {
      const bytes = await gitRepository(repository).read(commit, path);
      if (!bytes.ok) return refused(bytes.error);
      return bytes.value === null ? unknown("missing") : known(bytes.value.toString("utf8"));
    }),
  };
}

function listedFile(
  { path, kind, id, size, isExecutable }: GitEntry,
  links: ReadonlyMap<string, Buffer>,
): readonly ListedFile[] {
  switch (kind) {
    case "submodule":
      return [];
    case "symlink":
      return [{ path, kind, linkTarget: links.get(id)?.toString("utf8") ?? "" }];
    case "file":
      return [{ path, mode: gitMode(isExecutable), size, identity: id }];
  }
}

function insideOf({ root }: GitRepository, file: string): Result<string> {
  try {
    const inside = pathInside(realpathSync(root), realpathSync(file));
    if (inside !== null) return { ok: true, value: inside };
  } catch {
    // Gone since it was read: it is in no repository.
  }
  return { ok: false, error: { code: "EOUTSIDE", path: file, message: "" } };
}

function outside({ root }: GitRepository, what: string): Known<never> {
  const message = `${what} is not in the repository ${root}`;
  return refused({ code: "EOUTSIDE", path: root, message });
}

function refused(error: HostError): Known<never> {
  return unknown(error.code === "ENOREF" ? "missing" : "refused", error);
}
