/**
 * The files of a stage as far as they can be computed without building: what COPY and WORKDIR put
 * there is known, what a RUN or a base image holds is not. A COPY --from of known files has the
 * same content digest as a COPY of the same files from the build context.
 */
import { rulesOf } from "../build/builderRules.js";

import { type InputName, nameText } from "../cache/inputName.js";
import type { Token } from "../cache/records.js";
import { contentDigest } from "../context/contentDigest.js";
import { type FileEntry, type FileTree, plainEntry } from "../context/fileTree.js";
import { selectSources, takesFolder } from "../context/select.js";
import type { CopyRequest, Selection } from "../context/selection.js";
import type { Digest } from "../host.js";
import type { CopyOperation } from "../instructions/operation.js";
import { compareBytes, parentPath } from "../text/paths.js";

/** Content that only a build can tell, named by the step that makes it. */
export interface Opaque {
  /** Its name once the step has run. */
  readonly name: InputName;
  /** What is known of it now. */
  readonly token: Token;
}

interface Node {
  entry: FileEntry;
  identity: string | null;
  /** Set on directories whose other entries are not known. */
  opaque: Opaque | null;
  readonly children: Map<string, Node>;
}

/** Mutable while its stage is walked. */
export class StageFiles implements FileTree {
  #root: Node;

  private constructor(root: Node) {
    this.#root = root;
  }

  static empty(): StageFiles {
    return new StageFiles(directoryNode("", null));
  }

  static opaque(content: Opaque): StageFiles {
    return new StageFiles(directoryNode("", content));
  }

  copy(): StageFiles {
    return new StageFiles(copyNode(this.#root));
  }

  /** After a RUN anything may be anywhere. */
  becomeOpaque(content: Opaque): void {
    this.#root = directoryNode("", content);
  }

  makeDirectory(path: string): void {
    this.#ensure(relative(path));
  }

  /** Everything below `path` becomes unknown: what an archive or a download leaves there. */
  hide(path: string, content: Opaque): void {
    const clean = relative(path);
    if (clean === "") {
      this.becomeOpaque(content);
      return;
    }
    const parent = this.#ensure(parentPath(clean));
    parent.children.set(clean.slice(clean.lastIndexOf("/") + 1), directoryNode(clean, content));
  }

  /**
   * The file that is in the way of a COPY; null: none that is known. BuildKit puts no folder where a
   * file is, the classic builder does so below the destination. Source: fsutil, copy/copy.go; moby,
   * builder/dockerfile/copy.go.
   */
  obstacleToCopy(operation: CopyOperation, selection: Selection | null): string | null {
    const target = relative(operation.destination);
    const entries = selection?.sources.flatMap((source) => source.entries) ?? [];
    const isFolder =
      operation.destination.endsWith("/") || (selection !== null && takesFolder(selection));
    const onTheWay = this.obstacleToFolder(isFolder ? target : parentPath(target));
    if (onTheWay !== null || selection === null) return onTheWay;
    if (rulesOf(selection.builder).replacesFilesByFolders) return null;
    for (const { entry, to } of entries) {
      const path = [target, to].filter((part) => part !== "").join("/");
      if (entry.kind === "directory" && this.#find(path)?.entry.kind === "file") return path;
    }
    return null;
  }

  /** The same for a folder with all that are above it. */
  obstacleToFolder(path: string): string | null {
    let node: Node | undefined = this.#root;
    let at = "";
    for (const name of relative(path).split("/")) {
      node = node.children.get(name);
      at = at === "" ? name : `${at}/${name}`;
      if (node === undefined) return null;
      if (node.entry.kind === "file") return at;
    }
    return null;
  }

  /** Puts the selected entries where the COPY puts them. False when an identity is not known yet. */
  add(operation: CopyOperation, tree: FileTree, selection: Selection): boolean {
    const isInto =
      operation.destination.endsWith("/") ||
      operation.destination.endsWith("/.") ||
      selection.sources.length > 1 ||
      selection.sources.some(({ isWildcard }) => isWildcard) ||
      operation.parents;
    const target = relative(operation.destination);
    for (const source of selection.sources) {
      for (const { entry, to } of source.entries) {
        const isNamed = source.entries.length === 1 && entry.kind !== "directory" && !isInto;
        const existing = this.#find(target);
        const path =
          isNamed && existing?.entry.kind !== "directory"
            ? target
            : [target, to].filter((part) => part !== "").join("/");
        const identity = entry.kind === "file" ? tree.identityOf(entry) : null;
        if (entry.kind === "file" && identity === null) return false;
        this.#put(path, entry, identity, operation);
      }
    }
    return true;
  }

  addDocument(operation: CopyOperation, name: string, identity: string, size: number): void {
    const target = relative(operation.destination);
    const isInto =
      operation.destination.endsWith("/") || this.#find(target)?.entry.kind === "directory";
    const path = isInto ? [target, name].filter((part) => part !== "").join("/") : target;
    this.#put(path, { ...plainEntry(path, "file"), size }, identity, operation);
  }

  lookup(path: string): FileEntry | null {
    return this.#find(path)?.entry ?? null;
  }

  list(path: string): readonly FileEntry[] {
    const node = this.#find(path);
    if (node === undefined || node.entry.kind !== "directory") return [];
    return [...node.children]
      .sort(([a], [b]) => compareBytes(a, b))
      .map(([, child]) => child.entry);
  }

  identityOf(entry: FileEntry): string | null {
    return this.#find(entry.path)?.identity ?? null;
  }

  errorOf(): null {
    return null;
  }

  isIgnored(): boolean {
    return false;
  }

  /** The unknown content that a selection may touch; empty: all of it is known. */
  unknownIn(request: CopyRequest): readonly Opaque[] {
    const found = new Set<Opaque>();
    for (const source of request.sources) {
      const fixed =
        request.wildcards === false ? source : fixedPart(source, request.parents === true);
      this.#collect(relative(fixed), found);
    }
    return [...found];
  }

  /** A digest of the known entries at and below the sources: the part that lies over the unknown. */
  knownIn(request: CopyRequest, digest: Digest): string {
    const lines: string[] = [];
    const walk = (node: Node): void => {
      lines.push(
        `${node.entry.path}|${node.entry.kind}|${node.entry.mode}|${node.entry.uid}|${node.identity ?? node.entry.linkTarget ?? ""}`,
      );
      for (const child of node.children.values()) walk(child);
    };
    for (const source of request.sources) {
      const node = this.#find(relative(fixedPart(source, request.parents === true)));
      if (node !== undefined) walk(node);
    }
    return digest(lines.sort().join("\n"));
  }

  #collect(path: string, found: Set<Opaque>): void {
    let node = this.#root;
    for (const name of path === "" ? [] : path.split("/")) {
      const child = node.children.get(name);
      if (child === undefined) {
        if (node.opaque !== null) found.add(node.opaque);
        return;
      }
      if (child.entry.kind === "symlink") {
        // Where a link leads can lie in unknown content: all of the stage's unknown content counts.
        this.#collectBelow(this.#root, found);
        return;
      }
      node = child;
    }
    this.#collectBelow(node, found);
  }

  #collectBelow(node: Node, found: Set<Opaque>): void {
    if (node.opaque !== null) found.add(node.opaque);
    for (const child of node.children.values()) this.#collectBelow(child, found);
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of path === "" ? [] : path.split("/")) node = node?.children.get(name);
    return node;
  }

  /** The directory at a path, made with its parents where it is missing. */
  #ensure(path: string): Node {
    let node = this.#root;
    // Whoever remembers digests does so by entry: what lies above a change gets new ones.
    node.entry = { ...node.entry };
    let at = "";
    for (const name of path === "" ? [] : path.split("/")) {
      at = at === "" ? name : `${at}/${name}`;
      let child = node.children.get(name);
      if (child === undefined || child.entry.kind !== "directory") {
        child = directoryNode(at, node.opaque);
        node.children.set(name, child);
      } else {
        child.entry = { ...child.entry };
      }
      node = child;
    }
    return node;
  }

  #put(path: string, entry: FileEntry, identity: string | null, operation: CopyOperation): void {
    if (path === "") return;
    const { uid, gid, suffix } = ownerOf(operation.owner);
    const mode = /^[0-7]+$/.test(operation.mode) ? Number.parseInt(operation.mode, 8) : entry.mode;
    const symbolic =
      operation.mode !== "" && !/^[0-7]+$/.test(operation.mode) ? operation.mode : "";
    if (entry.kind === "directory") {
      const node = this.#ensure(path);
      node.entry = { ...node.entry, mode, uid, gid };
      return;
    }
    const parent = this.#ensure(parentPath(path));
    parent.children.set(path.slice(path.lastIndexOf("/") + 1), {
      entry: {
        ...entry,
        path,
        mode: entry.kind === "symlink" ? entry.mode : mode,
        uid,
        gid,
        stat: null,
      },
      identity: identity === null ? null : identity + suffix + symbolic,
      opaque: null,
      children: new Map(),
    });
  }
}

/** What a COPY or mount takes from a stage, for the key. */
export function stageContent(
  files: StageFiles,
  request: CopyRequest,
  digest: Digest,
): Opaque & { readonly selection: Selection | null } {
  const unknown = files.unknownIn(request);
  if (unknown.length === 0) {
    const selection = selectSources(files, request);
    const content = contentDigest(files, selection, digest);
    const known = content.kind === "known" ? content.digest : null;
    return { name: { kind: "content", digest: known }, token: { kind: "known" }, selection };
  }
  const over = files.knownIn(request, digest);
  const parts = [request.sources, request.parents, request.exclude, over];
  const made = digest(JSON.stringify([parts, unknown.map((part) => nameText(part.name))]));
  const isKnown = unknown.every((part) => part.token.kind === "known");
  const token: Token = { kind: isKnown ? "known" : "any" };
  return { name: { kind: "partial", made }, token, selection: null };
}

function relative(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

/** The leading directories of a source that have no wildcard. */
function fixedPart(source: string, parents: boolean): string {
  if (parents && !/[*?[\\]/.test(source)) return source.replace("/./", "/");
  const parts = source.split("/");
  const wild = parts.findIndex((part) => /[*?[\\]/.test(part));
  return wild < 0 ? source : parts.slice(0, wild).join("/");
}

/** Numbers are what the files get; names depend on the stage's passwd file, so they mark the content. */
function ownerOf(owner: string): { uid: number; gid: number; suffix: string } {
  const [user = "", group = user] = owner.split(/:(.*)/s, 2);
  const uid = user === "" || user === "root" ? 0 : Number(user);
  const gid = group === "" || group === "root" ? 0 : Number(group);
  if (Number.isInteger(uid) && Number.isInteger(gid)) return { uid, gid, suffix: "" };
  return { uid: 0, gid: 0, suffix: `@${owner}` };
}

function directoryNode(path: string, opaque: Opaque | null): Node {
  return {
    entry: plainEntry(path, "directory"),
    identity: null,
    opaque,
    children: new Map(),
  };
}

function copyNode(node: Node): Node {
  const children = new Map<string, Node>();
  for (const [name, child] of node.children) children.set(name, copyNode(child));
  return { ...node, children };
}
