/** Looks again at single paths of a build context, after a watcher's report. */
import type { FolderNode, TreeNode } from "../core/context/fileTree.js";
import { folderAt, nodeAt, replaceAll, withErrors } from "../core/context/folder.js";
import type { HostError } from "../core/host.js";
import { baseName, joinPath, parentPath } from "../core/text/paths.js";
import { diskPath, impliedFolder, readEntry, readFolder, type Walk } from "./contextWalk.js";

/**
 * The folder `root` with the present state of these paths (never ""), files or folders. Every folder
 * above one is copied once, however many there are; the very same root, when nothing changed.
 */
export async function refreshed(
  walk: Walk,
  root: FolderNode,
  paths: readonly string[],
): Promise<FolderNode> {
  const spelling = spellingOf(walk, root);
  const spelled = paths.flatMap((path) => spelling.other(path) ?? []);
  const wanted = new Set([...paths, ...spelled].map((path) => topUnknown(root, path)));
  const changes = new Map<string, TreeNode | null>();
  const errors = new Map<string, HostError>();
  for (const path of wanted) {
    await walk.slices.next();
    if (isBelowAny(path, wanted)) continue;
    const found = await presentState(walk, root, path, spelling);
    if (found === undefined) continue;
    if (found === null || !("code" in found)) changes.set(path, found);
    else {
      changes.set(path, null);
      errors.set(path, found);
    }
  }
  const changed = withErrorsAt(replaceAll(root, changes), errors);
  return withoutEmptied(
    walk,
    changed,
    [...changes].flatMap(([path, now]) => (now === null ? [path] : [])),
  );
}

/** Of a path in a folder that is not known yet, the topmost unknown folder has to be read. */
function topUnknown(root: FolderNode, path: string): string {
  let top = path;
  for (let up = parentPath(path); up !== "" && folderAt(root, up) === null; up = parentPath(up)) {
    top = up;
  }
  return top;
}

function isBelowAny(path: string, folders: ReadonlySet<string>): boolean {
  for (let at = parentPath(path); at !== ""; at = parentPath(at)) if (folders.has(at)) return true;
  return false;
}

/**
 * What names are called on a disk that takes other spellings for them: macOS and Windows ignore case,
 * macOS also how an accent is written. The builder gets the name that the disk lists.
 */
interface Spelling {
  /** Where a path leads under other names; null: nowhere. */
  other(path: string): string | null;
  /** True where a name that the disk finds in a folder is the name that it lists. */
  isListed(folder: string, name: string): boolean;
}

/** Lists a folder only where it takes other names for what is in it, and once. */
function spellingOf(walk: Walk, root: FolderNode): Spelling {
  const known = new Map<string, ReadonlySet<string> | null>();
  const listed = (folder: string): ReadonlySet<string> | null => {
    let names = known.get(folder);
    if (names === undefined) {
      const found = walk.fileSystem.list(diskPath(walk, folder));
      names = found.ok ? new Set(found.value) : null;
      known.set(folder, names);
    }
    return names;
  };
  return {
    other(path) {
      const names = path.split("/");
      let found = "";
      for (const [at, name] of names.entries()) {
        const next = joinPath(found, name);
        const isKnown = at < names.length - 1 && folderAt(root, next) !== null;
        const spelled =
          isKnown || !takesOtherNames(walk, found, name) ? name : spelledIn(listed(found), name);
        if (spelled === null) return null;
        found = joinPath(found, spelled);
      }
      return found === path ? null : found;
    },
    isListed: (folder, name) =>
      !takesOtherNames(walk, folder, name) || listed(folder)?.has(name) !== false,
  };
}

/** False where a disk finds a name of a folder only as it is spelled, or finds nothing. */
function takesOtherNames(walk: Walk, folder: string, name: string): boolean {
  if (/[\u0080-\uffff]/.test(name)) return true;
  const lower = name.toLowerCase();
  const otherCase = lower === name ? name.toUpperCase() : lower;
  if (otherCase === name) return false;
  const found = walk.fileSystem.stat(diskPath(walk, joinPath(folder, name)));
  const other = walk.fileSystem.stat(diskPath(walk, joinPath(folder, otherCase)));
  return found.ok && other.ok && found.value.ino === other.value.ino;
}

function spelledIn(names: ReadonlySet<string> | null, name: string): string | null {
  if (names?.has(name) === true) return name;
  const folded = fold(name);
  for (const other of names ?? []) if (fold(other) === folded) return other;
  return null;
}

function fold(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/**
 * What is at a path in a known folder by now; null: nothing that the builder sees; an error, where
 * it cannot be looked at; undefined: what is known of it is still so.
 */
async function presentState(
  walk: Walk,
  root: FolderNode,
  path: string,
  spelling: Spelling,
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
  const name = baseName(path);
  // A disk that ignores case finds a file by a name that it no longer has.
  const isThere = spelling.isListed(parentPath(path), name);
  const found = isThere ? readEntry(walk, path, name, known) : null;
  if (found === null) return gone;
  if ("code" in found) return found;
  if (found.kind !== "directory") {
    if (verdict.ignored) return gone;
    return found === known ? undefined : found;
  }
  const header = verdict.ignored ? impliedFolder(walk, found) : found;
  const previous = known?.kind === "directory" ? known : null;
  const now = await readFolder(walk, { path, header, state: verdict.state, git: null }, previous);
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
