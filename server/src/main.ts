/** The language server's program, over stdin and stdout. */
import path from "node:path";
import v8 from "node:v8";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { serve } from "./server.js";
import { openStdio } from "./stdio.js";

// By itself the heap of a server that answers key after key grows to four times what it holds.
v8.setFlagsFromString("--heap-growing-percent=40");

const { reader, writer } = openStdio();
serve(
  createConnection(ProposedFeatures.all, reader, writer),
  path.join(__dirname, "hashThread.js"),
);
