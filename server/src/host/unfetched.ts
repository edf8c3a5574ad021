/**
 * What a checkout has in the place of files that are fetched apart: empty folders of submodules, pointers of
 * Git LFS. Texts alone are read: nothing is asked of git. Which files are kept in LFS is told by the
 * attributes at the top of the repository and in the folders from there to the context.
 */
import path from "node:path";
import type { Unfetched } from "../core/context/unfetched.js";
import { type Known, known, unknown } from "../core/host.js";
import { lfsRules } from "./gitAttributes.js";
import { readGitText } from "./gitConfig.js";
import { lfsPointer, maxPointer } from "./gitConversion.js";
import type { GitReader } from "./gitReader.js";
import { repositoryFolders } from "./gitRepository.js";
import { submodulesIn } from "./gitRules.js";
import { type FileSystem, readRegularFile } from "./nodeFileSystem.js";
import { pathInside } from "./paths.js";
import { createSlices, type Slices } from "./slices.js";

/** So many files are looked at. */
const mostFiles = 20_000;

/** @param folder absolute path */
export async function unfetched(
  disk: FileSystem,
  git: Pick<GitReader, "tracked">,
  folder: string,
): Promise<Known<Unfetched>> {
  const real = disk.realPath(folder);
  if (!real.ok) return unknown("missing");
  for (let top = real.value; ; top = path.dirname(top)) {
    const own = disk.stat(path.join(top, ".git")).ok ? repositoryFolders(disk, top) : null;
    if (own !== null) {
      const place: Place = { disk, top, folder: real.value };
      const attributes = path.join(own.shared, "info/attributes");
      const pointers = await pointersIn(place, attributes, git, createSlices(undefined));
      return known({ submodules: emptySubmodules(place), pointers });
    }
    if (path.dirname(top) === top) return unknown("missing");
  }
}

interface Place {
  readonly disk: FileSystem;
  /** Absolute path of the top of the repository. */
  readonly top: string;
  /** Absolute path, links resolved. */
  readonly folder: string;
}

function emptySubmodules({ disk, top, folder }: Place): readonly string[] {
  return submodulesIn(disk, top).flatMap((name) => {
    const place = path.join(top, name);
    const inside = pathInside(folder, place);
    if (inside === null || inside === "" || !disk.stat(place).ok) return [];
    const names = disk.list(place);
    return names.ok && names.value.length === 0 ? [inside] : [];
  });
}

async function pointersIn(
  { disk, top, folder }: Place,
  attributes: string,
  git: Pick<GitReader, "tracked">,
  slices: Slices,
): Promise<readonly string[]> {
  const way = (pathInside(top, folder) ?? "").split("/").filter((name) => name !== "");
  const texts = [
    { file: attributes, below: way.length },
    ...["", ...way].map((_, depth) => {
      const names = way.slice(0, depth);
      return { file: path.join(top, ...names, ".gitattributes"), below: way.length - depth };
    }),
  ];
  const rules = texts.flatMap(({ file, below }) => {
    const text = readGitText(disk, file);
    if (text === null || text === "absent") return [];
    const prefix = below === 0 ? "" : `${way.slice(way.length - below).join("/")}/`;
    return lfsRules(text).map(
      ({ mayMatch }) =>
        (inside: string) =>
          mayMatch(prefix + inside),
    );
  });
  if (rules.length === 0) return [];
  const tracked = (await git.tracked(folder, slices)) ?? new Map<string, never>();
  const files = [...tracked].flatMap(([inFolder, names]) =>
    [...names.keys()].map((name) => (inFolder === "" ? name : `${inFolder}/${name}`)),
  );
  const pointers: string[] = [];
  for (const [at, file] of files
    .filter((inside) => rules.some((mayMatch) => mayMatch(inside)))
    .slice(0, mostFiles)
    .entries()) {
    if (at % 256 === 255) await slices.next();
    if (isPointer(disk, folder, file)) pointers.push(file);
  }
  return pointers;
}

function isPointer(disk: FileSystem, folder: string, inside: string): boolean {
  const place = path.join(folder, inside);
  const stat = disk.stat(place);
  if (!stat.ok || stat.value.kind !== "file" || stat.value.size > maxPointer) return false;
  const real = disk.realPath(place);
  if (!real.ok || pathInside(folder, real.value) === null) return false;
  const bytes = readRegularFile(disk, real.value, maxPointer);
  return bytes.ok && lfsPointer(bytes.value) !== null;
}
