import * as vscode from "vscode";

/** The documents that Stratacast answers for. */
export const dockerfiles: readonly vscode.DocumentFilter[] = [
  { language: "dockerfile", scheme: "file" },
  { language: "dockerfile", scheme: "untitled" },
];

/** Whether Stratacast answers for `document`. */
export function isDockerfile(document: vscode.TextDocument): boolean {
  return vscode.languages.match(dockerfiles, document) > 0;
}
