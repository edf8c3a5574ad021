/** Finds the files of a workspace folder that can say how images are built. Links are not followed. */
import path from "node:path";
import { type DefinitionFiles, fileKind, isPassedOver } from "../core/definitions/fileNames.js";
import type { Cancellation } from "../core/host.js";
import { compareBytes } from "../core/text/paths.js";
import type { FileSystem } from "./nodeFileSystem.js";
import { Cancelled, createSlices } from "./slices.js";

/** So many names are looked at: a larger folder is no project of its own. */
const maxNames = 200_000;
const maxDepth = 12;
/** Of a kind so many files are read, the first by depth and name. */
const maxFiles = 1_000;

/** null: it was cancelled. */
export async function findDefinitionFiles(
  disk: FileSystem,
  root: string,
  cancel: Cancellation,
): Promise<DefinitionFiles | null> {
  const found: Record<keyof DefinitionFiles, string[]> = {
    compose: [],
    bake: [],
    devcontainer: [],
    workflow: [],
    ci: [],
    command: [],
    dockerfiles: [],
  };
  const slices = createSlices(cancel);
  const folders: { readonly path: string; readonly depth: number }[] = [{ path: "", depth: 0 }];
  let names = 0;
  // Whoever asks is told first that it is being asked.
  await Promise.resolve();
  try {
    for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
      const listed = disk.list(path.join(root, folder.path));
      if (!listed.ok) continue;
      for (const name of [...listed.value].sort(compareBytes)) {
        const pause = slices.next();
        if (pause !== null) await pause;
        if (++names > maxNames) return sorted(root, found);
        const own = folder.path === "" ? name : `${folder.path}/${name}`;
        const kind = fileKind(own);
        const mayBeFolder = kind === null || kind === "dockerfiles";
        if (kind === null && hasUsualEnding.test(name)) continue;
        const stat = disk.stat(path.join(root, own));
        if (!stat.ok) continue;
        if (stat.value.kind === "directory" && mayBeFolder) {
          if (folder.depth < maxDepth && !isPassedOver(name))
            folders.push({ path: own, depth: folder.depth + 1 });
        } else if (kind !== null && stat.value.kind !== "directory") found[kind].push(own);
      }
    }
  } catch (thrown) {
    if (thrown instanceof Cancelled) return null;
    throw thrown;
  }
  return sorted(root, found);
}

/** Names of files, so that no lookup is spent on them: a folder seldom ends so. */
const hasUsualEnding =
  /\.(?:[jt]sx?|m[jt]s|json|map|css|scss|html?|md|png|jpe?g|svg|gif|go|py|pyc|rs|java|class|kt|rb|php|c|cc|cpp|h|hpp|cs|txt|lock|snap|so|a|o|jar|gz|zip|tgz|woff2?|ya?ml|toml|xml|sql|proto)$/i;

function sorted(
  root: string,
  found: Readonly<Record<keyof DefinitionFiles, readonly string[]>>,
): DefinitionFiles {
  const folderOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf("/")));
  // Texts of other folders speak of something else.
  const folders = new Set([
    "",
    "scripts",
    "script",
    "hack",
    "build",
    "ci",
    "docker",
    ...found.dockerfiles.map(folderOf),
  ]);
  const list = (kind: keyof DefinitionFiles): readonly string[] =>
    found[kind]
      .filter((file) => kind !== "command" || folders.has(folderOf(file)))
      .slice(0, maxFiles)
      .map((file) => path.join(root, file));
  return {
    compose: list("compose"),
    bake: list("bake"),
    devcontainer: list("devcontainer"),
    workflow: list("workflow"),
    ci: list("ci"),
    command: list("command"),
    dockerfiles: list("dockerfiles"),
  };
}
