/** Questions to the bundled command line: a process for each. */
import path from "node:path";
import type { CaseFolder } from "../../../conformance/support/caseFolder.js";
import { requestArguments } from "../../../conformance/support/requestArguments.js";
import { run } from "../../engine/process.js";
import type { Round } from "../inputs/input.js";
import type { Answer } from "./questions.js";

export interface CommandPlace {
  /** The bundle. */
  readonly program: string;
  readonly folder: CaseFolder;
  readonly round: Round;
  /** Where simulated builds are kept; home, too: nothing of this machine's user counts. */
  readonly state: string;
}

/** What JSON has since the earlier commit: additions are free. */
const additions = [/,\s*"href":\s*"docs\/problems\.md#[a-z-]+"/g];

/** One more recorded build. */
export function askForBuild(place: CommandPlace): Promise<Answer> {
  return askCommand(place, ["simulate", "--format", "json"]);
}

/** @param words a command about a build gets the words that say which */
export async function askCommand(
  { program, folder, round, state }: CommandPlace,
  words: readonly string[],
): Promise<Answer> {
  const [command = ""] = words;
  const isAboutBuild =
    ["simulate", "explain", "run"].includes(command) && !words.includes("--help");
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  const all = isAboutBuild
    ? [
        ...words.slice(0, end),
        ...(command === "simulate" ? ["--state", state] : []),
        ...["--builder", round.builder, "--platform", round.platform],
        ...requestArguments(folder.request),
        ...words.slice(end),
      ]
    : words;
  const { code, stdout, stderr } = await run(process.execPath, [program, ...all], {
    cwd: folder.path,
    env: { PATH: process.env["PATH"] ?? "", HOME: path.dirname(state), LANG: "C" },
    timeoutMs: 60_000,
  });
  const written = additions.reduce(
    (text, addition) => text.replaceAll(addition, ""),
    stdout
      .replace(/^stratacast \d+\.\d+\.\d+/, "stratacast VERSION")
      .replace(/"at": "\d{4}-[^"]*Z"/, '"at": "<now>"'),
  );
  return [`stratacast ${words.join(" ")}`.trim(), JSON.stringify({ code, written, stderr })];
}
