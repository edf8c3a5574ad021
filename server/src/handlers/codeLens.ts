import type { CodeLens } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { toCodeLens } from "../convert/toProtocol.js";
import { codeLenses } from "../core/features/codeLens.js";
import type { Session } from "../workspace/session.js";

/** `textDocument/codeLens` */
export function handleCodeLens(document: TextDocument, session: Session): CodeLens[] {
  return codeLenses(session.view(), session.settings.codeLens).map((lens) =>
    toCodeLens(document, lens),
  );
}
