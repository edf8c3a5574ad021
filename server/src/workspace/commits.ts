/** What the answers of builds take from git's commits, and when that has to be asked again. */
import path from "node:path";
import type { Need, NeedOf } from "../core/world/facts.js";
import { factOf, type World } from "../core/world/world.js";
import { pathInside } from "../host/paths.js";
import type { Watched } from "./watches.js";

/** They change with each commit and each checkout. */
const headFiles = ["HEAD", "logs/HEAD", "packed-refs"];

/** What says which commit the repositories are at that these answers are compared with. */
export function watchedHeads(reads: readonly Need[], world: World): readonly Watched[] {
  const tops = reads.flatMap((need) => {
    const fact = need.kind === "commit" ? factOf(world, need) : null;
    return fact?.kind === "known" ? [fact.value.repository] : [];
  });
  return [...new Set(tops)].map((top) => ({
    base: path.join(top, ".git"),
    pattern: `{${headFiles.join(",")}}`,
  }));
}

/** Which of these facts can be others by what changed files hold now. */
export function staleCommits(
  reads: readonly Need[],
  world: World,
  files: readonly string[],
): readonly Need[] {
  const hasMoved = files.some(saysHead);
  return reads.filter((need) => {
    if (need.kind === "commit") return hasMoved;
    return need.kind === "commitFiles" && isConverted(need, world, files);
  });
}

function saysHead(file: string): boolean {
  const place = file.replaceAll("\\", "/");
  return headFiles.some((name) => place.endsWith(`/.git/${name}`));
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
