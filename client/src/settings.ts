/** The settings that the client itself obeys; the server asks for the others. */
import * as vscode from "vscode";

const section = "stratacast";

export interface ClientSettings {
  readonly target: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** What forecasts are compared with. */
  readonly against: string;
  /** Where base images are looked up: `off`, `registry` or `engine`. */
  readonly resolve: string;
  /** Builds that end in a terminal are recorded. */
  readonly record: boolean;
  readonly followCursor: boolean;
  readonly statusBar: boolean;
  /** Marks beside the line numbers of what rebuilds. */
  readonly gutter: boolean;
}

/** @param resource the document that the settings are for: each folder may have its own */
export function readSettings(resource: vscode.Uri | undefined): ClientSettings {
  const settings = vscode.workspace.getConfiguration(section, resource ?? null);
  return {
    target: settings.get<string>("target", ""),
    buildArgs: onlyStrings(settings.get<unknown>("buildArgs")),
    against: settings.get<string>("against", "auto"),
    resolve: settings.get<string>("resolve", "off"),
    record: settings.get<string>("record", "off") === "on",
    followCursor: settings.get<boolean>("layerTree.followCursor", true),
    gutter: settings.get<boolean>("gutter.enabled", true),
    statusBar: settings.get<boolean>("statusBar.enabled", true),
  };
}

/** Of the user, not of the workspace: whoever shares that has not said that they want it. */
export async function writeResolve(where: "registry" | "engine"): Promise<void> {
  const settings = vscode.workspace.getConfiguration(section);
  await settings.update("resolve", where, vscode.ConfigurationTarget.Global);
}

/** Calls back when one of our settings changes, for any resource. */
export function onDidChangeSettings(listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration(section)) listener();
  });
}

/** A settings file may hold anything, whatever its schema says. */
function onlyStrings(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    ),
  );
}
