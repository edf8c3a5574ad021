import type { DocumentLink } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { contextFileUri, toRange } from "../convert/toProtocol.js";
import { documentLinks } from "../core/features/documentLinks.js";
import type { LiveBuild } from "../workspace/build.js";

/** `textDocument/documentLink` */
export function handleDocumentLinks(document: TextDocument, build: LiveBuild): DocumentLink[] {
  const { contextFolder } = build;
  return documentLinks(build.writtenView().analysis).flatMap(({ range, to }): DocumentLink[] => {
    if (to.kind === "file" && contextFolder === null) return [];
    const target =
      to.kind === "line"
        ? `${document.uri}#L${to.line}`
        : contextFileUri(contextFolder ?? "", to.path);
    return [{ range: toRange(document, range), target }];
  });
}
