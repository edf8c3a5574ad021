/** What stands at a path of a stage by now, and what may. */
import type { FolderNode, TreeNode } from "../context/fileTree.js";
import { childOf, nodeAt } from "../context/folder.js";
import { baseName, isWithin, joinPath, parentPath, pathInRoot } from "../text/paths.js";
import { hasDirectory, usualDirectories } from "./knownDirectories.js";
import {
  nameInFolder,
  namesOf,
  type Origin,
  originOf,
  type Placed,
  type Put,
  type StageFiles,
} from "./stageFiles.js";

export interface Standing {
  /** Below the root, links followed as far as they are known. */
  readonly path: string;
  /** `unknown`: only a build can tell. A link that leads nowhere is nothing. */
  readonly what: "folder" | "file" | "nothing" | "unknown";
  /** See `Put.isThroughOpen`. */
  readonly isThroughOpen: boolean;
  /** The first file on the way, where a folder would have to be; null: none that is known. */
  readonly fileOnTheWay: string | null;
  /** The same of one that may be a folder. */
  readonly perhapsOnTheWay: string | null;
}

/** The builders' limit: BuildKit, cache/contenthash/path.go. */
const linkLimit = 255;

/**
 * Follows every link, as the builders do with a destination: continuity, fs/path.go `RootPath`.
 * @param path absolute, or below the root
 */
export function standingAt({ root }: StageFiles, path: string): Standing {
  const remaining = path.split("/").reverse();
  let at = "";
  let links = 0;
  let isThroughOpen = false;
  let fileOnTheWay: string | null = null;
  let perhapsOnTheWay: string | null = null;
  for (let name = remaining.pop(); name !== undefined; name = remaining.pop()) {
    if (name === "" || name === ".") continue;
    const above = seenAt(root, at);
    if (above.what === "file") fileOnTheWay ??= at;
    if (above.node !== null && nameInFolder(above.node) !== null) perhapsOnTheWay ??= at;
    isThroughOpen ||= above.isOpen;
    const next = pathInRoot(joinPath(at, name));
    const { node } = seenAt(root, next);
    const target = node?.kind === "symlink" ? node.linkTarget : null;
    if (target === null || ++links > linkLimit) {
      at = next;
      continue;
    }
    if (target.startsWith("/")) at = "";
    remaining.push(...target.split("/").reverse());
  }
  const { what } = seenAt(root, at);
  return { path: at, what, isThroughOpen, fileOnTheWay, perhapsOnTheWay };
}

interface Seen {
  readonly what: Standing["what"];
  readonly node: TreeNode | null;
  /** True where entries that are not known may be in it. */
  readonly isOpen: boolean;
}

/** What stands at a path, with no link followed. */
function seenAt(root: FolderNode, path: string): Seen {
  let node: TreeNode = root;
  let isOpen = originOf(root) !== null;
  for (const name of namesOf(path)) {
    if (node.kind !== "directory") {
      const isPerhaps = nameInFolder(node) !== null;
      return { what: isPerhaps ? "unknown" : "nothing", node: null, isOpen: isPerhaps };
    }
    const child: TreeNode | null = childOf(node, name);
    if (child === null) {
      const isUsual = isOpen && hasDirectory(usualDirectories, `/${path}`);
      const what = isUsual ? "folder" : isOpen ? "unknown" : "nothing";
      return { what, node: null, isOpen };
    }
    node = child;
    isOpen ||= originOf(child) !== null;
  }
  if (node.kind === "directory") return { what: "folder", node, isOpen };
  const isPerhaps = nameInFolder(node) !== null;
  return { what: isPerhaps ? "unknown" : "file", node, isOpen: isPerhaps };
}

/**
 * The steps that may have put something else at a path since what is known to stand there was put:
 * their destinations may lead through a link that only a build can see.
 */
export function strayPuts({ puts }: StageFiles, path: string): readonly Put[] {
  const found: Put[] = [];
  for (let put = puts; put !== null && !putsAt(put, path); put = put.before) {
    if (put.isThroughOpen && mayPutAt(put, path)) found.push(put);
  }
  return found;
}

/** What holds files: the last step that may have put one of them there, or what was there at first. */
export function holderOf({ start, puts }: StageFiles, paths: readonly string[]): Origin | null {
  for (let put = puts; put !== null; put = put.before) {
    const one = put;
    if (paths.some((path) => putsAt(one, path) || (one.isThroughOpen && mayPutAt(one, path))))
      return put.origin;
  }
  return start;
}

function putsAt({ places, target }: Put, path: string): boolean {
  if (places === null) return isWithin(path, target);
  return places.some(({ to, taken: { node, isWhole } }) => {
    if (to === path) return node.kind !== "directory";
    if (!isWhole || !isWithin(path, to)) return false;
    return nodeAt(node, to === "" ? path : path.slice(to.length + 1)) !== null;
  });
}

/** True where a path ends as the place of something does below the destination. */
function mayPutAt({ places }: Put, path: string): boolean {
  return places === null || places.some((place) => mayBePlace(place, path));
}

function mayBePlace({ to, taken: { node, isWhole } }: Placed, path: string): boolean {
  if (node.kind !== "directory") return baseName(to) === baseName(path);
  if (!isWhole) return false;
  for (let above = path; above !== ""; ) {
    above = parentPath(above);
    const rest = above === "" ? path : path.slice(above.length + 1);
    const there = nodeAt(node, rest);
    if (there !== null && there.kind !== "directory") return true;
  }
  return false;
}
