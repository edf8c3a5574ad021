/** Plain data of the server → a row as VS Code draws it. */
import * as vscode from "vscode";
import type { LayerNode, PredictionKind } from "../../../server/src/protocol.js";
import { withGlossaryLink } from "../glossary.js";
import type { Row } from "./row.js";

/**
 * @param expanded what the user made of the row; undefined: nothing yet, so as the server says
 */
export function toTreeItem(row: Row, expanded: boolean | undefined): vscode.TreeItem {
  const { node } = row;
  const item = new vscode.TreeItem(node.label, collapsibleState(node, expanded));
  item.id = itemId(row);
  item.description = node.description;
  item.iconPath = icon(node);
  item.accessibilityInformation = { label: node.accessibilityLabel };
  item.contextValue = contextValue(node);
  if (node.resource !== undefined && (node.kind === "file" || node.kind === "folder")) {
    // The file icon theme then draws the row like the Explorer does.
    item.resourceUri = vscode.Uri.parse(node.resource);
  }
  const command = clickCommand(row);
  if (command !== undefined) item.command = command;
  return item;
}

/** Ids are unique in a document; the view shows several documents, one after the other. */
export function itemId(row: Row): string {
  return `${row.uri}#${row.node.id}`;
}

/** The tooltip of a row: Markdown of which nothing is trusted. */
export function toTooltip(node: LayerNode): vscode.MarkdownString | undefined {
  if (node.tooltip === "") return undefined;
  const term = terms[node.kind];
  return term === undefined
    ? new vscode.MarkdownString(node.tooltip)
    : withGlossaryLink(node.tooltip, term);
}

/** The entry of the glossary that explains a kind of row. */
const terms: Partial<Record<LayerNode["kind"], string>> = {
  context: "build-context",
  stage: "stage",
  writable: "writable-layer",
  layer: "layer",
  base: "base-image",
  baseLayer: "layer",
  config: "metadata",
  metadata: "metadata",
  image: "image",
  imageLayer: "layer",
};

function collapsibleState(node: LayerNode, expanded: boolean | undefined) {
  if (node.children === null || node.children.length === 0) {
    return vscode.TreeItemCollapsibleState.None;
  }
  return (expanded ?? node.expanded)
    ? vscode.TreeItemCollapsibleState.Expanded
    : vscode.TreeItemCollapsibleState.Collapsed;
}

/** Words that the `when` clauses of the item menus look for. */
function contextValue(node: LayerNode): string {
  const words: string[] = [node.kind];
  if (node.line !== null) words.push("line");
  if (node.kind === "file" && node.resource !== undefined) words.push("resource");
  if (node.offersLookUp === true) words.push("lookUp");
  return words.join(" ");
}

function clickCommand(row: Row): vscode.Command | undefined {
  if (row.node.kind === "file" && row.node.resource !== undefined) {
    return { command: "stratacast.openContextFile", title: "", arguments: [row, true] };
  }
  if (row.node.imagePlace !== undefined)
    return { command: "stratacast.openImageFile", title: "", arguments: [row, true] };
  if (row.node.line === null) return undefined;
  return { command: "stratacast.revealInstruction", title: "", arguments: [row, true] };
}

/** A layer's icon has both a shape and a colour for its prediction; the other kinds keep their shape. */
function icon(node: LayerNode): vscode.ThemeIcon {
  if (node.kind === "file") return vscode.ThemeIcon.File;
  if (node.kind === "folder" || node.kind === "imageFolder") return vscode.ThemeIcon.Folder;
  if (node.prediction === null) {
    const { kind, state } = node;
    if (state === "differs")
      return new vscode.ThemeIcon(
        kind === "image" ? icons.image : "diff-modified",
        new vscode.ThemeColor("stratacast.layerRebuildsForeground"),
      );
    if (state === "fails")
      return new vscode.ThemeIcon("error", new vscode.ThemeColor("errorForeground"));
    return new vscode.ThemeIcon(
      state !== undefined && (kind === "layer" || kind === "imageFile")
        ? stateIcons[state]
        : icons[kind],
    );
  }
  const color = new vscode.ThemeColor(colors[node.prediction]);
  const shape = node.kind === "layer" ? layerIcons[node.prediction] : icons[node.kind];
  return new vscode.ThemeIcon(shape, color);
}

const icons: Record<Exclude<LayerNode["kind"], "file" | "folder" | "imageFolder">, string> = {
  context: "folder-opened",
  stage: "layers",
  writable: "edit",
  layer: "circle-outline",
  base: "database",
  baseLayer: "circle-small",
  config: "settings-gear",
  metadata: "tag",
  choice: "pinned",
  image: "package",
  imageLayer: "circle-outline",
  imageConfig: "settings-gear",
  imageFile: "circle-small",
};

/**
 * A layer without a prediction: a hollow circle alone says that nothing is known yet. A file of a built
 * image: what its layer does with it.
 */
const stateIcons: Record<Exclude<NonNullable<LayerNode["state"]>, "fails" | "differs">, string> = {
  new: "diff-added",
  notNeeded: "circle-slash",
  added: "diff-added",
  changed: "diff-modified",
  removed: "diff-removed",
};

const layerIcons: Record<PredictionKind, string> = {
  hit: "pass",
  miss: "sync",
  unknown: "question",
};

const colors: Record<PredictionKind, string> = {
  hit: "stratacast.layerCachedForeground",
  miss: "stratacast.layerRebuildsForeground",
  unknown: "stratacast.layerUnknownForeground",
};
