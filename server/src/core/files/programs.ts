/** Whether a stage has the program that a RUN starts. */
import type { RunOperation } from "../instructions/operation.js";
import { cleanPath, isWithin } from "../text/paths.js";
import { type FilesAt, filesOf } from "./filesAt.js";
import { standingAt, strayPuts } from "./standing.js";

/**
 * The program of a RUN, where it is known that the stage has no such thing; null: it is there, or only
 * a build can tell. Source: opencontainers/runc, libcontainer/standard_init_linux.go, which looks for a
 * name without a slash in the directories of PATH.
 */
export function missingProgram(
  { argv, directory, environment, mounts }: RunOperation,
  moment: FilesAt,
): string | null {
  const [program = ""] = argv;
  if (program === "" || !startsEmpty(moment)) return null;
  const files = filesOf(moment);
  const path = environment.get("PATH") ?? "";
  const places = program.includes("/")
    ? [program.startsWith("/") ? program : `${directory}/${program}`]
    : path.split(":").map((folder) => `${folder}/${program}`);
  const isMissing = places.every((place) => {
    const standing = standingAt(files, place);
    const names = [cleanPath(`/${place}`), `/${standing.path}`];
    return (
      standing.what === "nothing" &&
      strayPuts(files, standing.path).length === 0 &&
      !names.some((name) => mounted(mounts).some((target) => isBelow(name, target)))
    );
  });
  return isMissing ? program : null;
}

/** Where a container has something that is not in its image; what is not known of a mount is anywhere. */
function mounted(mounts: RunOperation["mounts"]): readonly string[] {
  const own = mounts.map(({ target, openTarget }) => (openTarget === undefined ? target : "/"));
  return ["/dev", "/proc", "/sys", ...own];
}

function isBelow(path: string, target: string): boolean {
  return isWithin(path.slice(1), cleanPath(`/${target}`).slice(1));
}

/** True where nothing is in the stage but what steps have put there that are known. */
function startsEmpty(moment: FilesAt): boolean {
  let at = moment;
  while (at.kind === "after") at = at.before;
  return at.kind === "folder" || at.origin === null;
}
