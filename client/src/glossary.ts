/** Links from hovers and tooltips to the glossary: the only command that a text of ours may run. */
import * as vscode from "vscode";
import { requests } from "../../server/src/protocol.js";
import { ask, type Sender } from "./ask.js";
import { glossaryCommand, glossaryLink, glossaryMarkdown } from "./glossaryMarkdown.js";

/**
 * The last part of the hover at a place: links to the glossary and to its entries that the hover
 * speaks of. The hover itself stays untrusted.
 */
export async function glossaryOf(
  server: Sender,
  document: vscode.TextDocument,
  { line, character }: vscode.Position,
  token: vscode.CancellationToken,
): Promise<vscode.MarkdownString> {
  const params = { uri: document.uri.toString(), position: { line, character } };
  const terms = await ask(server, requests.glossaryTerms, params, token)
    // A link to the whole of it is better than no hover.
    .catch(() => []);
  return trusted(glossaryMarkdown(vscode.l10n.t("Glossary"), terms));
}

/**
 * A text of the server's with a link to the glossary below, in which no other command works.
 * @param id of the entry that the link leads to
 */
export function withGlossaryLink(text: string, id: string): vscode.MarkdownString {
  return trusted(`${text}\n\n${glossaryLink(vscode.l10n.t("Glossary"), id)}`);
}

function trusted(text: string): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(text);
  markdown.isTrusted = { enabledCommands: [glossaryCommand] };
  return markdown;
}
