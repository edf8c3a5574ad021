/** "Stratacast: Find in Image…", and the way from a row of the layer tree to the file. */
import * as vscode from "vscode";
import { type ImagePlace, requests } from "../../../server/src/protocol.js";
import { dockerfileFor } from "../activeDockerfile.js";
import { debounce } from "../debounce.js";
import { showImageFile } from "../documents/imageFiles.js";
import type { LanguageServer } from "../languageClient.js";
import type { LayerView } from "../layerStack/provider.js";
import type { Row } from "../layerStack/row.js";
import type { ShownImages } from "../shownImages.js";

export interface FindInImageDeps {
  readonly server: LanguageServer;
  readonly view: LayerView;
  readonly images: ShownImages;
}

/** A layer that does something with a file. */
interface FoundItem extends vscode.QuickPickItem {
  readonly place: ImagePlace | null;
}

export async function findInImage({ server, view, images }: FindInImageDeps): Promise<void> {
  const uri = (await dockerfileFor(view, undefined))?.uri.toString();
  if (uri === undefined) return;
  const picker = vscode.window.createQuickPick<FoundItem>();
  picker.title = vscode.l10n.t("Find in {0}", imageName(images, uri));
  picker.placeholder = vscode.l10n.t(
    "A part of the path of a file: each layer that has it is listed",
  );
  // A later text is answered by a later question.
  let asked = 0;
  const find = async () => {
    const question = ++asked;
    picker.busy = true;
    const ask = { uri, text: picker.value };
    const found = await server.request(requests.findInImage, ask).catch(() => undefined);
    if (question !== asked) return;
    picker.busy = false;
    const rows = (found?.rows ?? []).map((row): FoundItem => ({ ...row, alwaysShow: true }));
    const problem = found?.problem ?? "";
    picker.items = problem === "" ? rows : [{ label: problem, place: null, alwaysShow: true }];
  };
  const findSoon = debounce(120, () => void find());
  const subscriptions = vscode.Disposable.from(
    picker,
    findSoon,
    picker.onDidChangeValue(() => findSoon.call()),
    picker.onDidAccept(() => {
      const place = picker.selectedItems[0]?.place ?? null;
      if (place === null) return;
      picker.hide();
      void showImageFile(imageName(images, uri), { uri, ...place }, false);
    }),
    picker.onDidHide(() => {
      asked++;
      subscriptions.dispose();
    }),
  );
  picker.show();
  await find();
}

/**
 * @param row of a file in the built image
 * @param preserveFocus true after a click
 */
export async function openImageFile(
  images: ShownImages,
  row?: Row,
  preserveFocus?: unknown,
): Promise<void> {
  const place = row?.node.imagePlace;
  if (row === undefined || place === undefined) return;
  const file = { uri: row.uri, ...place };
  await showImageFile(imageName(images, row.uri), file, preserveFocus === true);
}

/** The end of the words that it was asked for by. */
function imageName(images: ShownImages, uri: string): string {
  const asked = images.of(uri) ?? "";
  return (
    asked
      .replace(/^(?:engine|registry):/, "")
      .split(/[/\\]/)
      .at(-1) ?? asked
  );
}
