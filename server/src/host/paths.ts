/** Paths as this machine writes them. */
import path from "node:path";
import type { PathRules } from "../core/definitions/pathRules.js";

/** The path from `folder` to `file`, `/` between names; empty: the folder itself; null: outside. */
export function pathInside(folder: string, file: string): string | null {
  // Of a storm of events most are told as they will be written.
  const isPlain = file.startsWith(folder + path.sep) && !/[\\/]\.{0,2}(?:[\\/]|$)/.test(file);
  if (isPlain) return file.slice(folder.length + 1).replaceAll(path.sep, "/");
  const relative = path.relative(folder, file);
  // On Windows the way to another drive is an absolute path.
  const isOutside =
    relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  return isOutside ? null : relative.split(path.sep).join("/");
}

export const pathRules: PathRules = {
  resolve: (folder, written) => path.resolve(path.sep, folder, written),
  parent: path.dirname,
  isInside: (folder, file) => pathInside(folder, file) !== null,
  relative: (folder, file) => path.relative(folder, file).split(path.sep).join("/") || ".",
  isSame: (a, b) => path.relative(a, b) === "",
};
