/**
 * Links from hovers and tooltips: to the glossary, to the layer and to the build context, the offer to
 * look base images up, and the way back from a choice. They are the only commands that a text of ours may run.
 */
import * as vscode from "vscode";
import {
  type HoverLinks,
  noHoverLinks,
  requests,
  revealLayerCommand,
} from "../../server/src/protocol.js";
import { ask, type Sender } from "./ask.js";
import { glossaryCommand, glossaryLink, glossaryMarkdown } from "./glossaryMarkdown.js";

/** VS Code's own, of our view. */
export const showContextCommand = "stratacast.context.focus";

export const resetChoiceCommand = "stratacast.resetChoice";

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
  const links = await ask(server, requests.hoverLinks, params, token)
    // A link to the whole of it is better than no hover.
    .catch(() => noHoverLinks);
  const actions = actionLinks(document.uri, links);
  const glossary = glossaryMarkdown(vscode.l10n.t("Glossary"), links.terms);
  return trusted(actions.length === 0 ? glossary : `${actions.join(" · ")}\n\n${glossary}`);
}

/** Links that do something about the instruction; nothing of a user's can be read in them. */
function actionLinks(
  uri: vscode.Uri,
  { line, takesContext, offersLookUp }: HoverLinks,
): readonly string[] {
  const layer = encodeURIComponent(JSON.stringify([uri.toString(), line]));
  return [
    ...(line === null
      ? []
      : [`[${vscode.l10n.t("Show Layer")}](command:${revealLayerCommand}?${layer})`]),
    ...(takesContext
      ? [`[${vscode.l10n.t("What Is in the Build Context")}](command:${showContextCommand})`]
      : []),
    ...(offersLookUp && vscode.workspace.isTrusted ? [lookUpLink()] : []),
  ];
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

/**
 * The tooltip of the status: what was chosen for Simulate Build, and how it is taken back.
 * @param uri of the Dockerfile
 */
export function withResetLink(text: string, chosen: string, uri: string): vscode.MarkdownString {
  const markdown = trusted("");
  const argument = encodeURIComponent(JSON.stringify([uri]));
  markdown.appendText(`${text}\n\n${vscode.l10n.t("Chosen for Simulate Build: {0}", chosen)} `);
  markdown.appendMarkdown(`[${vscode.l10n.t("Reset")}](command:${resetChoiceCommand}?${argument})`);
  return markdown;
}

function trusted(text: string): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString(text);
  markdown.isTrusted = {
    enabledCommands: [
      glossaryCommand,
      lookUpCommand,
      revealLayerCommand,
      showContextCommand,
      resetChoiceCommand,
    ],
  };
  return markdown;
}
