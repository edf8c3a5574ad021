/** The line above the rows of a view. */
import type * as vscode from "vscode";

/** @param message empty: none, so that the welcome of an empty view shows */
export function showMessage<T>(tree: vscode.TreeView<T>, message: string): void {
  if (message !== "") tree.message = message;
  // The typing knows no undefined, the documentation does: it takes the message away.
  else (tree as { message: string | undefined }).message = undefined;
}
