/** Looks again at single paths of a build context, after a watcher's report. */
import type { FolderNode, TreeNode } from "../core/context/fileTree.js";
import {
  childOf,
  childrenOf,
  folderAt,
  nodeAt,
  replaceAll,
  replacing,
  withErrors,
} from "../core/context/folder.js";
import type { HostError } from "../core/host.js";
import { baseName, joinPath, parentPath } from "../core/text/paths.js";
import { diskPath, impliedFolder, readEntry, readFolder, type Walk } from "./contextWalk.js";
import type { GitFolder } from "./gitReader.js";
import { inSlices } from "./slices.js";

/**
 * The folder `root` with the present state of these paths (never ""), files or folders. Every folder
 * above one is copied once, however many there are; the very same root, when nothing changed.
 */
export async function refreshed(
  walk: Walk,
  root: FolderNode,
  paths: readonly string[],
  ignoresCase: boolean | null,
): Promise<FolderNode> {
  const listed = listedNames(walk);
  // On most disks a name without accents is the only one of its file: nothing need be listed.
  const hasOthers = (path: string): boolean => ignoresCase !== false || !isAscii(path);
  const wanted = new Set<string>();
  const real = realPart(walk);
  for (const told of paths) {
    await walk.slices.next();
    // What is now reached through a link is no part of the context: the link is.
    const path = real(told);
    wanted.add(topUnknown(root, path));
    const spelled = hasOthers(path) ? otherSpelling(listed, path) : null;
    if (spelled !== null) wanted.add(topUnknown(root, spelled));
  }
  const git = wanted.size < enoughForGit ? async () => null : gitFolders(walk);
  const changes = new Map<string, TreeNode | null>();
  const errors = new Map<string, HostError>();
  for (const path of wanted) {
    await walk.slices.next();
    if (isBelowAny(path, wanted)) continue;
    const isThere = !hasOthers(path) || listed(parentPath(path))?.has(baseName(path)) !== false;
    const found = await presentState(walk, root, path, {
      isThere,
      git: await git(parentPath(path)),
    });
    if (found === undefined) continue;
    if (found === null || !("code" in found)) changes.set(path, found);
    else {
      changes.set(path, null);
      errors.set(path, found);
    }
  }
  const changed = withErrorsAt(await inSlices(replacing(root, changes), walk.slices), errors);
  return withoutEmptied(
    walk,
    changed,
    [...changes].flatMap(([path, now]) => (now === null ? [path] : [])),
  );
}

/** Of so many files that changed at once git may know most: it switched to another branch. */
const enoughForGit = 500;

/** What git knows of the folders of the tree, by their paths. */
function gitFolders(walk: Walk): (path: string) => Promise<GitFolder | null> {
  const known = new Map<string, Promise<GitFolder | null>>();
  const open = async (path: string): Promise<GitFolder | null> => {
    if (path === "") return walk.openGit();
    const above = await folder(parentPath(path));
    const has = (name: string): boolean =>
      walk.fileSystem.stat(diskPath(walk, joinPath(path, name))).ok;
    return (await above?.below(baseName(path), has, walk.slices)) ?? null;
  };
  const folder = (path: string): Promise<GitFolder | null> => {
    const opened = known.get(path) ?? open(path);
    known.set(path, opened);
    return opened;
  };
  return folder;
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

/**
 * Whether the disk of a context finds its files by names in another case; null: there is no name in
 * it to try that with.
 */
export function ignoresCase(
  walk: Pick<Walk, "fileSystem" | "root">,
  root: FolderNode,
): boolean | null {
  for (const { name } of childrenOf(root)) {
    const other = otherCase(name);
    if (other !== name && childOf(root, other) === null)
      return walk.fileSystem.stat(diskPath(walk, other)).ok;
  }
  return null;
}

function otherCase(name: string): string {
  const upper = name.toUpperCase();
  return upper === name ? name.toLowerCase() : upper;
}

/** Of a path in a folder that is not known yet, the topmost unknown folder has to be read. */
function topUnknown(root: FolderNode, path: string): string {
  let top = path;
  for (let up = parentPath(path); up !== "" && folderAt(root, up) === null; up = parentPath(up)) {
    top = up;
  }
  return top;
}

/** Of files that are gone, what is gone: the files, or the topmost of the folders that they were in. */
export function topMissing(
  walk: Pick<Walk, "fileSystem" | "root">,
  paths: Iterable<string>,
): readonly string[] {
  const known = new Map<string, boolean>();
  const isThere = (folder: string): boolean => {
    const answer = known.get(folder) ?? walk.fileSystem.stat(diskPath(walk, folder)).ok;
    known.set(folder, answer);
    return answer;
  };
  const tops = new Set<string>();
  for (const path of paths) {
    let top = path;
    for (let up = parentPath(path); up !== "" && !isThere(up); up = parentPath(up)) top = up;
    tops.add(top);
  }
  return [...tops];
}

/**
 * How far a path is one of folders: what is below anything else, as a link that came into the place
 * of a folder, is not followed. Asks the disk once for each folder.
 */
function realPart(walk: Walk): (path: string) => string {
  const known = new Map<string, boolean>();
  const isFolder = (path: string): boolean => {
    let answer = known.get(path);
    if (answer === undefined) {
      const stat = walk.fileSystem.stat(diskPath(walk, path));
      // What is gone is looked at by its own name.
      answer = !stat.ok || stat.value.kind === "directory";
      known.set(path, answer);
    }
    return answer;
  };
  return (path) => {
    for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) {
      if (!isFolder(path.slice(0, end))) return path.slice(0, end);
    }
    return path;
  };
}

function isBelowAny(path: string, folders: ReadonlySet<string>): boolean {
  for (let at = parentPath(path); at !== ""; at = parentPath(at)) if (folders.has(at)) return true;
  return false;
}

/** The names in a folder as the disk spells them; null: it cannot be listed. */
type ListedNames = (folder: string) => ReadonlySet<string> | null;

/** Asks the disk once for each folder. */
function listedNames(walk: Walk): ListedNames {
  const known = new Map<string, ReadonlySet<string> | null>();
  return (folder) => {
    let names = known.get(folder);
    if (names === undefined) {
      const listed = walk.fileSystem.list(diskPath(walk, folder));
      names = listed.ok ? new Set(listed.value) : null;
      known.set(folder, names);
    }
    return names;
  };
}

/**
 * What a path is called on a disk that takes other spellings for it: macOS and Windows ignore case,
 * macOS also how an accent is written. The builder gets the name that the disk lists.
 */
function otherSpelling(listed: ListedNames, path: string): string | null {
  let found = "";
  for (const name of path.split("/")) {
    const names = listed(found);
    const folded = fold(name);
    const spelled = names?.has(name) ? name : [...(names ?? [])].find((n) => fold(n) === folded);
    if (spelled === undefined) return null;
    found = joinPath(found, spelled);
  }
  return found === path ? null : found;
}

function fold(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/**
 * What is at a path in a known folder by now; null: nothing that the builder sees; an error, where
 * it cannot be looked at; undefined: what is known of it is still so.
 *
 * @param place `isThere` false: a disk that ignores case would find it by a name that it no longer
 *   has; `git`: the folder that it is in, as far as git knows it
 */
async function presentState(
  walk: Walk,
  root: FolderNode,
  path: string,
  { isThere, git }: { readonly isThere: boolean; readonly git: GitFolder | null },
): Promise<TreeNode | HostError | null | undefined> {
  let state = walk.ignore.start;
  for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) {
    const above = path.slice(0, end);
    const verdict = walk.ignore.visit(above, state);
    if (verdict.ignored && !walk.ignore.shouldDescend(above)) return undefined;
    state = verdict.state;
  }
  const verdict = walk.ignore.visit(path, state);
  const known = nodeAt(root, path);
  const gone = known === null ? undefined : null;
  if (verdict.ignored && !walk.ignore.shouldDescend(path)) return gone;
  const found = isThere
    ? readEntry(walk, { path: diskPath(walk, path), name: baseName(path) }, known)
    : null;
  if (found === null) return gone;
  if ("code" in found) return found;
  if (found.kind !== "directory") {
    if (verdict.ignored) return gone;
    if (found === known) return undefined;
    if (found.kind === "file") found.identity ??= git?.blobOf(found) ?? walk.remembered(found);
    return found;
  }
  const header = verdict.ignored ? impliedFolder(walk, found) : found;
  const previous = known?.kind === "directory" ? known : null;
  const depth = path.split("/").length;
  const now = await readFolder(walk, { path, depth, header, state: verdict.state, git }, previous);
  if (verdict.ignored && now.entryCount === 0) return gone;
  return now === previous ? undefined : now;
}

/** Notes what cannot be looked at in the folders where it is. */
function withErrorsAt(root: FolderNode, errors: ReadonlyMap<string, HostError>): FolderNode {
  let changed = root;
  for (const [path, error] of errors) {
    const above = parentPath(path);
    const folder = folderAt(changed, above);
    if (folder === null) continue;
    const name = baseName(path);
    const others = folder.errors.filter((other) => other.path !== name);
    const now = withErrors(folder, [...others, { ...error, path: name }]);
    changed = above === "" ? now : replaceAll(changed, new Map([[above, now]]));
  }
  return changed;
}

/** Takes the ignored folders out that held nothing else than what these paths were. */
function withoutEmptied(walk: Walk, root: FolderNode, removed: readonly string[]): FolderNode {
  const emptied = new Map<string, null>();
  for (const path of removed) {
    const above = parentPath(path);
    const isEmptied = above !== "" && folderAt(root, above)?.entryCount === 0;
    if (isEmptied && walk.ignore.isIgnored(above)) emptied.set(above, null);
  }
  if (emptied.size === 0) return root;
  return withoutEmptied(walk, replaceAll(root, emptied), [...emptied.keys()]);
}
