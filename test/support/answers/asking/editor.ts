/** One Dockerfile in an editor, from edit to edit. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Operation } from "../../../conformance/support/caseFile.js";
import { type CaseFolder, findDockerfile } from "../../../conformance/support/caseFolder.js";
import type { Input, Round } from "../inputs/input.js";
import { type Choice, type LanguageServer, progressToken } from "./languageServer.js";
import {
  type Answer,
  askAll,
  askAtAGlance,
  askAtWords,
  askBeside,
  askByCommand,
  askOfServer,
  askOfText,
  type Opened,
} from "./questions.js";

export interface Editor {
  /** Shows the folder as it is after the edits of a round, asks, builds, and asks again. */
  round(folder: CaseFolder, round: Round, isLast: boolean): Promise<readonly Answer[]>;
  close(): Promise<readonly Answer[]>;
}

interface Shown {
  readonly uri: string;
  readonly folder: string;
  readonly text: string;
  readonly version: number;
  readonly settings: string;
}

export function openEditor(server: LanguageServer, input: Input): Editor {
  let shown: Shown | null = null;

  const close = async (): Promise<void> => {
    if (shown === null) return;
    await server.tell("textDocument/didClose", { textDocument: { uri: shown.uri } });
    shown = null;
  };

  /** null: there is no Dockerfile to show. */
  const show = async (folder: CaseFolder, round: Round): Promise<Choice | null> => {
    const file = findDockerfile(folder);
    const text = file === null ? null : textOf(file);
    if (file === null || text === null) {
      await close();
      return null;
    }
    const uri = input.isUntitled ? "untitled:Untitled-1" : pathToFileURL(file).href;
    const settings = settingsOf(input, folder, round, file);
    server.useSettings(settings);
    const before = shown;
    const isSame = before?.uri === uri && before.folder === folder.path;
    const version = isSame ? before.version + 1 : 1;
    shown = { uri, folder: folder.path, text, version, settings: JSON.stringify(settings) };
    if (!isSame) {
      if (before !== null) {
        await server.tell("textDocument/didClose", { textDocument: { uri: before.uri } });
      }
      await server.workspaceFolder(folder.path);
      const textDocument = { uri, languageId: "dockerfile", version, text };
      await server.configured(() => server.tell("textDocument/didOpen", { textDocument }));
    } else {
      if (before.settings !== shown.settings) {
        await server.configured(() =>
          server.tell("workspace/didChangeConfiguration", { settings: null }),
        );
      }
      if (before.text !== text) {
        const textDocument = { uri, version };
        await server.tell("textDocument/didChange", { textDocument, contentChanges: [{ text }] });
      }
      const changes = changedFiles(folder, round.operations);
      if (changes.length > 0) await server.filesChanged(changes);
    }
    if (round.forgets) await server.ask("stratacast/forgetBuilds", {});
    const { target, buildArgs } = folder.request;
    const choice =
      input.chosenBy === "person"
        ? { uri, target, buildArgs }
        : { uri, target: null, buildArgs: {} };
    await server.settled(choice);
    return choice;
  };

  return {
    async round(folder, round, isLast) {
      const choice = await show(folder, round);
      if (choice === null || shown === null) return [["in the editor", '"no Dockerfile"']];
      const opened: Opened = {
        uri: choice.uri,
        text: shown.text,
        folder: folder.path,
        everyWord: input.hovers === "every word",
      };
      const isFirst = folder.round === 1;
      const before = [
        ...(isFirst || isLast ? await askOfText(server, opened) : []),
        ...(await askAtAGlance(server, opened)),
        ...(await askAtWords(server, opened)),
        ...(await askBeside(server, opened)),
      ];
      const params = { ...choice, workDoneToken: progressToken };
      const build = await askAll(server, [["the build", "stratacast/simulateBuild", params]]);
      await server.settled(choice);
      // The builds between the first and the last are like these two.
      const after = [
        ...(await askAtAGlance(server, opened)),
        ...(isFirst || isLast ? await askAtWords(server, opened) : []),
        ...(isLast ? await askBeside(server, opened) : []),
        ...(isLast ? await askByCommand(server, opened) : []),
      ];
      return [
        ...before.map(named("before the build")),
        ...build,
        ...after.map(named("after the build")),
        ["said", JSON.stringify(server.said())],
      ];
    },
    async close() {
      await close();
      await server.workspaceFolder(null);
      const general = input.withGlossary ? await askOfServer(server) : [];
      // What one input leaves behind would be in the cache of the next.
      const forgotten = await askAll(server, [["builds kept", "stratacast/forgetBuilds", {}]]);
      return [...general, ...forgotten, ["said at the end", JSON.stringify(server.said())]];
    },
  };
}

function named(when: string): (answer: Answer) => Answer {
  return ([question, answer]) => [`${question}, ${when}`, answer];
}

function settingsOf(
  { chosenBy }: Input,
  { path: root, request }: CaseFolder,
  { builder, platform, lensDetail }: Round,
  file: string,
): object {
  const context = path.join(root, request.context);
  const own = chosenBy === "settings";
  return {
    builder,
    platform,
    codeLens: lensDetail,
    // Left to the default where that is the same.
    context: path.dirname(file) === context ? "" : request.context,
    target: own ? (request.target ?? "") : "",
    buildArgs: own ? request.buildArgs : {},
  };
}

/** What a watcher would report of these edits. */
function changedFiles({ path: root }: CaseFolder, operations: readonly Operation[]) {
  const created = 1;
  const changed = 2;
  const deleted = 3;
  const event = (file: string, type: number) => ({
    uri: pathToFileURL(path.join(root, file)).href,
    type,
  });
  return operations.flatMap((operation) => {
    switch (operation.kind) {
      case "rename":
        return [event(operation.from, deleted), event(operation.to, created)];
      case "delete":
        return [event(operation.path, deleted)];
      default:
        return "path" in operation ? [event(operation.path, changed)] : [];
    }
  });
}

/** null: it is a folder, or a link to nowhere. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
