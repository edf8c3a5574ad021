/** What git's own files say of a folder. Texts alone are read: nothing is asked of git. */
import path from "node:path";
import type { GitRules, IgnoreText } from "../core/context/gitIgnore.js";
import { type Known, known, unknown } from "../core/host.js";
import { parseGitConfig, readGitText } from "./gitConfig.js";
import { repositoryFolders } from "./gitRepository.js";
import type { FileSystem } from "./nodeFileSystem.js";
import { pathInside } from "./paths.js";

/** @param folder absolute path of one that need not be there */
export function gitRules(disk: FileSystem, folder: string): Known<GitRules> {
  for (let top = folder; ; top = path.dirname(top)) {
    const own = disk.stat(path.join(top, ".git")).ok ? repositoryFolders(disk, top) : null;
    const inside = own === null ? null : pathInside(top, folder);
    if (own !== null && inside !== null) {
      const exclude = path.join(own.shared, "info/exclude");
      const ignores = [
        { folder: "", file: ".git/info/exclude", place: exclude },
        ...foldersOf(inside).map((one) => {
          const file = one === "" ? ".gitignore" : `${one}/.gitignore`;
          return { folder: one, file, place: path.join(top, file) };
        }),
      ].flatMap(({ place, ...ignore }): readonly IgnoreText[] => {
        const text = readGitText(disk, place);
        return text === null || text === "absent" ? [] : [{ ...ignore, text }];
      });
      return known({ folder: inside, ignores, submodules: submodulesIn(disk, top) });
    }
    if (path.dirname(top) === top) return unknown("missing");
  }
}

/** From the top down: `a/b` gives the top, `a` and `a/b`. */
function foldersOf(inside: string): readonly string[] {
  const names = inside === "" ? [] : inside.split("/");
  return ["", ...names.map((_, at) => names.slice(0, at + 1).join("/"))];
}

/** Relative to the top of the repository. */
export function submodulesIn(disk: FileSystem, top: string): readonly string[] {
  const text = readGitText(disk, path.join(top, ".gitmodules"));
  const settings = text === null || text === "absent" ? null : parseGitConfig(text);
  return (settings ?? []).flatMap(({ name, value }) =>
    name === "submodule.path" && value !== null && value !== "" ? [value] : [],
  );
}
