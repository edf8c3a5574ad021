/**
 * What `simulate` does not need, loaded when something else is called: to read a program takes as
 * long as its text is long. In one piece, since each of its own would cut up what they share.
 */
import { builds } from "./builds.js";
import { check } from "./check.js";
import type { CliCommand, CliIo } from "./command.js";
import { compare } from "./compare.js";
import { completionOf } from "./completion.js";
import { context } from "./context.js";
import { explain } from "./explain.js";
import { lsp } from "./lsp.js";
import { mcp } from "./mcp.js";
import { pluginOf } from "./plugin.js";
import { record } from "./record.js";
import { run } from "./run.js";
import { simulate } from "./simulate.js";

export { overviewOf, usageOf } from "./help.js";

/**
 * All but `simulate`, in the order of the overview.
 * @param call runs the words of a command line
 */
export function otherCommands(
  call: (words: readonly string[], io: CliIo) => Promise<number>,
): readonly CliCommand[] {
  const working = [
    ...[explain, run, builds, context, compare, record, check, lsp, mcp],
    pluginOf(call),
  ];
  return [...working, completionOf([simulate, ...working])];
}
