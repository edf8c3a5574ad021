/** Which paths lie in a folder. */
import path from "node:path";

/** The path from `folder` to `file`, `/` between names; empty: the folder itself; null: outside. */
export function pathInside(folder: string, file: string): string | null {
  const relative = path.relative(folder, file);
  // On Windows the way to another drive is an absolute path.
  const isOutside =
    relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  return isOutside ? null : relative.split(path.sep).join("/");
}
