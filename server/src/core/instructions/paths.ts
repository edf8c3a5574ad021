/** Paths inside an image, with Go's `path.Clean` rules. Source: BuildKit, util/system/path.go. */

/** The shortest equal path: no `.`, no `//`, `..` resolved, no trailing slash. Empty gives `.`. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && kept.length > 0 && kept[kept.length - 1] !== "..") kept.pop();
    else if (part !== ".." || !rooted) kept.push(part);
  }
  return (rooted ? "/" : "") + kept.join("/") || (rooted ? "/" : ".");
}

/** Joins with `/` and cleans, as Go's `path.Join`; empty parts are left out. */
export function joinPaths(...parts: readonly string[]): string {
  return cleanPath(parts.filter((part) => part !== "").join("/"));
}

/** A WORKDIR's new directory. An absolute path stays as typed: BuildKit `NormalizeWorkdir`. */
export function resolveDirectory(current: string, path: string): string {
  if (path.startsWith("/")) return path;
  const parent = current.startsWith("/") ? current : joinPaths("/", current);
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
