/** The output channel with the step logs of simulated builds, coloured by the log's own grammar. */
import * as vscode from "vscode";

export interface SimulationLog extends vscode.Disposable {
  /** Adds the log of one simulated build below the earlier ones. */
  append(lines: readonly string[]): void;
  show(): void;
}

export function createSimulationLog(): SimulationLog {
  const channel = vscode.window.createOutputChannel("Stratacast", "stratacast-log");
  let isEmpty = true;
  return {
    append(lines) {
      if (lines.length === 0) return;
      if (!isEmpty) channel.appendLine("");
      isEmpty = false;
      channel.appendLine(lines.join("\n"));
    },
    show: () => channel.show(true),
    dispose: () => channel.dispose(),
  };
}
