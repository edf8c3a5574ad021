/** Which changed files a look at single paths turns on: no listing is compared. */

import { fileKind } from "../core/definitions/fileNames.js";
import { parentPath } from "../core/text/paths.js";
import type { Need, NeedOf } from "../core/world/facts.js";
import { pathInside } from "../host/paths.js";

/** Those of the needs that an event about one of these files may answer otherwise. */
export function presentAmong(
  reads: readonly Need[],
  files: readonly string[],
): readonly NeedOf<"present">[] {
  return reads.flatMap((need) => {
    if (need.kind !== "present") return [];
    const { named, patterned } = pathsOf(need);
    const isMeant = files.some((file) => {
      const path = pathInside(need.folder, file);
      return path !== null && (named.has(path) || patterned.has(parentPath(path)));
    });
    return isMeant ? [need] : [];
  });
}

/** The same of what the files of a workspace folder define. */
export function buildsAmong(
  reads: readonly Need[],
  files: readonly string[],
): readonly NeedOf<"builds">[] {
  return reads.flatMap((need) => {
    if (need.kind !== "builds") return [];
    const isMeant = files.some((file) => {
      const path = pathInside(need.folder, file);
      if (path === null) return false;
      const kind = fileKind(path);
      return (kind !== null && kind !== "command") || /(?:^|\/)\.env$|\.override\.\w+$/.test(path);
    });
    return isMeant ? [need] : [];
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
