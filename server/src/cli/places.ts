/** The paths among a command's words. */
import { statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { HostError } from "../core/host.js";
import { hostError } from "../host/errors.js";
import { nodeFileSystem } from "../host/nodeFileSystem.js";
import type { CliIo } from "./command.js";
import { FileForFolder, UsageError } from "./usageError.js";

/** The absolute path of a folder of this machine. Errors: `UsageError`. */
export function readFolder(text: string, cwd: string): string {
  if (text === "-" || /^(?:https?|git|ssh):\/\//.test(text)) {
    throw new UsageError(`${text}: a context must be a folder on this machine`);
  }
  const context = path.resolve(cwd, text);
  try {
    if (statSync(context).isDirectory()) return context;
  } catch (error) {
    throw new UsageError(`${text}: ${reasonOf(error, "no such folder")}`);
  }
  throw new FileForFolder(text);
}

/** Why a path cannot be read, in a few words. */
function reasonOf(error: unknown, absent: string): string {
  return reasonIn(hostError(error, ""), absent);
}

/** The same of a failure that is a value. */
export function reasonIn({ code, message }: HostError, absent: string): string {
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return absent;
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "EISDIR":
      return "is a folder";
    case "EINVAL":
    case "ENXIO":
      return "not a regular file";
    case "ELOOP":
      return "is a loop of symbolic links";
    default:
      return message.split("\n")[0] ?? code;
  }
}

export const stateFlag = {
  state: { value: "DIR", offers: "folders", about: "where builds are kept" },
} as const;

/** `Dockerfile`, or `dockerfile` where only that is there, as both builders do. */
export function defaultDockerfile(context: string): string {
  const usual = path.join(context, "Dockerfile");
  const lower = path.join(context, "dockerfile");
  return !isThere(usual) && isThere(lower) ? lower : usual;
}

function isThere(file: string): boolean {
  const stat = nodeFileSystem().stat(file);
  // What cannot be looked at is there: reading it says why.
  return stat.ok || stat.error.code !== "ENOENT";
}

export function stateFolder(given: string | undefined, { cwd, env }: CliIo): string {
  return given === undefined ? defaultState(env) : path.resolve(cwd, given);
}

/** Builds that the command line keeps are the user's, not the project's. */
export function defaultState(env: NodeJS.ProcessEnv): string {
  const base =
    process.platform === "win32"
      ? (env["LOCALAPPDATA"] ?? path.join(os.homedir(), "AppData", "Local"))
      : (env["XDG_STATE_HOME"] ?? path.join(os.homedir(), ".local", "state"));
  return path.join(base, "stratacast");
}
