/** Which facts can be others by what changed files hold now. Listings are looked at by `contexts.ts`. */
import path from "node:path";
import { fileKind } from "../core/definitions/fileNames.js";
import { isWithin, parentPath } from "../core/text/paths.js";
import type { Need, NeedOf } from "../core/world/facts.js";
import { factOf, type World } from "../core/world/world.js";
import { pathInside } from "../host/paths.js";
import { saysHead, saysIgnored } from "./watches.js";

/** @param files absolute paths of changed files */
export function staleNeeds(
  reads: readonly Need[],
  world: World,
  files: readonly string[],
): readonly Need[] {
  const hasMoved = files.some(saysHead);
  const hasRules = files.some(saysIgnored);
  return reads.filter((need) => {
    switch (need.kind) {
      case "present":
        return isLookedFor(need, files);
      case "builds":
        return mayDefine(need, files);
      case "gitRules":
        return hasRules;
      case "unfetched":
        return hasRules || isFetched(need, world, files);
      case "text":
        return files.includes(need.path);
      case "commit":
        return hasMoved;
      case "commitFiles":
        return isConverted(need, world, files);
      default:
        return false;
    }
  });
}

/** True where something came in the place of what was not fetched. */
function isFetched(need: NeedOf<"unfetched">, world: World, files: readonly string[]): boolean {
  const fact = factOf(world, need);
  if (fact.kind !== "known") return false;
  const paths = [...fact.value.pointers, ...fact.value.submodules];
  return (
    paths.length > 0 &&
    files.some((file) => {
      const inside = pathInside(need.folder, file);
      return inside !== null && paths.some((path) => isWithin(inside, path));
    })
  );
}

function isLookedFor(need: NeedOf<"present">, files: readonly string[]): boolean {
  const { named, patterned } = pathsOf(need);
  return files.some((file) => {
    const path = pathInside(need.folder, file);
    return path !== null && (named.has(path) || patterned.has(parentPath(path)));
  });
}

/** True where one of the files may say how images of the folder are built. */
function mayDefine({ folder }: NeedOf<"builds">, files: readonly string[]): boolean {
  return files.some((file) => {
    const path = pathInside(folder, file);
    if (path === null) return false;
    const kind = fileKind(path);
    return (kind !== null && kind !== "command") || /(?:^|\/)\.env$|\.override\.\w+$/.test(path);
  });
}

interface AskedPaths {
  /** Each path and the folders above it. */
  readonly named: ReadonlySet<string>;
  /** The folders of which a pattern names any file. */
  readonly patterned: ReadonlySet<string>;
}

const remembered = new WeakMap<NeedOf<"present">, AskedPaths>();

function pathsOf(need: NeedOf<"present">): AskedPaths {
  let paths = remembered.get(need);
  if (paths === undefined) {
    const named = new Set<string>();
    const patterned = new Set<string>();
    for (const path of need.paths) {
      for (let above = path; above !== ""; above = parentPath(above))
        (/[*?[]/.test(above) ? patterned : named).add(
          /[*?[]/.test(above) ? parentPath(above) : above,
        );
    }
    paths = { named, patterned };
    remembered.set(need, paths);
  }
  return paths;
}

/** Whether git holds one of these files to be the commit's turns on more than its bytes. */
function isConverted(need: NeedOf<"commitFiles">, world: World, files: readonly string[]): boolean {
  const fact = factOf(world, need);
  if (fact.kind !== "known" || fact.value.converted.size === 0) return false;
  const { converted } = fact.value;
  const folder = path.join(need.repository, need.folder);
  return files.some((file) => {
    const inside = pathInside(folder, file);
    return inside !== null && converted.has(inside);
  });
}
