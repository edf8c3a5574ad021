/** A text of a workspace folder: as an editor shows it, else as it is on disk. Links do not lead out. */
import { type Known, known, unknown } from "../core/host.js";
import { type FileSystem, maxText, readRegularFile } from "./nodeFileSystem.js";
import { pathRules } from "./paths.js";

/** @param openText the text of a file that is open; undefined: it is not */
export function workspaceText(
  disk: FileSystem,
  folder: string,
  path: string,
  openText: (path: string) => string | undefined = () => undefined,
): Known<string> {
  const open = openText(path);
  if (open !== undefined) return known(open);
  const [root, real] = [disk.realPath(folder), disk.realPath(path)];
  if (!real.ok) return unknown("missing", real.error);
  if (!root.ok || !pathRules.isInside(root.value, real.value)) return unknown("refused");
  const bytes = readRegularFile(disk, real.value, maxText);
  return bytes.ok ? known(bytes.value.toString("utf8")) : unknown("failed", bytes.error);
}
