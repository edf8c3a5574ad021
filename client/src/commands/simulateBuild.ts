/**
 * "Stratacast: Simulate Build": asks the first time, runs, logs, sums up. Nothing of the Dockerfile is
 * executed.
 */
import * as vscode from "vscode";
import { interfaceText } from "../../../server/src/core/text/surfaces.js";
import {
  notifications,
  requests,
  type SimulateParams,
  type SimulateResult,
} from "../../../server/src/protocol.js";
import { dockerfileFor } from "../activeDockerfile.js";
import { setContextKey } from "../contextKeys.js";
import { isDockerfile } from "../dockerfiles.js";
import type { LanguageServer } from "../languageClient.js";
import type { LayerView } from "../layerStack/provider.js";
import type { WorkProgress } from "../protocolClient.js";
import type { Choice, RememberedChoices } from "../rememberedChoices.js";
import { readSettings } from "../settings.js";
import type { SimulationLog } from "../simulationLog.js";
import { chooseBuild } from "./chooseBuild.js";
import { definedBuild, definitionsFile } from "./definedBuild.js";

export interface SimulateBuildDeps {
  readonly server: LanguageServer;
  readonly view: LayerView;
  readonly log: SimulationLog;
  readonly remembered: RememberedChoices;
}

/**
 * @param resource the file whose menu was used: a Dockerfile, or one that defines builds; anything
 *   else means the active Dockerfile, else the one that the layer view shows
 * @param mode `ask`: for target and arguments, also when they were chosen before
 */
export async function simulateBuild(
  deps: SimulateBuildDeps,
  resource?: unknown,
  mode: "once" | "ask" = "once",
): Promise<void> {
  const definitions = definitionsFile(resource);
  const document =
    definitions === null
      ? await documentFor(deps.view, resource)
      : await definedBuild(deps, definitions);
  if (document === undefined) return;
  setContextKey("simulating", true);
  try {
    const choice = await askForChoice(deps, document.uri, mode);
    if (choice === undefined) return;
    await deps.remembered.set(document.uri, choice);
    const uri = document.uri.toString();
    deps.server.notify(notifications.buildChoice, { uri, ...choice });
    const result = await runWithProgress(deps.server, document.uri, choice);
    if (result !== undefined) tell(deps.log, result);
  } catch (error) {
    // The user's own cancelling is no news to the user.
    if (error instanceof vscode.CancellationError) return;
    deps.server.output.error(error instanceof Error ? error : String(error));
    void vscode.window.showErrorMessage(
      interfaceText(vscode.l10n.t("The build could not be simulated: {0}", messageOf(error))),
    );
  } finally {
    setContextKey("simulating", false);
  }
}

async function documentFor(
  view: LayerView,
  resource: unknown,
): Promise<vscode.TextDocument | undefined> {
  if (resource instanceof vscode.Uri) {
    const document = await vscode.workspace.openTextDocument(resource);
    // From the Explorer: the lenses with the result are worth seeing.
    if (isDockerfile(document)) await vscode.window.showTextDocument(document);
    return document;
  }
  return dockerfileFor(view, resource);
}

async function askForChoice(
  { server, remembered }: SimulateBuildDeps,
  uri: vscode.Uri,
  mode: "once" | "ask",
): Promise<Choice | undefined> {
  const last = remembered.get(uri);
  const params = { uri: uri.toString() };
  const choices = await server.request(requests.buildChoices, params);
  if (choices === undefined) throw new Error(vscode.l10n.t("the language server does not run."));
  if (choices === null) return { ...last, target: null, buildArgs: {} };
  const isThere = (target: string | null): boolean =>
    target === null || choices.targets.some(({ name }) => name === target);
  if (mode === "once" && last?.isAsked === true && isThere(last.target)) return last;
  const chosen = await chooseBuild(choices, last, readSettings(uri));
  return chosen && { ...last, ...chosen, isAsked: true };
}

async function runWithProgress(
  server: LanguageServer,
  uri: vscode.Uri,
  choice: Choice,
): Promise<SimulateResult | undefined> {
  const options: vscode.ProgressOptions = {
    location: vscode.ProgressLocation.Notification,
    title: interfaceText(
      vscode.l10n.t("Simulating the build of {0}", vscode.workspace.asRelativePath(uri)),
    ),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (progress, token) => {
    const workDoneToken = `stratacast-simulate-${++simulations}`;
    const listening = server.onProgress(workDoneToken, progressBar(progress));
    const params: SimulateParams = { uri: uri.toString(), ...choice, workDoneToken };
    try {
      return await server.request(requests.simulateBuild, params, token);
    } catch (error) {
      if (token.isCancellationRequested) throw new vscode.CancellationError();
      throw error;
    } finally {
      listening.dispose();
    }
  });
}

let simulations = 0;

/** The protocol reports how much is done, VS Code wants how much has been added. */
function progressBar(
  bar: vscode.Progress<{ message?: string; increment?: number }>,
): (progress: WorkProgress) => void {
  let done = 0;
  return (progress) => {
    if (progress.kind === "end") return;
    const percentage = Math.max(done, progress.percentage ?? done);
    bar.report({
      increment: percentage - done,
      ...(progress.message === undefined ? {} : { message: interfaceText(progress.message) }),
    });
    done = percentage;
  };
}

function tell(log: SimulationLog, result: SimulateResult): void {
  if (result.outcome === "cancelled") return;
  log.append(result.log);
  const showLog = vscode.l10n.t("Show Log");
  const showLayers = vscode.l10n.t("Show Layers");
  const shown =
    result.outcome === "done"
      ? vscode.window.showInformationMessage(result.summary, showLog, showLayers)
      : vscode.window.showErrorMessage(result.summary, showLog);
  void shown.then((answer) => {
    if (answer === showLog) log.show();
    if (answer === showLayers) void vscode.commands.executeCommand("stratacast.showLayers");
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
