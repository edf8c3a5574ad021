/** Other folders to build in, where the one that was guessed lacks what a step takes. */
import { baseName } from "../text/paths.js";
import { say } from "../text/say.js";
import { interfaceText } from "../text/surfaces.js";

export interface ContextAction {
  readonly title: string;
  /** Absolute path of the folder. */
  readonly folder: string;
}

/** So many are offered. */
const maxOffered = 4;

/**
 * @param folders absolute, the Dockerfile's own first, then one above the other, the workspace's last
 * @param guessed the one that is taken now
 */
export function contextActions(
  folders: readonly string[],
  guessed: string,
): readonly ContextAction[] {
  const root = folders.at(-1) ?? "";
  return folders
    .filter((folder) => folder !== guessed)
    .slice(-maxOffered)
    .map((folder) => {
      const shown = folder === root ? root : folder.slice(root.length + 1);
      const name = shown.replaceAll("\\", "/");
      const title = say`Use ${folder === root ? baseName(name) : name} as build context`;
      return { folder, title: interfaceText(title) };
    });
}
