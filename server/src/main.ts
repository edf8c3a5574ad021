/** The language server on the real process, over stdin and stdout. */
import v8 from "node:v8";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { serve } from "./server.js";
import { openStdio } from "./stdio.js";

/**
 * Serves this process's stdin and stdout until the client ends it.
 * @param threadProgram `hashThread.ts` as a program
 * @param storageFolder for the builds of a client that names no folder; null: in memory
 */
export function start(threadProgram: string, storageFolder: string | null): void {
  // By itself the heap of a server that answers key after key grows to four times what it holds.
  v8.setFlagsFromString("--heap-growing-percent=40");
  const { reader, writer } = openStdio();
  serve(createConnection(ProposedFeatures.all, reader, writer), {
    threadProgram,
    storageFolder,
  });
}
