/** `stratacast lsp`: the language server, for editors that start one by a command. */
import { parseArgs } from "node:util";
import { parsed, stateFolder } from "./arguments.js";
import type { CliCommand } from "./command.js";

export const lsp: CliCommand = {
  name: "lsp",
  summary: "serve an editor that speaks the Language Server Protocol",
  usage: `stratacast lsp [--stdio] [options]

The language server of any editor, over stdin and stdout: lenses, hovers,
problems, links. What stratacast simulate and record keep is what its forecasts
stand against.

  --stdio            as it does anyway
  --state DIR        where simulated builds are kept`,
  async run(words, io) {
    const state = stateFolder(readState(words), io);
    await io.serve(state);
    return 0;
  },
};

const options = { stdio: { type: "boolean" }, state: { type: "string" } } as const;

/** Errors: `UsageError`. */
function readState(words: readonly string[]): string | undefined {
  return parsed(() => parseArgs({ args: [...words], options }), Object.keys(options)).values.state;
}
