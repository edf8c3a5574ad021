import type { CodeLens } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { toCodeLens } from "../convert/toProtocol.js";
import { codeLenses } from "../core/features/codeLens.js";
import type { LiveBuild } from "../workspace/build.js";

/** `textDocument/codeLens` */
export function handleCodeLens(document: TextDocument, build: LiveBuild): CodeLens[] {
  return codeLenses(build.view(), build.settings.codeLens).map((lens) =>
    toCodeLens(document, lens),
  );
}
