/** The language server's program: stdio or Node IPC, as its arguments say. */
import path from "node:path";
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { serve } from "./server.js";

serve(createConnection(ProposedFeatures.all), path.join(__dirname, "hashThread.js"));
