/**
 * Finds a program to start. The search of the system is not left to it: Windows looks beside what is
 * open first, and a path of search may name folders of the very repository that is looked at.
 */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { pathInside } from "./paths.js";

/** Folders in which nothing is started: what is in them may be anybody's. Absolute paths. */
export type Untrusted = readonly string[];

/**
 * The absolute path of a program that `PATH` names; null: there is none. Folders that are not
 * absolute are left out, and those inside the untrusted ones, links resolved.
 */
export function findProgram(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  untrusted: Untrusted,
): string | null {
  // Of a batch file Windows would make words for its shell.
  const fileName = process.platform === "win32" ? `${name}.exe` : name;
  for (const folder of programFolders(env, untrusted)) {
    const file = path.join(folder, fileName);
    if (isProgram(file, untrusted)) return file;
  }
  return null;
}

/** The folders of `PATH` that programs are taken from, in their order. */
export function programFolders(
  env: Readonly<Record<string, string | undefined>>,
  untrusted: Untrusted,
): readonly string[] {
  const named = env["PATH"] ?? env["Path"] ?? "";
  return named
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder) && !isUntrusted(folder, untrusted));
}

function isProgram(file: string, untrusted: Untrusted): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile() && !isUntrusted(realpathSync.native(file), untrusted);
  } catch {
    return false;
  }
}

/** True for what lies in one of these folders, links resolved. */
export function isUntrusted(place: string, untrusted: Untrusted): boolean {
  const places = [place, realPathOf(place)];
  return untrusted.some((folder) =>
    [folder, realPathOf(folder)].some((root) =>
      places.some((one) => pathInside(root, one) !== null),
    ),
  );
}

function realPathOf(place: string): string {
  try {
    return realpathSync.native(place);
  } catch {
    return place;
  }
}
