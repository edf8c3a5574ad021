/** Everything that an editor can ask a language server about one open Dockerfile. */
import { readdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { LanguageServer } from "./languageServer.js";

/** What was asked, and the answer as JSON. */
export type Answer = readonly [question: string, answer: string];

export interface Opened {
  readonly uri: string;
  readonly text: string;
  /** Where other Dockerfiles may lie. */
  readonly folder: string;
  readonly everyWord: boolean;
}

/** What is seen at a glance: lenses, tree, problems and status. */
export async function askAtAGlance(
  server: LanguageServer,
  { uri }: Opened,
): Promise<readonly Answer[]> {
  const lenses = await askAll(server, [
    ["lenses", "textDocument/codeLens", { textDocument: { uri } }],
  ]);
  const tree = await askTree(server, uri);
  return [...lenses, ...tree, ["published", JSON.stringify(server.published())]];
}

/** What follows an edit as well, where one points at it. */
export async function askAtWords(
  server: LanguageServer,
  opened: Opened,
): Promise<readonly Answer[]> {
  const { uri } = opened;
  return askAll(
    server,
    positions(opened).map(({ line, character }) => [
      `hover at ${line + 1}:${character + 1}`,
      "textDocument/hover",
      { textDocument: { uri }, position: { line, character } },
    ]),
  );
}

/** What turns on the text alone. */
export function askOfText(server: LanguageServer, opened: Opened): Promise<readonly Answer[]> {
  const { uri } = opened;
  return askAll(server, [
    ["build choices", "stratacast/buildChoices", { uri }],
    ...positions(opened).map(
      (position): Question => [
        `terms at ${position.line + 1}:${position.character + 1}`,
        "stratacast/hoverLinks",
        { uri, position },
      ],
    ),
  ]);
}

/** What is opened beside the editor and follows what is typed. */
export function askBeside(server: LanguageServer, { uri }: Opened): Promise<readonly Answer[]> {
  return askAll(server, [
    ["explain", "stratacast/document", { uri, kind: "explain", format: "preview" }],
    ["picture", "stratacast/picture", { uri, part: "all", reach: "button" }],
  ]);
}

/** What is asked for by a command. */
export function askByCommand(
  server: LanguageServer,
  { uri, text, folder }: Opened,
): Promise<readonly Answer[]> {
  const uris = dockerfilesIn(folder).map((file) => pathToFileURL(file).href);
  const lines = text.split("\n").flatMap((line, at) => (/^\s*\w/.test(line) ? [at + 1] : []));
  return askAll(server, [
    ["explain as Markdown", "stratacast/document", { uri, kind: "explain", format: "markdown" }],
    ["explain as a page", "stratacast/document", { uri, kind: "explain", format: "html" }],
    ["run", "stratacast/document", { uri, kind: "run", format: "preview" }],
    ...lines.map(
      (line): Question => [
        `failure at ${line}`,
        "stratacast/document",
        { uri, kind: "failure", line, format: "preview" },
      ],
    ),
    ["picture of the stack", "stratacast/picture", { uri, part: "stack", reach: "none" }],
    ["picture of the graph", "stratacast/picture", { uri, part: "graph", reach: "none" }],
    ["shared layers", "stratacast/sharedLayers", { uris }],
  ]);
}

/** What is the same for every Dockerfile. */
export async function askOfServer(server: LanguageServer): Promise<readonly Answer[]> {
  const glossary = ["preview", "markdown", "html"].map(
    (format): Question => [
      `glossary as ${format}`,
      "stratacast/document",
      { uri: "", kind: "glossary", format },
    ],
  );
  return [
    ["what the server can do", JSON.stringify(server.initialized)],
    ...(await askAll(server, glossary)),
  ];
}

type Question = readonly [name: string, method: string, params: object];

/** All at once: the server answers them in turn, and each has its limit of time. */
export function askAll(
  server: LanguageServer,
  questions: readonly Question[],
): Promise<readonly Answer[]> {
  return Promise.all(
    questions.map(async ([name, method, params]): Promise<Answer> => {
      const answer = await server.ask(method, params);
      return [name, JSON.stringify(answer ?? null)];
    }),
  );
}

/** The tree with all that can be opened in it. */
async function askTree(server: LanguageServer, uri: string): Promise<readonly Answer[]> {
  const stack = await server.ask("stratacast/layerStack", { uri });
  const answers: Answer[] = [["layer tree", JSON.stringify(stack)]];
  let closed = lazyIds(stack);
  // A folder within a folder is a round of its own.
  for (let depth = 0; depth < 20 && closed.length > 0; depth++) {
    const opened = await Promise.all(
      closed.map(async (id) => [id, await server.ask("stratacast/layerChildren", { uri, id })]),
    );
    closed = [];
    for (const [id, children] of opened) {
      answers.push([`layer tree below ${String(id)}`, JSON.stringify(children)]);
      closed.push(...lazyIds(children));
    }
  }
  return answers;
}

/** The rows whose children are asked for when they are opened. */
function lazyIds(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(lazyIds);
  if (typeof value !== "object" || value === null) return [];
  const own =
    "children" in value && value.children === "lazy" && "id" in value ? [String(value.id)] : [];
  return [...own, ...Object.values(value).flatMap(lazyIds)];
}

function positions({ text, everyWord }: Opened) {
  return text.split("\n").flatMap((content, line) => {
    const starts = [...content.matchAll(/\S+/g)].map(({ index }) => index);
    const wanted = everyWord ? starts : [...new Set([starts.at(0), starts.at(-1)])];
    return wanted.flatMap((character) => (character === undefined ? [] : [{ line, character }]));
  });
}

function dockerfilesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /(?:^|\.)(?:docker|container)file(?:\.dev)?$/i.test(entry.name),
    )
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
