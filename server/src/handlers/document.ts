import path from "node:path";
import { toDocumentParams } from "../convert/fromProtocol.js";
import { explainDocument } from "../core/features/explainDocument.js";
import { explainPage } from "../core/features/explainPage.js";
import { layoutGraph } from "../host/layout.js";
import type { Session } from "../session.js";

/** `stratacast/document`: Markdown, or a page of its own. */
export function handleDocument(session: Session, params: unknown): string | null {
  const asked = toDocumentParams(params);
  if (asked === null) return null;
  const view = session.view();
  const name = nameOf(session);
  switch (asked.kind) {
    case "explain":
      if (asked.format === "html") return explainPage(view, { name, layout: layoutGraph });
      return explainDocument(view, {
        name,
        picture: asked.format === "preview" ? "svg" : "text",
        layout: layoutGraph,
      });
  }
}

/** As a reader of the workspace calls the file. */
function nameOf({ place }: Session): string {
  if (place.file === null) return place.uri.replace(/^[a-z]+:/, "");
  if (place.workspaceFolder === null) return path.basename(place.file);
  return path.relative(place.workspaceFolder, place.file).split(path.sep).join("/");
}
