/**
 * Links from hovers and tooltips: to the glossary, and the offer to look base images up. They are the
 * only commands that a text of ours may run.
 */
import * as vscode from "vscode";
import { requests } from "../../server/src/protocol.js";
import { ask, type Sender } from "./ask.js";
import { glossaryCommand, glossaryLink, glossaryMarkdown } from "./glossaryMarkdown.js";

export const lookUpCommand = "stratacast.lookUpBaseImages";

/**
 * The last part of the hover at a place: links to the glossary and to its entries that the hover
 * speaks of. The hover itself stays untrusted.
 */
export async function linksOf(
  server: Sender,
  document: vscode.TextDocument,
  { line, character }: vscode.Position,
  token: vscode.CancellationToken,
): Promise<vscode.MarkdownString> {
  const params = { uri: document.uri.toString(), position: { line, character } };
  const { terms, offersLookUp } = await ask(server, requests.hoverLinks, params, token)
    // A link to the whole of it is better than no hover.
    .catch(() => ({ terms: [], offersLookUp: false }));
  const links = glossaryMarkdown(vscode.l10n.t("Glossary"), terms);
  return trusted(
    offersLookUp && vscode.workspace.isTrusted ? `${lookUpLink()}\n\n${links}` : links,
  );
}

/** The offer to look up what a base image holds; nothing of a user's is in it. */
function lookUpLink(): string {
  const words = vscode.l10n.t("Look Up Base Images");
  return `[${words}](command:${lookUpCommand})`;
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
  markdown.isTrusted = { enabledCommands: [glossaryCommand, lookUpCommand] };
  return markdown;
}
