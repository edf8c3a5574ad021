/** The language server's program: stdio or Node IPC, as its arguments say. */
import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { serve } from "./server.js";

serve(createConnection(ProposedFeatures.all));
