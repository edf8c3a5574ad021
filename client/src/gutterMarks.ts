/** Marks beside the line numbers and in the overview ruler: what rebuilds, may rebuild or fails. */
import * as vscode from "vscode";
import { type MarkedLine, requests } from "../../server/src/protocol.js";
import { debounce } from "./debounce.js";
import { isDockerfile } from "./dockerfiles.js";
import type { LanguageServer } from "./languageClient.js";
import { onDidChangeSettings, readSettings } from "./settings.js";

type Mark = MarkedLine["mark"];

/** The colour of each in the overview ruler; the shapes beside the lines differ as well. */
const rulerColors: Readonly<Record<Mark, string>> = {
  rebuilds: "stratacast.layerRebuildsForeground",
  mayRebuild: "stratacast.layerUnknownForeground",
  fails: "editorOverviewRuler.errorForeground",
};

const marks = Object.keys(rulerColors) as readonly Mark[]; // what its type says

/** Marks the visible Dockerfiles for as long as the result lives. */
export function createGutterMarks(
  context: vscode.ExtensionContext,
  server: LanguageServer,
): vscode.Disposable {
  const types = new Map(marks.map((mark) => [mark, decorationType(context, mark)] as const));

  const show = (editor: vscode.TextEditor, lines: readonly MarkedLine[]) => {
    for (const [mark, type] of types) {
      const of = lines.filter((one) => one.mark === mark);
      editor.setDecorations(
        type,
        of.map(({ line }) => new vscode.Range(line - 1, 0, line - 1, 0)),
      );
    }
  };
  const update = async (editor: vscode.TextEditor) => {
    const { document } = editor;
    if (!isDockerfile(document)) return;
    const { version } = document;
    const isOn = readSettings(document.uri).gutter && server.state === "running";
    const lines = isOn
      ? await server.request(requests.stepMarks, { uri: document.uri.toString() }).catch(() => [])
      : [];
    // Of another text it says nothing: the answer for that is on its way.
    if (document.version === version && !document.isClosed) show(editor, lines ?? []);
  };
  const updateAll = () => {
    for (const editor of vscode.window.visibleTextEditors) void update(editor);
  };
  // While somebody types the marks move with the text, and may lag a little.
  const later = debounce(100, updateAll);
  updateAll();

  return vscode.Disposable.from(
    ...types.values(),
    later,
    onDidChangeSettings(updateAll),
    server.onDidChangeState(updateAll),
    vscode.window.onDidChangeVisibleTextEditors(updateAll),
    server.onDidAnalyse(({ busy }) => {
      // While files are read the last marks stay, as the lenses do.
      if (!busy) later.call();
    }),
  );
}

function decorationType(
  context: vscode.ExtensionContext,
  mark: Mark,
): vscode.TextEditorDecorationType {
  const icon = (theme: "light" | "dark") =>
    vscode.Uri.joinPath(context.extensionUri, "media", "marks", `${mark}-${theme}.svg`);
  return vscode.window.createTextEditorDecorationType({
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    gutterIconSize: "70%",
    overviewRulerColor: new vscode.ThemeColor(rulerColors[mark]),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
    light: { gutterIconPath: icon("light") },
    dark: { gutterIconPath: icon("dark") },
  });
}
