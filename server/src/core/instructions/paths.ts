/** Paths inside an image. Source: BuildKit, util/system/path.go. */
import { deepestDirectory } from "../syntax/limits.js";
import { cleanPath, isDeeper } from "../text/paths.js";

/** Joins with `/` and cleans, as Go's `path.Join`; empty parts are left out. */
export function joinPaths(...parts: readonly string[]): string {
  return cleanPath(parts.filter((part) => part !== "").join("/"));
}

/**
 * A source of COPY --parents: what is copied from, and the pattern of what is taken below it, both
 * absolute and clean. Source: BuildKit, dockerfile2llb/convert_copy.go `dispatchCopy`.
 */
export function parentsSource(text: string): { readonly root: string; readonly pattern: string } {
  const pivot = text.indexOf("/./");
  return pivot < 0
    ? { root: "/", pattern: cleanPath(`/${text}`) }
    : {
        root: cleanPath(`/${text.slice(0, pivot)}`),
        pattern: cleanPath(`/${text.slice(pivot + 3)}`),
      };
}

/** Clean, and below the root whether or not it says so, as Go's `path.Join("/", path)`. */
export function absolutePath(path: string): string {
  return cleanPath(path.startsWith("/") ? path : `/${path}`);
}

/** A WORKDIR's new directory. An absolute path stays as typed: BuildKit `NormalizeWorkdir`. */
export function resolveDirectory(current: string, path: string): string {
  if (path.startsWith("/")) return path;
  const parent = current.startsWith("/") ? current : absolutePath(current);
  return path === "" ? parent : joinPaths(parent, path);
}

/**
 * A COPY's destination: absolute and clean, but a trailing slash or `/.` stays, for it makes it a
 * directory. Source: BuildKit, client/llb/fileop.go `normalizePath`.
 */
export function resolveDestination(directory: string, path: string): string {
  const typed = path === "" || path === "." ? "./" : path;
  const cleaned = cleanPath(resolveDirectory(directory, typed));
  if (typed.endsWith("/") && !cleaned.endsWith("/")) return `${cleaned}/`;
  if (typed.endsWith("/.")) return cleaned === "/" ? "/." : `${cleaned}/.`;
  return cleaned;
}

/** True where a path leads deeper than is followed, and the directory that it starts from does not. */
export function leadsTooDeep(directory: string, path: string): boolean {
  return isDeeper(path, deepestDirectory) && !isDeeper(directory, deepestDirectory);
}
