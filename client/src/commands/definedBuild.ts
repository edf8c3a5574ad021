/** From a Compose or Bake file to one of the builds that it defines, and to the Dockerfile of that. */
import * as vscode from "vscode";
import { interfaceText } from "../../../server/src/core/text/surfaces.js";
import { type DefinedBuild, requests } from "../../../server/src/protocol.js";
import { fileName } from "../activeDockerfile.js";
import type { LanguageServer } from "../languageClient.js";
import type { RememberedChoices } from "../rememberedChoices.js";
import { useBuild } from "./useBuild.js";

interface Deps {
  readonly server: LanguageServer;
  readonly remembered: RememberedChoices;
}

/**
 * The Compose or Bake file that a command is about; null: it is about none.
 * @param resource the file whose menu was used; the palette names none, and means a Dockerfile
 */
export function definitionsFile(resource: unknown): vscode.Uri | null {
  const isOne =
    resource instanceof vscode.Uri &&
    resource.scheme === "file" &&
    definitionNames.test(fileName(resource));
  return isOne ? resource : null;
}

/** As the manifest has it, whose menus are shown by it. */
const definitionNames = /^(docker-)?compose[\w.-]*\.ya?ml$|^docker-bake[\w.-]*\.(hcl|json)$/i;

/**
 * Asks which build is meant where there are several, takes it from then on, and opens its Dockerfile.
 * @returns undefined: backed out, or there is none
 */
export async function definedBuild(
  { server, remembered }: Deps,
  file: vscode.Uri,
): Promise<vscode.TextDocument | undefined> {
  const builds = (await server.request(requests.definedIn, { uri: file.toString() })) ?? [];
  if (builds.length === 0) {
    tell(vscode.l10n.t("{0} defines no build of a Dockerfile.", fileName(file)));
    return undefined;
  }
  const build = builds.length === 1 ? builds[0] : await pick(builds);
  if (build === undefined) return undefined;
  if (build.dockerfile === null) {
    const at = new vscode.Position(build.line - 1, 0);
    await vscode.window.showTextDocument(file, { selection: new vscode.Range(at, at) });
    tell(vscode.l10n.t("The Dockerfile of {0} stands here: it is not simulated.", build.label));
    return undefined;
  }
  const dockerfile = vscode.Uri.parse(build.dockerfile);
  await useBuild(server, remembered, dockerfile.toString(), build.id);
  try {
    const document = await vscode.workspace.openTextDocument(dockerfile);
    await vscode.window.showTextDocument(document);
    return document;
  } catch {
    tell(vscode.l10n.t("There is no file {0}.", vscode.workspace.asRelativePath(dockerfile)));
    return undefined;
  }
}

async function pick(builds: readonly DefinedBuild[]): Promise<DefinedBuild | undefined> {
  const items = builds.map((build) => ({
    label: build.label,
    description: build.description,
    build,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t("Choose Build"),
    placeHolder: vscode.l10n.t("The build that lenses, hovers and simulations speak of"),
    matchOnDescription: true,
  });
  return picked?.build;
}

function tell(message: string): void {
  void vscode.window.showInformationMessage(interfaceText(message));
}
