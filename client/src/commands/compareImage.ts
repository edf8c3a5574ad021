/** "Stratacast: Compare with Built Image…": an image beside the lines that made it, or what grew since another one. */
import * as vscode from "vscode";
import { interfaceText } from "../../../server/src/core/text/surfaces.js";
import { requests } from "../../../server/src/protocol.js";
import { dockerfileFor, fileName } from "../activeDockerfile.js";
import type { Explanations } from "../documents/explanations.js";
import type { LanguageServer } from "../languageClient.js";
import type { LayerView } from "../layerStack/provider.js";
import { readSettings, writeResolve } from "../settings.js";
import type { ShownImages } from "../shownImages.js";
import { chooseWhere } from "./lookUpImages.js";

export interface CompareImageDeps {
  readonly server: LanguageServer;
  readonly view: LayerView;
  readonly explanations: Explanations;
  readonly images: ShownImages;
}

/** @param resource the file whose menu was used; anything else means the Dockerfile in view */
export async function compareImage(deps: CompareImageDeps, resource?: unknown): Promise<void> {
  const document = await dockerfileFor(deps.view, resource);
  if (document === undefined) return;
  const uri = document.uri.toString();
  const now = deps.images.of(uri);
  const title = vscode.l10n.t("Compare with Built Image");
  const picked = await chooseImage(deps.server, document.uri, { title, now });
  if (picked === undefined) return;
  if (picked === grown) await showGrown(deps, document.uri, now ?? "");
  else if (await take(deps.images, uri, picked)) await showHistory(deps, document.uri);
}

/** Shows no image beside the Dockerfile any more. */
export async function closeImage({ images, view }: CompareImageDeps): Promise<void> {
  const document = await dockerfileFor(view, undefined);
  if (document !== undefined) await images.close(document.uri.toString());
}

/** "Stratacast: Show Image History": of the image that is shown, else of the one that the Dockerfile makes. */
export async function showHistory(
  { view, explanations }: Pick<CompareImageDeps, "view" | "explanations">,
  resource?: unknown,
): Promise<void> {
  const document = await dockerfileFor(view, resource);
  if (document === undefined) return;
  const title = vscode.l10n.t("Image of {0}", fileName(document.uri));
  await explanations.show({ uri: document.uri.toString(), kind: "built" }, title);
}

/** True once it is shown. */
async function take(images: ShownImages, uri: string, image: string): Promise<boolean> {
  const result = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t("Reading the image…") },
    () => images.show(uri, image),
  );
  if (result === undefined) return false;
  if (result.outcome !== "compared") {
    void vscode.window.showErrorMessage(result.message);
    return false;
  }
  void vscode.window.showInformationMessage(result.message);
  return true;
}

async function showGrown(deps: CompareImageDeps, uri: vscode.Uri, after: string): Promise<void> {
  const title = vscode.l10n.t("What Grew Since");
  const before = await chooseImage(deps.server, uri, { title, now: undefined });
  if (before === undefined) return;
  const about = { uri: uri.toString(), kind: "grown", before, after } as const;
  await deps.explanations.show(about, vscode.l10n.t("Growth of {0}", fileName(uri)));
  const copy = vscode.l10n.t("Copy as Markdown");
  const message = vscode.l10n.t("What grew can go into a pull request.");
  if ((await vscode.window.showInformationMessage(message, copy)) !== copy) return;
  const text = await deps.server.request(requests.grownImage, about);
  if (text !== undefined) await vscode.env.clipboard.writeText(text);
}

/** Not an image: what grew since another one. */
const grown = "";

interface ImageItem extends vscode.QuickPickItem {
  /** Gives the image as the server is asked for it; undefined: backed out. */
  choose?(): string | Promise<string | undefined>;
}

interface Choosing {
  readonly title: string;
  /** What is shown; undefined: nothing, or it does not matter. */
  readonly now: string | undefined;
}

/** @returns undefined: backed out */
async function chooseImage(
  server: LanguageServer,
  uri: vscode.Uri,
  choosing: Choosing,
): Promise<string | undefined> {
  const items = imageItems(server, uri, choosing);
  const picked = await vscode.window.showQuickPick(items, {
    title: choosing.title,
    placeHolder: vscode.l10n.t("An image that was built: nothing of it is run or unpacked"),
    matchOnDescription: true,
  });
  return picked?.choose?.();
}

async function imageItems(
  server: LanguageServer,
  uri: vscode.Uri,
  choosing: Choosing,
): Promise<ImageItem[]> {
  const items: ImageItem[] = [];
  if (choosing.now !== undefined)
    items.push({
      label: `$(graph-line) ${vscode.l10n.t("What grew since another image…")}`,
      detail: vscode.l10n.t("By layer and line, as Markdown for a pull request."),
      choose: () => grown,
    });
  items.push({
    label: `$(file-zip) ${vscode.l10n.t("An archive or a layout…")}`,
    detail: vscode.l10n.t(
      "What docker save wrote, an OCI archive, or the index.json of an OCI layout.",
    ),
    choose: () => chooseFile(uri),
  });
  if (!vscode.workspace.isTrusted) return items;
  switch (readSettings(uri).resolve) {
    case "engine":
      return [...items, ...(await engineItems(server))];
    case "registry":
      items.push({
        label: `$(cloud) ${vscode.l10n.t("An image in a registry…")}`,
        detail: vscode.l10n.t("Its manifest and its config are asked for."),
        choose: chooseReference,
      });
      return items;
    default:
      items.push({
        label: `$(plug) ${vscode.l10n.t("Ask the Docker engine or a registry…")}`,
        detail: vscode.l10n.t(
          "Nobody is asked until you say where: the setting stratacast.resolve.",
        ),
        async choose() {
          const where = await chooseWhere();
          if (where === undefined) return undefined;
          await writeResolve(where);
          return chooseImage(server, uri, choosing);
        },
      });
      return items;
  }
}

async function engineItems(server: LanguageServer): Promise<ImageItem[]> {
  const found = await server.request(requests.engineImages, undefined);
  const label = vscode.l10n.t("Images of the Docker engine");
  const head: ImageItem = { label, kind: vscode.QuickPickItemKind.Separator };
  if (found === undefined) return [];
  if (found.problem !== "") return [head, { label: `$(warning) ${found.problem}` }];
  return [
    head,
    ...found.images.map(({ reference, description }): ImageItem => {
      const choose = () => `engine:${reference}`;
      return { label: interfaceText(reference), description, choose };
    }),
  ];
}

/** Of a layout its folder is meant. */
async function chooseFile(uri: vscode.Uri): Promise<string | undefined> {
  const folder = uri.scheme === "file" ? { defaultUri: vscode.Uri.joinPath(uri, "..") } : {};
  const [file] =
    (await vscode.window.showOpenDialog({
      title: vscode.l10n.t("Compare with Built Image"),
      openLabel: vscode.l10n.t("Compare"),
      ...folder,
    })) ?? [];
  if (file === undefined) return undefined;
  const isLayout = /\/(?:index\.json|oci-layout)$/.test(file.path);
  return (isLayout ? vscode.Uri.joinPath(file, "..") : file).fsPath;
}

async function chooseReference(): Promise<string | undefined> {
  const reference = await vscode.window.showInputBox({
    title: vscode.l10n.t("Compare with Built Image"),
    prompt: vscode.l10n.t("The name of an image, as docker pull takes it"),
    validateInput: (text) =>
      text.trim() === "" ? vscode.l10n.t("Type the name of an image.") : undefined,
  });
  return reference === undefined ? undefined : `registry:${reference.trim()}`;
}
