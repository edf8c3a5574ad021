import { type CancellationToken, type Connection, WorkDoneProgress } from "vscode-languageserver";
import { toBuildChoice, toCancellation, toUri } from "../convert/fromProtocol.js";
import { say } from "../core/text/say.js";
import type { SimulateResult } from "../protocol.js";
import type { Workspace } from "../workspace/workspace.js";

/** `stratacast/simulateBuild`: with progress, cancellable. */
export async function handleSimulateBuild(
  connection: Connection,
  workspace: Workspace,
  params: unknown,
  token: CancellationToken,
): Promise<SimulateResult> {
  const build = workspace.build(toUri(params));
  if (build === undefined) return { outcome: "cancelled" };
  const choice = toBuildChoice(params);
  if (choice !== null) build.choose(choice);
  const workDoneToken = (params as { workDoneToken?: unknown } | null)?.workDoneToken; // read by type below
  const progressToken =
    typeof workDoneToken === "string" || typeof workDoneToken === "number" ? workDoneToken : null;
  const send = (value: Parameters<typeof connection.sendProgress<unknown>>[2]): void => {
    if (progressToken !== null) {
      void connection.sendProgress(WorkDoneProgress.type, progressToken, value as never);
    }
  };
  send({ kind: "begin", title: say`Simulating the build`, cancellable: true });
  try {
    return await workspace.simulate(build, toCancellation(token), {
      report: (message) => send({ kind: "report", message }),
    });
  } finally {
    send({ kind: "end" });
  }
}
