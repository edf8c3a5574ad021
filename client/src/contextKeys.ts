/** The keys that `when` clauses of the manifest ask for. */
import * as vscode from "vscode";

export type ContextKey =
  /** The extension runs. */
  | "active"
  /** The layer view has a Dockerfile to show. */
  | "hasDockerfile"
  /** The layer view waits for its first answer. */
  | "computing"
  /** The server was given up. */
  | "failed"
  /** A simulated build is going on. */
  | "simulating";

export function setContextKey(key: ContextKey, value: boolean): void {
  void vscode.commands.executeCommand("setContext", `stratacast.${key}`, value);
}
