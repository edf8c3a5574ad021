/** What stands at a path of a stage by now, and what may. */
import type { TreeNode } from "../context/fileTree.js";
import { childOf, nodeAt } from "../context/folder.js";
import { baseName, isWithin, parentPath } from "../text/paths.js";
import { hasDirectory, usualDirectories } from "./knownDirectories.js";
import {
  nameInFolder,
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
  const top: Seen = { what: "folder", node: root, isOpen: originOf(root) !== null };
  // The names of where it is by now, and what stands below the root and at each of them.
  const names: string[] = [];
  const way: Seen[] = [top];
  const here = (): Seen => way.at(-1) ?? top;
  let links = 0;
  let isThroughOpen = false;
  let fileOnTheWay: string | null = null;
  let perhapsOnTheWay: string | null = null;
  for (let name = remaining.pop(); name !== undefined; name = remaining.pop()) {
    if (name === "" || name === ".") continue;
    const above = here();
    if (above.what === "file") fileOnTheWay ??= names.join("/");
    if (above.node !== null && nameInFolder(above.node) !== null)
      perhapsOnTheWay ??= names.join("/");
    isThroughOpen ||= above.isOpen;
    if (name === "..") {
      names.pop();
      if (way.length > 1) way.pop();
      continue;
    }
    const next = seenIn(above, name);
    const target = next.node?.kind === "symlink" ? next.node.linkTarget : null;
    if (target === null || ++links > linkLimit) {
      names.push(name);
      way.push(next);
      continue;
    }
    if (target.startsWith("/")) {
      names.length = 0;
      way.length = 1;
    }
    remaining.push(...target.split("/").reverse());
  }
  const at = names.join("/");
  const { what, node, isOpen } = here();
  const isLikely = node === null && isOpen && perhapsOnTheWay === null;
  const isUsual = isLikely && hasDirectory(usualDirectories, `/${at}`);
  return {
    path: at,
    what: isUsual ? "folder" : what,
    isThroughOpen,
    fileOnTheWay,
    perhapsOnTheWay,
  };
}

interface Seen {
  readonly what: Standing["what"];
  /** null: none that is known. */
  readonly node: TreeNode | null;
  /** True where entries that are not known may be in it. */
  readonly isOpen: boolean;
}

/** What stands at a name below what stands above it, with no link followed. */
function seenIn(above: Seen, name: string): Seen {
  const { node } = above;
  if (node === null) return above;
  if (node.kind !== "directory") return notThere(nameInFolder(node) !== null);
  const child = childOf(node, name);
  if (child === null) return notThere(above.isOpen);
  if (child.kind === "directory")
    return { what: "folder", node: child, isOpen: above.isOpen || originOf(child) !== null };
  const isPerhaps = nameInFolder(child) !== null;
  return { what: isPerhaps ? "unknown" : "file", node: child, isOpen: isPerhaps };
}

function notThere(isOpen: boolean): Seen {
  return { what: isOpen ? "unknown" : "nothing", node: null, isOpen };
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
