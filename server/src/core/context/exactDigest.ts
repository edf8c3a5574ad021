/**
 * BuildKit's own content digests, byte for byte: what stands in a cache that it exports. They need
 * the bytes of every file behind a header, and are made for those alone who ask for them; whether two
 * contents are equal `contentDigest.ts` says without. Source: BuildKit, cache/contenthash/checksum.go,
 * filehash.go, tarsum.go.
 */
import type { Digest } from "../host.js";
import { baseName, joinPath } from "../text/paths.js";
import type { FileNode, FolderNode, TreeNode } from "./fileTree.js";
import { childrenOf, emptyFolder } from "./folder.js";
import type { HashedItem, HashedPart, Selection } from "./selection.js";

/**
 * `sha256:…` of a header and the bytes of a regular file behind it; null: it is not known.
 * @param path of its tree
 */
export type FileDigest = (file: FileNode, header: string, path: string) => string | null;

export interface ExactDigests {
  /**
   * The digest of an input that goes by what is selected; null: some of it is not known. All files of
   * it are asked for in any case.
   * @param isSent true of a folder that a client sends: its root has no header
   */
  input(selection: Selection, isSent: boolean): string | null;
  /** The same of one node, which is taken as a whole. */
  node(node: TreeNode, path: string): string | null;
}

export function exactDigests(digest: Digest, ofFile: FileDigest): ExactDigests {
  const sha = (text: string): string => `sha256:${digest(text)}`;
  const folders = new Map<FolderNode, string | null>();
  const joined = (parts: readonly (string | null)[], separator: string): string | null =>
    parts.includes(null) ? null : sha(parts.join(separator));

  const record = (node: TreeNode, path: string): string | null => {
    if (node.kind !== "directory") return fileRecord(node, path);
    const known = folders.get(node);
    if (known !== undefined) return known;
    const made = folderRecord(node, path, sha(headerOf(node)));
    folders.set(node, made);
    return made;
  };
  const fileRecord = (file: FileNode, path: string): string | null => {
    const header = headerOf(file);
    return file.kind === "file" && file.size > 0 ? ofFile(file, header, path) : sha(header);
  };
  const folderRecord = (folder: FolderNode, path: string, header: string): string | null => {
    // The NUL in front of a name is the "/" of its path.
    const parts: (string | null)[] = [`\0${header}`];
    for (const child of childrenOf(folder))
      parts.push(named(`\0${child.name}`, record(child, joinPath(path, child.name))));
    return joined(parts, "");
  };
  /** Each with its last name, a folder as its header and then what is in it. */
  const listed = ({ name, path, node, what }: HashedItem): readonly (string | null)[] => {
    const own = baseName(name === "" ? path : name) || ".";
    if (what === "record" || node.kind !== "directory") return [named(own, record(node, path))];
    const header = own + sha(headerOf(node));
    return what === "header" ? [header] : [header, ...below(node, path)];
  };
  const below = (folder: FolderNode, path: string): readonly (string | null)[] =>
    [...childrenOf(folder)].flatMap((child) => {
      const at = joinPath(path, child.name);
      if (child.kind !== "directory") return [named(child.name, record(child, at))];
      return [child.name + sha(headerOf(child)), ...below(child, at)];
    });
  const part = (hashed: HashedPart, isSent: boolean): string | null => {
    switch (hashed.kind) {
      case "empty":
        return sha("");
      case "record": {
        const { node, path } = hashed;
        if (node.kind !== "directory" || path !== "" || !isSent) return record(node, path);
        // Of a context of which nothing is sent the builder looks at the folder that it keeps for it.
        const header = node.entryCount === 0 ? headerOf(emptyFolder) : "";
        return folderRecord(node, path, sha(header));
      }
      case "header":
        return sha(headerOf(hashed.node));
      case "list":
        // How the names are written then is not held against a builder.
        if (hashed.byPath) return null;
        return joined(hashed.items.flatMap(listed), "\0");
    }
  };
  return {
    input(selection, isSent) {
      const parts = selection.digestOrder.map((at) => {
        const source = selection.sources[at];
        return source === undefined ? null : part(source.hashed, isSent);
      });
      return joined(parts, "\0");
    },
    node: (node, path) => joined([record(node, path)], "\0"),
  };
}

function named(name: string, record: string | null): string | null {
  return record === null ? null : name + record;
}

/** As in a tar: the builder takes a socket for an empty file. */
const tarTypes = {
  file: "0",
  socket: "0",
  symlink: "2",
  "character-device": "3",
  "block-device": "4",
  directory: "5",
  fifo: "6",
} as const;

/** Without a name, a time and extended attributes, which cannot be seen from here. */
function headerOf(node: TreeNode): string {
  const { kind, mode, uid, gid } = node;
  const isFolder = node.kind === "directory";
  const size = node.kind === "file" ? node.size : 0;
  const target = isFolder ? "" : (node.linkTarget ?? "");
  const [major, minor] = (isFolder ? null : node.device)?.split(":") ?? [0, 0];
  return (
    `namemode${mode}uid${uid}gid${gid}size${size}typeflag${tarTypes[kind]}linkname${target}` +
    `unamegnamedevmajor${major}devminor${minor}`
  );
}
