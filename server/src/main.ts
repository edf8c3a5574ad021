/** The language server's program: stdio or Node IPC, as its arguments say. */
import path from "node:path";
import v8 from "node:v8";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { serve } from "./server.js";
import { openStdio } from "./stdio.js";

// By itself the heap of a server that answers key after key grows to four times what it holds.
v8.setFlagsFromString("--heap-growing-percent=40");

const isOverStdio = process.argv.includes("--stdio");
serve(
  isOverStdio ? overStdio() : createConnection(ProposedFeatures.all),
  path.join(__dirname, "hashThread.js"),
);

function overStdio() {
  const { reader, writer } = openStdio();
  return createConnection(ProposedFeatures.all, reader, writer);
}
