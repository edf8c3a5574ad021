/**
 * Slash-separated paths as Go's `path` package handles them, and Go's idea of order and blanks.
 * Inside the core a path is relative to its tree's root, without a leading slash; "" is the root.
 */

/** Go's `path.Clean`: no `.`, no inner `..`, no doubled or trailing slash; "" becomes ".". */
export function cleanPath(path: string): string {
  if (isClean(path)) return path;
  const rooted = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts[parts.length - 1] !== "..") parts.pop();
    else if (!rooted) parts.push(part);
  }
  const joined = parts.join("/");
  if (rooted) return `/${joined}`;
  return joined === "" ? "." : joined;
}

/** The last path that was looked at and is clean: in a deep directory it is asked for line by line. */
let lastClean = "a";

/** True for most paths: no part of them is empty, `.` or `..`. */
function isClean(path: string): boolean {
  if (path === lastClean) return true;
  if (path !== "" && isBelow(lastClean, path)) return true;
  // Below a path that is clean only the rest is looked at.
  const isWhole = hasCleanParts(isBelow(path, lastClean) ? path.slice(lastClean.length) : path);
  if (isWhole) lastClean = path;
  return isWhole;
}

/** True where a slash comes right behind the other path. */
function isBelow(path: string, other: string): boolean {
  return path.charCodeAt(other.length) === slash && path.startsWith(other);
}

const slash = 0x2f;

function hasCleanParts(path: string): boolean {
  if (path === "" || path.endsWith("/")) return false;
  // Long paths come again and again, and no expression is as quick.
  if (!path.startsWith(".") && !path.includes("/.") && !path.includes("//")) return true;
  return !/(?:^|\/)\.{0,2}(?:\/|$)/.test(path.startsWith("/") ? path.slice(1) : path);
}

/** The path below the root that `path` names when the root is also its `/`: `../a`, `/a` and `./a` give `a`. */
export function pathInRoot(path: string): string {
  return cleanPath(`/${path}`).slice(1);
}

/** True for a path of more names than that. @param path clean */
export function isDeeper(path: string, most: number): boolean {
  let count = path === "" || path === "/" ? 0 : 1;
  for (let at = path.indexOf("/", 1); at >= 0 && count <= most; at = path.indexOf("/", at + 1))
    count++;
  return count > most;
}

/** Joins two relative paths of which either may be "" (the root). */
export function joinPath(parent: string, child: string): string {
  if (parent === "") return child;
  return child === "" ? parent : `${parent}/${child}`;
}

/** The last element; "" for the root. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Go's `path.Base` of a clean path that is not "": the last element; "/" for the root. */
export function goBaseName(path: string): string {
  return path === "/" ? "/" : baseName(path);
}

/** Everything before the last element; "" for a name at the root and for the root itself. */
export function parentPath(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** True for `directory` itself and everything below it. */
export function isWithin(path: string, directory: string): boolean {
  return (
    directory === "" ||
    (path.startsWith(directory) &&
      (path.length === directory.length || path.charCodeAt(directory.length) === 0x2f))
  );
}

/**
 * Orders strings by their UTF-8 bytes, as Go and the file systems do. JavaScript's own order
 * differs where one side has a character outside the basic plane.
 */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates stand for code points above every other code unit.
    const xHigh = x >= 0xd800 && x <= 0xdfff;
    const yHigh = y >= 0xd800 && y <= 0xdfff;
    if (xHigh !== yHigh) return xHigh ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

/** Go's `strings.TrimSpace`; unlike JavaScript's `trim` it keeps U+FEFF and drops U+0085. */
export function trimSpace(text: string): string {
  return text.replace(LEADING_SPACE, "").replace(TRAILING_SPACE, "");
}

const SPACE = "[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const LEADING_SPACE = new RegExp(`^${SPACE}+`, "u");
// The look-behind keeps the search linear: a run of blanks is only tried from its first one.
const TRAILING_SPACE = new RegExp(`(?<!${SPACE})${SPACE}+$`, "u");
