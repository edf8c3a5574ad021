/** Node's errors as values. */
import type { HostError } from "../core/host.js";

/** True where nothing is at a path, or something on the way is no folder. */
export function isAbsent({ code }: Pick<HostError, "code">): boolean {
  return code === "ENOENT" || code === "ENOTDIR";
}

export function hostError(error: unknown, path: string): HostError {
  const code = (error as NodeJS.ErrnoException | null)?.code; // any thrown value may have one
  return {
    code: typeof code === "string" ? code : "UNKNOWN",
    message: error instanceof Error ? error.message : String(error),
    path,
  };
}
