/** Asks one build of the product everything about one input. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  applyOperations,
  type CaseFolder,
  dropCaseFolder,
  newCaseFolder,
} from "../../../conformance/support/caseFolder.js";
import type { Input } from "../inputs/input.js";
import { askCommand, askForBuild } from "./commandLine.js";
import { openEditor } from "./editor.js";
import { type LanguageServer, ServerGone } from "./languageServer.js";
import type { Answer } from "./questions.js";

/** What a server is told when it starts. */
export interface ServerKind {
  readonly language: Input["language"];
  /** Whether it may ask git, which costs a process for each reading of a folder. */
  readonly isTrusted: boolean;
}

/** The doors of one build. */
export interface Doors {
  /** The bundle of the command line. */
  readonly commandLine: string;
  /** A server that is running, the same one as long as it does. */
  server(kind: ServerKind): Promise<LanguageServer>;
  /** Ends a server that does not answer any more. */
  drop(kind: ServerKind): Promise<void>;
}

/** The answers in the order of the questions, without what differs from run to run. */
export async function answersAbout(input: Input, doors: Doors): Promise<readonly Answer[]> {
  const home = mkdtempSync(path.join(os.tmpdir(), `${homePrefix}${process.pid}-`));
  const state = path.join(home, "builds");
  const answers: Answer[] = [];
  const folders = new Set<string>();
  const kind = { language: input.language, isTrusted: input.isTracked };
  let folder = newCaseFolder();
  try {
    let editor = await tryTo(answers, "greeting", async () =>
      openEditor(await doors.server(kind), input),
    );
    for (const [index, round] of input.rounds.entries()) {
      folder = applyOperations(folder, round.operations);
      folders.add(folder.path);
      if (index === 0 && input.isTracked) commit(folder);
      const isLast = index === input.rounds.length - 1;
      const name = `build ${index + 1}`;
      const inEditor = await tryTo(answers, name, () => editor?.round(folder, round, isLast));
      if (inEditor === null) editor = null;
      answers.push(...(inEditor ?? []).map(below(name)));
      if (round.forgets) rmSync(state, { recursive: true, force: true });
      const place = { program: doors.commandLine, folder, round, state };
      if (input.onCommandLine) answers.push(below(name)(await askForBuild(place)));
      if (!isLast) continue;
      for (const words of input.commands) answers.push(below(name)(await askCommand(place, words)));
    }
    answers.push(...((await tryTo(answers, "close", () => editor?.close())) ?? []));
    if (editor === null) await doors.drop(kind);
    const clean = (text: string) => withoutFolders(text, folders).replaceAll(home, "<home>");
    return answers.map(([question, answer]) => [clean(question), clean(answer)]);
  } finally {
    dropCaseFolder(folder);
    rmSync(home, { recursive: true, force: true });
  }
}

/** Of the folders for the state of the command line; what stands after it is the process. */
export const homePrefix = "stratacast-answers-";

/** null: the server is gone; that it is, is the answer. */
async function tryTo<T>(
  answers: Answer[],
  what: string,
  work: () => Promise<T> | undefined,
): Promise<T | null> {
  try {
    return (await work()) ?? null;
  } catch (error) {
    if (!(error instanceof ServerGone)) throw error;
    answers.push([`${what}: the language server`, JSON.stringify(error.message)]);
    return null;
  }
}

function below(place: string): (answer: Answer) => Answer {
  return ([question, answer]) => [`${place}: ${question}`, answer];
}

/** Folders have a new name each time. */
function withoutFolders(text: string, folders: ReadonlySet<string>): string {
  let clean = text;
  for (const folder of folders) {
    clean = clean
      .replaceAll(folder, "<folder>")
      .replaceAll(path.dirname(folder), "<parent>")
      .replaceAll(path.basename(folder), "<name>");
  }
  return clean;
}

/** Always the same commit, whoever's machine it is. */
function commit({ path: root }: CaseFolder): void {
  const day = "2024-01-01T00:00:00Z";
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: path.dirname(root),
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_DATE: day,
    GIT_COMMITTER_DATE: day,
  };
  const git = (...words: readonly string[]) => execFileSync("git", words, { cwd: root, env });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  const author = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
  git(...author, "commit", "--quiet", "--message", "The sample as it is");
}
