/** Links from hovers and tooltips to the glossary: the only command that a text of ours may run. */
import * as vscode from "vscode";

export const glossaryCommand = "stratacast.showGlossary";

/** @param term a heading of the glossary in lower case, dashes for blanks; left out: the whole */
export function glossaryLink(term?: string): vscode.MarkdownString {
  const query = term === undefined ? "" : `?${encodeURIComponent(JSON.stringify([term]))}`;
  const link = `[${vscode.l10n.t("Glossary")}](command:${glossaryCommand}${query})`;
  const markdown = new vscode.MarkdownString(link);
  markdown.isTrusted = { enabledCommands: [glossaryCommand] };
  return markdown;
}

/** The same below a text of the server's, in which no other command works. */
export function withGlossaryLink(text: string, term: string): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(`${text}\n\n${glossaryLink(term).value}`);
  markdown.isTrusted = { enabledCommands: [glossaryCommand] };
  return markdown;
}
