/** What can be wrong with the folder of a build context, in words. */
import type { HostError, Result } from "../core/host.js";
import { maxDepth } from "./contextWalk.js";
import type { FileSystem } from "./nodeFileSystem.js";

/** The real path of a context folder. */
export function openRoot(fileSystem: FileSystem, root: string): Result<string> {
  const real = fileSystem.realPath(root);
  if (!real.ok) return failure(contextError(root, real.error));
  const stat = fileSystem.stat(real.value);
  if (!stat.ok) return failure(contextError(root, stat.error));
  if (stat.value.kind === "directory" && isOfKernel(fileSystem, real.value)) {
    return failure({
      code: "ENOTSUP",
      path: root,
      message: `The build context "${root}" is a view of the running system, not a folder of files.`,
    });
  }
  if (stat.value.kind === "directory") return real;
  return failure({
    code: "ENOTDIR",
    path: root,
    message: `The build context "${root}" is a file, not a folder.`,
  });
}

/** There a file has no size and another content at each reading, and a read can do something. */
function isOfKernel({ system }: FileSystem, folder: string): boolean {
  return system === "posix" && /^\/(?:proc|sys)(?:\/|$)/.test(folder);
}

export function contextError(root: string, error: HostError): HostError {
  const reason =
    error.code === "ENOENT"
      ? "does not exist"
      : error.code === "EACCES" || error.code === "EPERM"
        ? "cannot be read: permission denied"
        : error.code === "ELOOP"
          ? "is a loop of symbolic links"
          : `cannot be read: ${error.message}`;
  return { code: error.code, path: root, message: `The build context "${root}" ${reason}.` };
}

export function cancelledError(root: string): HostError {
  return { code: "ECANCELED", path: root, message: "Reading the build context was cancelled." };
}

export function tooManyError(root: string): HostError {
  return {
    code: "E2BIG",
    path: root,
    message: `The build context "${root}" has too many files.`,
  };
}

export function tooDeepError(root: string): HostError {
  return {
    code: "E2DEEP",
    path: root,
    message: `The build context "${root}" has more than ${maxDepth} folders inside each other.`,
  };
}

export function failure<T>(error: HostError): Result<T> {
  return { ok: false, error };
}
