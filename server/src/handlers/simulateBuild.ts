import { type CancellationToken, type Connection, WorkDoneProgress } from "vscode-languageserver";
import { toBuildChoice, toCancellation } from "../convert/fromProtocol.js";
import { say } from "../core/text/say.js";
import type { SimulateResult } from "../protocol.js";
import type { LiveBuild } from "../workspace/build.js";

/** `stratacast/simulateBuild`: with progress, cancellable. */
export async function handleSimulateBuild(
  connection: Connection,
  build: LiveBuild,
  params: unknown,
  token: CancellationToken,
): Promise<SimulateResult> {
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
    return await build.simulate(toCancellation(token), {
      report: (message) => send({ kind: "report", message }),
    });
  } finally {
    send({ kind: "end" });
  }
}
