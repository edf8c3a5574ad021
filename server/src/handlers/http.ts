import type { Connection } from "vscode-languageserver";
import { toHttpAnswer } from "../convert/fromProtocol.js";
import { failure, type HttpDoor } from "../host/registry/exchange.js";
import { requests } from "../protocol.js";

/** The door to the network that the client holds: `stratacast/http`. */
export function clientDoor(connection: Connection): HttpDoor {
  return async (request) => {
    const { host } = new URL(request.url);
    try {
      const name: string = requests.http;
      const reply: unknown = await connection.sendRequest(name, request);
      return toHttpAnswer(reply, request.maxBytes, host);
    } catch {
      return failure("EREPLY", `the editor cannot ask ${host}`, host);
    }
  };
}
