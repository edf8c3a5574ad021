/** What an archive brings where ADD unpacks it. */
import { baseName, parentPath } from "../text/paths.js";
import {
  type FileKind,
  type FileNode,
  type FolderNode,
  fileNode,
  type TreeNode,
} from "./fileTree.js";
import { folderNode, plainFolder } from "./folder.js";

/** What a file is to ADD. */
export type Archive =
  /** No archive, whatever its name says: it is copied. */
  | { readonly kind: "plain" }
  | {
      readonly kind: "files";
      /** What stands below the destination, in which nothing was before. */
      readonly root: FolderNode;
      /** True where each folder on the way to something is an entry itself, as `tar` writes it. */
      readonly listsFolders: boolean;
    };

/** One entry, in the order of the archive; of a file that is there twice the later counts. */
export interface ArchiveEntry {
  /** Cleaned, below the destination; "" for the destination itself. */
  readonly path: string;
  readonly kind: FileKind | "directory" | "hard-link";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** The text of a symbolic link; of a hard link the path of the other file, cleaned. */
  readonly linkTarget: string | null;
  readonly device: string | null;
  /** The git blob id of a regular file's bytes. */
  readonly identity: string | null;
}

interface Header {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

interface OpenFolder {
  header: Header;
  readonly children: Map<string, FileNode | OpenFolder>;
}

/**
 * What unpacking leaves in an empty folder. Source: moby go-archive, archive.go `Unpack`: what stands
 * in the way of an entry goes, but a folder where a folder comes, which gets the new one's header.
 * @returns null: it goes through a link, or a link is to something that is not in it
 */
export function unpacked(entries: Iterable<ArchiveEntry>): Archive | null {
  const root = openFolder(plainFolder(""));
  let listsFolders = true;
  const folderFor = (path: string): OpenFolder | null => {
    let folder = root;
    for (const name of path === "" ? [] : path.split("/")) {
      let child = folder.children.get(name);
      if (child === undefined) {
        listsFolders = false;
        child = openFolder(plainFolder(name));
        folder.children.set(name, child);
      }
      if (!isOpen(child)) return null;
      folder = child;
    }
    return folder;
  };
  for (const entry of entries) {
    // The destination is there by then, and keeps its header.
    if (entry.path === "") continue;
    const folder = folderFor(parentPath(entry.path));
    if (folder === null || !put(root, folder, entry)) return null;
  }
  return { kind: "files", root: closed("", root), listsFolders };
}

/** False where only a build can tell what comes of it. */
function put(root: OpenFolder, folder: OpenFolder, entry: ArchiveEntry): boolean {
  const name = baseName(entry.path);
  const { kind, ...rest } = entry;
  if (kind === "directory") {
    const { mode, uid, gid } = entry;
    const there = folder.children.get(name);
    if (there !== undefined && isOpen(there)) there.header = { mode, uid, gid };
    else folder.children.set(name, openFolder({ mode, uid, gid }));
    return true;
  }
  const node = kind === "hard-link" ? linked(root, entry) : fileNode({ name, kind, ...rest });
  if (node === null) return false;
  folder.children.set(name, { ...node, name });
  return true;
}

/** The other name of a file; null: it is not there, or gets another header by this. */
function linked(root: OpenFolder, { linkTarget, mode, uid, gid }: ArchiveEntry): FileNode | null {
  let at: FileNode | OpenFolder | undefined = root;
  for (const name of (linkTarget ?? "").split("/"))
    at = at !== undefined && isOpen(at) ? at.children.get(name) : undefined;
  if (at === undefined || isOpen(at)) return null;
  return at.mode === mode && at.uid === uid && at.gid === gid ? at : null;
}

function openFolder(header: Header): OpenFolder {
  return { header, children: new Map() };
}

function isOpen(node: FileNode | OpenFolder): node is OpenFolder {
  return "children" in node;
}

function closed(name: string, { header, children }: OpenFolder): FolderNode {
  const { mode, uid, gid } = header;
  const nodes = [...children].map(
    ([own, child]): TreeNode => (isOpen(child) ? closed(own, child) : child),
  );
  return folderNode({ name, mode, uid, gid }, nodes);
}
