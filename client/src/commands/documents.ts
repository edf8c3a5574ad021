/** The commands that open a document about Dockerfiles. */
import * as vscode from "vscode";
import { dockerfileFor, fileName } from "../activeDockerfile.js";
import type { Explanations } from "../documents/explanations.js";
import type { LayerView } from "../layerStack/provider.js";
import type { Row } from "../layerStack/row.js";

/** What each document about a whole Dockerfile is called. */
const titles = {
  explain: (name: string) => vscode.l10n.t("Layers of {0}", name),
  run: (name: string) => vscode.l10n.t("Run of {0}", name),
} as const;

/**
 * "Stratacast: Explain Layers", and "Stratacast: Simulate Run": what docker run does with the image.
 * @param resource see `dockerfileFor`
 */
export async function showDocument(
  view: LayerView,
  explanations: Explanations,
  kind: keyof typeof titles,
  resource: unknown,
): Promise<void> {
  const document = await dockerfileFor(view, resource);
  if (document === undefined) return;
  const editor = vscode.window.visibleTextEditors.find((shown) => shown.document === document);
  const isLong = kind === "explain" && document.lineCount > longFile;
  const place = isLong && editor !== undefined ? { line: editor.selection.active.line + 1 } : {};
  await explanations.show(
    { uri: document.uri.toString(), kind, ...place },
    titles[kind](fileName(document.uri)),
  );
}

/** Lines; a longer file is explained around the cursor. */
const longFile = 300;

/**
 * "Stratacast: Simulate Failure at This Step".
 * @param row the row of the layer tree whose menu was used; anything else: the line of the cursor
 */
export async function simulateFailure(
  view: LayerView,
  explanations: Explanations,
  row: unknown,
): Promise<void> {
  const place = isRow(row) ? { uri: vscode.Uri.parse(row.uri), line: row.node.line } : undefined;
  const document = await dockerfileFor(view, place?.uri);
  const editor = vscode.window.visibleTextEditors.find((shown) => shown.document === document);
  const cursor = editor === undefined ? null : editor.selection.active.line + 1;
  const line = place === undefined ? cursor : place.line;
  if (document === undefined) return;
  const ask = { uri: document.uri.toString(), kind: "failure" } as const;
  const name = fileName(document.uri);
  // Where no line is known the document says how to name one.
  if (line === null) await explanations.show(ask, vscode.l10n.t("Failure in {0}", name));
  else {
    const title = vscode.l10n.t("Failure in line {0} of {1}", line, name);
    await explanations.show({ ...ask, line }, title);
  }
}

/** @param id of an entry of the glossary; anything else: its beginning */
export async function showGlossary(explanations: Explanations, id: unknown): Promise<void> {
  const fragment = typeof id === "string" && /^[a-z-]+$/.test(id) ? id : "";
  await explanations.show({ uri: "", kind: "glossary" }, vscode.l10n.t("Glossary"), fragment);
}

/** "Stratacast: Show Layers Shared in This Workspace". */
export async function sharedLayers(explanations: Explanations): Promise<void> {
  const title = vscode.l10n.t("Layers Shared in This Workspace");
  await explanations.show({ uri: "", kind: "shared" }, title);
}

function isRow(value: unknown): value is Row {
  return typeof value === "object" && value !== null && "node" in value && "uri" in value;
}
