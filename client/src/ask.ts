/** A request with the parameters and the answer that its name stands for. */
import type { CancellationToken } from "vscode";
import type { RequestName } from "../../server/src/protocol.js";

/** Whoever sends it: the client of the language server. */
export interface Sender {
  sendRequest<R>(method: string, params: unknown, token?: CancellationToken): Promise<R>;
}

export function ask<P, R>(
  sender: Sender,
  name: RequestName<P, R>,
  params: NoInfer<P>,
  token?: CancellationToken,
): Promise<R> {
  return sender.sendRequest<R>(name, params, token);
}
