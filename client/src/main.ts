/** The extension: wires the language server, the layer view, the status item and the commands. */
import * as vscode from "vscode";
import {
  chooseBuildCommand,
  notifications,
  putInTerminalCommand,
  revealLayerCommand,
  useBuildCommand,
} from "../../server/src/protocol.js";
import { dockerfileFor } from "./activeDockerfile.js";
import { createBuildGraphs } from "./buildGraph/panel.js";
import { chooseDefinition } from "./commands/chooseDefinition.js";
import { closeImage, compareImage, showHistory } from "./commands/compareImage.js";
import { compareWith } from "./commands/compareWith.js";
import { sharedLayers, showDocument, showGlossary, simulateFailure } from "./commands/documents.js";
import { exportExplanation } from "./commands/exportExplanation.js";
import { findInImage, openImageFile } from "./commands/findInImage.js";
import { fixIgnoreLine } from "./commands/fixIgnoreLine.js";
import { forgetBuilds } from "./commands/forgetBuilds.js";
import { lookUpImages } from "./commands/lookUpImages.js";
import { openContextFile } from "./commands/openContextFile.js";
import { putInTerminal } from "./commands/putInTerminal.js";
import { importBuildLog, recordLastBuild } from "./commands/recordBuild.js";
import { refresh } from "./commands/refresh.js";
import { resetChoice } from "./commands/resetChoice.js";
import { revealInstruction } from "./commands/revealInstruction.js";
import { revealLayer } from "./commands/revealLayer.js";
import { showContext } from "./commands/showContext.js";
import { simulateBuild } from "./commands/simulateBuild.js";
import { useBuild } from "./commands/useBuild.js";
import { setContextKey } from "./contextKeys.js";
import { createContextView } from "./contextTree/provider.js";
import { tellCursor } from "./cursor.js";
import { isDockerfile } from "./dockerfiles.js";
import { createExplanations } from "./documents/explanations.js";
import { provideImageFiles } from "./documents/imageFiles.js";
import { lookUpCommand, resetChoiceCommand } from "./glossary.js";
import { glossaryCommand } from "./glossaryMarkdown.js";
import { createGutterMarks } from "./gutterMarks.js";
import { createLanguageServer, type LanguageServer } from "./languageClient.js";
import { createLayerView, layerViewId } from "./layerStack/provider.js";
import { createRememberedChoices, type RememberedChoices } from "./rememberedChoices.js";
import { createShownImages } from "./shownImages.js";
import { createSimulationLog } from "./simulationLog.js";
import { createStatusItem } from "./statusItem.js";
import { recordTerminalBuilds } from "./terminalBuilds.js";

export function activate(context: vscode.ExtensionContext): void {
  const server = createLanguageServer(context);
  const log = createSimulationLog();
  const remembered = createRememberedChoices(context.workspaceState);
  const view = createLayerView(server, remembered);
  const contextView = createContextView(server, view);
  const deps = { server, view, log, remembered };
  const explanations = createExplanations(server);
  const graphs = createBuildGraphs(context, server);
  const shownImages = createShownImages(server);
  const images = { server, view, explanations, images: shownImages };

  const commands: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
    "stratacast.simulateBuild": (resource) => simulateBuild(deps, resource),
    "stratacast.changeChoice": () => simulateBuild(deps, undefined, "ask"),
    [resetChoiceCommand]: (uri) => resetChoice(deps, uri),
    "stratacast.showContext": (resource) => showContext(view, resource),
    "stratacast.compareWith": (resource) => compareWith(deps, resource),
    "stratacast.compareImage": (resource) => compareImage(images, resource),
    "stratacast.closeImage": () => closeImage(images),
    "stratacast.findInImage": () => findInImage(images),
    "stratacast.showHistory": (resource) => showHistory(images, resource),
    "stratacast.recordLastBuild": (resource) => recordLastBuild(deps, resource),
    "stratacast.importBuildLog": (resource) => importBuildLog(deps, resource),
    [lookUpCommand]: (resource) => lookUpImages(deps, resource),
    "stratacast.forgetBuilds": () => forgetBuilds(server),
    "stratacast.showLayers": () => vscode.commands.executeCommand(`${layerViewId}.focus`),
    "stratacast.explainLayers": (resource) => showDocument(view, explanations, "explain", resource),
    "stratacast.exportExplanation": (resource) => exportExplanation(server, view, resource),
    "stratacast.simulateRun": (resource) => showDocument(view, explanations, "run", resource),
    "stratacast.simulateFailure": (row) => simulateFailure(view, explanations, row),
    "stratacast.sharedLayers": () => sharedLayers(explanations),
    [glossaryCommand]: (id) => showGlossary(explanations, id),
    "stratacast.showBuildGraph": async (resource) => {
      const document = await dockerfileFor(view, resource);
      if (document !== undefined) graphs.show(document.uri);
    },
    "stratacast.refresh": () => refresh(server, view),
    "stratacast.showLog": () => log.show(),
    "stratacast.showServerOutput": () => server.output.show(true),
    "stratacast.restartServer": () => server.restart(),
    [chooseBuildCommand]: (resource) => chooseDefinition(deps, resource),
    [useBuildCommand]: (uri, build) => useBuild(server, remembered, uri, build),
    [putInTerminalCommand]: putInTerminal,
    [revealLayerCommand]: (uri, line) => revealLayer(view, uri, line),
    // Only rows of our own trees carry these, so their first argument is a row.
    "stratacast.revealInstruction": (row, focus) => revealInstruction(row as never, focus),
    "stratacast.fixIgnoreLine": (row) => fixIgnoreLine(row as never),
    "stratacast.openImageFile": (row, focus) => openImageFile(shownImages, row as never, focus),
    "stratacast.openContextFile": (row, focus) => openContextFile(row as never, focus),
  };
  context.subscriptions.push(
    view,
    contextView,
    log,
    explanations,
    shownImages,
    provideImageFiles(server),
    graphs,
    createStatusItem(server, remembered),
    createGutterMarks(context, server),
    followDocuments(server, remembered),
    tellCursor(server),
    recordTerminalBuilds(server),
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)),
    // Last: everything above may still want to say something to it.
    server,
  );
  setContextKey("active", true);
}

/** Starts the server with the first Dockerfile and tells it what was chosen for each one. */
function followDocuments(server: LanguageServer, remembered: RememberedChoices): vscode.Disposable {
  const tellChoice = (document: vscode.TextDocument) => {
    const choice = isDockerfile(document) ? remembered.get(document.uri) : undefined;
    if (choice === undefined) return;
    server.notify(notifications.buildChoice, { uri: document.uri.toString(), ...choice });
  };
  const startFor = (document: vscode.TextDocument) => {
    if (!isDockerfile(document)) return;
    if (server.state === "running") tellChoice(document);
    else void server.start();
  };
  vscode.workspace.textDocuments.forEach(startFor);
  return vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(startFor),
    // Also after a restart: the new process knows nothing of the old one's.
    server.onDidChangeState((state) => {
      if (state === "running") vscode.workspace.textDocuments.forEach(tellChoice);
    }),
  );
}
