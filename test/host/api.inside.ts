/**
 * Tests inside VS Code's extension host: what other extensions and VS Code itself get from ours
 * through the API. `run` is the contract of `--extensionTestsPath`.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { type InsideResult, insideReportVariable } from "../support/runner/insideReport.js";

const checks: Readonly<Record<string, () => Promise<void>>> = {
  "the extension is not active before a Dockerfile is open": async () => {
    assert.equal(extension().isActive, false);
  },

  "opening a Dockerfile activates it": async () => {
    await vscode.window.showTextDocument(await dockerfile());
    await until("active", () => extension().isActive);
  },

  "lenses come with a title and a command that exists": async () => {
    const document = await dockerfile();
    const lenses = await until("six lenses", async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        "vscode.executeCodeLensProvider",
        document.uri,
        20,
      );
      return found.length === 6 && found.every((lens) => lens.command?.title) ? found : null;
    });
    assert.deepEqual(
      lenses.map((lens) => lens.range.start.line),
      [0, 1, 2, 3, 4, 5],
    );
    const commands = await vscode.commands.getCommands(true);
    for (const lens of lenses) assert.ok(commands.includes(lens.command?.command ?? ""));
  },

  "a hover is Markdown without HTML, and trusts no command but our own": async () => {
    const document = await dockerfile();
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      document.uri,
      new vscode.Position(3, 1),
    );
    const parts = hovers.flatMap((hover) => hover.contents);
    assert.ok(parts.length > 0);
    for (const part of parts) {
      assert.ok(part instanceof vscode.MarkdownString);
      assert.notEqual(part.supportHtml, true);
      assert.notEqual(part.isTrusted, true);
      const trusted = typeof part.isTrusted === "object" ? part.isTrusted.enabledCommands : [];
      for (const [, command = ""] of part.value.matchAll(/command:([\w.]*)/g)) {
        assert.match(command, /^stratacast\.(?:show|revealLayer$|context\.focus$)/);
        assert.ok(trusted.includes(command), `${command} is trusted by name`);
      }
    }
  },

  "a source that matches nothing is a problem on its line, and goes with the mistake": async () => {
    const document = await dockerfile();
    const editor = await vscode.window.showTextDocument(document);
    const right = document.lineAt(2).text;
    const edit = (text: string) =>
      editor.edit((builder) => builder.replace(document.lineAt(2).range, text));
    await edit("COPY nothing-of-this-name.txt .");
    const found = () =>
      vscode.languages
        .getDiagnostics(document.uri)
        .find((candidate) => candidate.range.start.line === 2 && candidate.source === "stratacast");
    const problem = await until("a problem", found);
    assert.match(problem.message, /nothing-of-this-name\.txt/);
    await edit(right);
    await until("no problem", () => found() === undefined);
  },

  "problems of a Dockerfile that is not open are told once, and go with it": async () => {
    const { uri: first } = await dockerfile();
    const uri = vscode.Uri.joinPath(first, "..", "other", "Dockerfile");
    await vscode.workspace.fs.writeFile(uri, Buffer.from("FROM scratch\nCOPY no-such-file /\n"));
    const codes = () => vscode.languages.getDiagnostics(uri).map(({ code }) => Object(code).value);
    await until("the problem", () => codes().length > 0);
    assert.deepEqual(codes(), ["source-not-found"]);
    const document = await vscode.workspace.openTextDocument(uri);
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((builder) => builder.insert(new vscode.Position(2, 0), "COPY nor-this /\n"));
    await until("the other problem", () => codes().length === 2);
    await document.save();
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    await vscode.window.showTextDocument(await dockerfile());
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.deepEqual(codes(), ["source-not-found", "source-not-found"]);
    await vscode.workspace.fs.delete(uri);
    await until("no problem", () => codes().length === 0);
  },

  "every command of the manifest is registered": async () => {
    // The manifest is plain JSON of this known shape.
    const manifest = extension().packageJSON as {
      readonly contributes: { readonly commands: readonly { readonly command: string }[] };
    };
    const commands = await vscode.commands.getCommands(true);
    for (const { command } of manifest.contributes.commands) {
      assert.ok(commands.includes(command), command);
    }
  },

  "a language server that is killed is started anew, and answers what is typed then": async () => {
    const killed = await until("the server", () => serverProcesses()[0]);
    process.kill(killed, "SIGKILL");
    await until("another one", () => serverProcesses().some((one) => one !== killed));
    const document = await dockerfile();
    const editor = await vscode.window.showTextDocument(document);
    await editor.edit((builder) => builder.insert(new vscode.Position(1, 0), "RUN true\n"));
    const lensesOf = (count: number) =>
      until(`${count} lenses`, async () => {
        const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
          "vscode.executeCodeLensProvider",
          document.uri,
          20,
        );
        return found.length === count && found.every((lens) => lens.command?.title);
      });
    await lensesOf(7);
    await editor.edit((builder) => builder.delete(new vscode.Range(1, 0, 2, 0)));
    await lensesOf(6);
    assert.equal(serverProcesses().length, 1);
  },

  "a text that is no Dockerfile at all is survived": async () => {
    const hostile = '\u0000\u{1f433}<<EOF\\\r\nFROM\nCOPY --from= <<A <<B\nRUN <<-"X\n${${\n';
    const document = await vscode.workspace.openTextDocument({
      language: "dockerfile",
      content: hostile,
    });
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand("vscode.executeCodeLensProvider", document.uri, 20);
    const again = await dockerfile();
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      "vscode.executeCodeLensProvider",
      again.uri,
      20,
    );
    assert.equal(lenses.length, 6, "the other document is answered as before");
  },
};

/** Runs all checks in order, reports each, and throws when one has failed. */
export async function run(): Promise<void> {
  const results: InsideResult[] = [];
  for (const [name, check] of Object.entries(checks)) {
    const failure = await check().then(
      () => null,
      (error: unknown) =>
        error instanceof Error ? `${error.message}\n${error.stack}` : String(error),
    );
    results.push({ name, failure });
  }
  const file = process.env[insideReportVariable];
  if (file !== undefined) writeFileSync(file, JSON.stringify(results));
  const failed = results.filter((result) => result.failure !== null).length;
  if (failed > 0) throw new Error(`${failed} checks failed`);
}

/** The ids of the language servers that this extension host has started. */
function serverProcesses(): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((id) => {
      try {
        const [, parent] = /\) \S (\d+) /.exec(readFileSync(`/proc/${id}/stat`, "utf8")) ?? [];
        const words = readFileSync(`/proc/${id}/cmdline`, "utf8");
        return Number(parent) === process.pid && words.includes("/dist/server.mjs");
      } catch {
        return false; // it ended meanwhile
      }
    })
    .map(Number);
}

function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension("stratacast.stratacast");
  assert.ok(found, "the extension is installed");
  return found;
}

async function dockerfile(): Promise<vscode.TextDocument> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  return vscode.workspace.openTextDocument(path.join(folder, "Dockerfile"));
}

/** Calls `look` until it returns something true, for at most 15 seconds. */
async function until<T>(
  what: string,
  look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
): Promise<T> {
  for (const started = Date.now(); Date.now() - started < 15_000; ) {
    const seen = await look();
    if (seen) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not within 15 s: ${what}`);
}
