/** `stratacast lsp`: the language server, for editors that start one by a command. */
import type { CliCommand } from "./command.js";
import { readWords } from "./flags.js";
import { stateFolder } from "./places.js";
import { UsageError } from "./usageError.js";

const flags = {
  stdio: { about: "as it does anyway" },
  state: { value: "DIR", offers: "folders", about: "where simulated builds are kept" },
} as const;

export const lsp: CliCommand = {
  name: "lsp",
  summary: "serve an editor that speaks the Language Server Protocol",
  forms: ["[--stdio] [options]"],
  about:
    "The language server of any editor, over stdin and stdout: lenses, hovers, problems, links. What stratacast simulate and record keep is what its forecasts stand against.",
  flags,
  offers: [],
  examples: ["stratacast lsp --stdio"],
  async run(words, io) {
    const { values, others } = readWords(flags, words);
    if (others[0] !== undefined) throw new UsageError(`"${others[0]}" is too much`);
    await io.serve(stateFolder(values.state, io));
    return 0;
  },
};
