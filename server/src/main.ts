/** The language server's program: stdio or Node IPC, as its arguments say. */
import path from "node:path";
import v8 from "node:v8";
import {
  createConnection,
  ProposedFeatures,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver/node";
import { writtenAnswers } from "./convert/writtenAnswer.js";
import { serve } from "./server.js";

// By itself the heap of a server that answers key after key grows to four times what it holds.
v8.setFlagsFromString("--heap-growing-percent=40");

const isOverStdio = process.argv.includes("--stdio");
serve(
  isOverStdio ? overStdio() : createConnection(ProposedFeatures.all),
  path.join(__dirname, "hashThread.js"),
);

function overStdio() {
  const { stdin, stdout } = process;
  // Who started it is gone without a word. After a shutdown the client says goodbye by `exit`.
  for (const event of ["end", "close"]) stdin.on(event, () => process.exit(1));
  const options = { charset: "utf-8", contentTypeEncoder: writtenAnswers } as const;
  const writer = new StreamMessageWriter(stdout, options);
  return createConnection(ProposedFeatures.all, new StreamMessageReader(stdin), writer);
}
