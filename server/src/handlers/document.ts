import path from "node:path";
import { toDocumentParams } from "../convert/fromProtocol.js";
import { builtDocument } from "../core/documents/builtDocument.js";
import { explainDocument } from "../core/documents/explainDocument.js";
import { explainPage } from "../core/documents/explainPage.js";
import { failureDocument } from "../core/documents/failureDocument.js";
import { runJson, runPlanDocument } from "../core/documents/runPlanText.js";
import { failureAt } from "../core/insight/failure.js";
import { glossaryDocument } from "../core/words/glossary.js";
import type { DocumentParams } from "../protocol.js";
import type { LiveBuild } from "../workspace/build.js";

/**
 * `stratacast/document`: Markdown, or a page of its own.
 * @param build null: no Dockerfile of this name is open
 */
export function handleDocument(build: LiveBuild | null, params: unknown): string | null {
  const asked = toDocumentParams(params);
  if (asked === null) return null;
  return asked.kind === "glossary" ? glossaryDocument() : build && documentOf(build, asked);
}

function documentOf(build: LiveBuild, asked: DocumentParams): string {
  const view = build.writtenView();
  const name = nameOf(build);
  switch (asked.kind) {
    case "explain":
      if (asked.format === "html") return explainPage(view, { name });
      return explainDocument(view, {
        name,
        picture: asked.format === "preview" ? "svg" : "text",
        around: asked.format === "preview" ? (asked.line ?? 1) : null,
      });
    case "run":
      return runPlanDocument(
        runJson(view.analysis, { remove: true, args: [], image: tagOf(build) }, name),
        name,
      );
    case "built":
      return builtDocument(view, name);
    case "glossary":
      return glossaryDocument();
    case "failure":
      return failureDocument(failureAt(view.analysis, asked.line ?? 0, { dockerfile: name }), name);
  }
}

/** The first name that the file which defines the build gives its image; null: none. */
function tagOf({ foundBuilds, definition }: LiveBuild): string | null {
  return foundBuilds.find(({ id }) => id === definition.id)?.tags[0] ?? null;
}

/** As a reader of the workspace calls the file. */
function nameOf({ place }: LiveBuild): string {
  if (place.file === null) return place.uri.replace(/^[a-z]+:/, "");
  if (place.workspaceFolder === null) return path.basename(place.file);
  return path.relative(place.workspaceFolder, place.file).split(path.sep).join("/");
}
