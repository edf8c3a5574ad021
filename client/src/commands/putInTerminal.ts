/** Writes a command into a terminal, for the user to read and to run. */
import * as vscode from "vscode";

/**
 * @param line for a shell
 * @param folder where the shell stands: an absolute path
 */
export function putInTerminal(line: unknown, folder: unknown): void {
  if (typeof line !== "string" || /[\r\n]/.test(line)) return;
  const cwd = typeof folder === "string" && folder !== "" ? { cwd: folder } : {};
  const terminal = vscode.window.createTerminal({ name: "Stratacast", ...cwd });
  terminal.show();
  terminal.sendText(line, false);
}
