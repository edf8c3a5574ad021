/** Nothing of a workspace becomes more than text on any surface of the editor: each answer, each message. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { SaxesParser } from "saxes";
import { CodeActionRequest } from "vscode-languageserver-protocol/node";
import { type LayerNode, type RequestName, requests } from "../../server/src/protocol.js";
import { assertInterface, assertMarkdown, assertPrintable, hostile } from "../support/hostile.js";
import { hostileProject } from "../support/hostileProject.js";
import { temporaryFolder, writeIn } from "../support/temporaryFolder.js";
import { isThorough } from "../support/thorough.js";
import { type EditorClient, startEditor, uriOf } from "./support/editorClient.js";

test("every answer and every message shows hostile names and values as text", async (t) => {
  const folder = temporaryFolder(t);
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  const uris: string[] = [];
  // A plain run tries every fifth of the names.
  for (const [at, name] of hostile.entries()) {
    if (!isThorough && at % 5 !== 0) continue;
    const project = path.join(folder, String(at), name);
    const files = hostileProject(name);
    for (const [file, text] of Object.entries(files)) writeIn(project, file, text);
    for (const dockerfile of ["Dockerfile", "bad.Dockerfile"]) {
      const text = files[dockerfile] ?? "";
      const uri = uriOf(path.join(project, dockerfile));
      uris.push(uri);
      await editor.open(uri, text);
      await editor.settled(uri);
      await checkSimulation(editor, uri);
      await checkLensesAndHovers(editor, uri, text);
      await checkTree(editor, uri);
      await checkDocuments(editor, uri);
      for (const state of editor.states(uri)) {
        assertInterface(state.text);
        assertInterface(state.detail);
      }
      await checkProblems(editor, uri);
      await editor.close(uri);
    }
  }
  assertMarkdown(await ask(editor, requests.sharedLayers, { uris }));
  for (const message of editor.messages) assertInterface(message);
  for (const line of editor.log) assertPrintable(line.replace(/[\n\t]/g, ""));
});

async function checkSimulation(editor: EditorClient, uri: string): Promise<void> {
  const choice = { target: null, buildArgs: {} };
  const result = await ask(editor, requests.simulateBuild, { uri, ...choice });
  assert.notEqual(result.outcome, "cancelled");
  if (result.outcome === "cancelled") return;
  assertInterface(result.summary);
  for (const line of result.log) assertPrintable(line);
}

async function checkLensesAndHovers(
  editor: EditorClient,
  uri: string,
  text: string,
): Promise<void> {
  const lenses = await editor.lenses(uri);
  assert.ok(lenses.length > 5);
  for (const title of lenses) assertInterface(title);
  for (const [at, line] of text.split("\n").entries()) {
    for (const column of [1, 7, 14, line.length]) {
      assertMarkdown(await editor.hover(uri, at + 1, column));
    }
  }
}

async function checkProblems(editor: EditorClient, uri: string): Promise<void> {
  const diagnostics = [...editor.diagnostics(uri)];
  for (const { message, relatedInformation } of diagnostics) {
    assertPrintable(typeof message === "string" ? message : message.value);
    for (const related of relatedInformation ?? []) assertInterface(related.message);
  }
  const start = { line: 0, character: 0 };
  const actions = await editor.connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri },
    range: { start, end: { line: 1_000, character: 0 } },
    context: { diagnostics },
  });
  for (const { title } of actions ?? []) assertInterface(title);
}

async function checkTree(editor: EditorClient, uri: string): Promise<void> {
  const stack = await ask(editor, requests.layerStack, { uri });
  assertInterface(stack?.message ?? "");
  const open: LayerNode[] = [...(stack?.roots ?? [])];
  assert.ok(open.length > 0);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const text of [node.label, node.description, node.accessibilityLabel]) {
      assertPrintable(text);
    }
    assertMarkdown(node.tooltip);
    if (node.children === "lazy") {
      const asked = { uri, id: node.id };
      open.push(...(await ask(editor, requests.layerChildren, asked)));
    } else open.push(...(node.children ?? []));
  }
}

async function checkDocuments(editor: EditorClient, uri: string): Promise<void> {
  for (const kind of ["explain", "run", "failure"] as const) {
    const asked = { uri, kind, line: 8, format: "markdown" } as const;
    assertMarkdown((await ask(editor, requests.document, asked)) ?? "");
  }
  const page = { uri, kind: "explain", format: "html" } as const;
  const html = (await ask(editor, requests.document, page)) ?? "";
  for (const line of html.split("\n")) assertPrintable(line);
  assert.doesNotMatch(html, /<(?:img|script|command)|<!--|href="(?!#line-)/);
  const preview = { ...page, format: "preview" } as const;
  const text = (await ask(editor, requests.document, preview)) ?? "";
  assertMarkdown(text.replace(/^<div>\n<svg .*<\/svg>\n<\/div>$/m, ""));
  for (const reach of ["none", "button"] as const) {
    const part = { uri, part: "all", reach } as const;
    assertSvg((await ask(editor, requests.picture, part)) ?? "<svg/>");
  }
}

function ask<P, R>(
  { connection }: EditorClient,
  name: RequestName<P, R>,
  params: NoInfer<P>,
): Promise<R> {
  return connection.sendRequest<R>(name, params);
}

/** Well-formed, of the elements and attributes that we draw with. */
function assertSvg(svg: string): void {
  assertPrintable(svg.replaceAll("\n", ""));
  const parser = new SaxesParser();
  parser.on("opentag", ({ name, attributes }) => {
    assert.match(
      name,
      /^(?:svg|title|desc|style|defs|pattern|g|rect|path|circle|text|tspan|line)$/,
    );
    assert.deepEqual(
      Object.keys(attributes).filter((key) => /^on|href|^src$/.test(key)),
      [],
    );
  });
  parser.write(svg).close();
}
