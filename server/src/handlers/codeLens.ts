import type { CodeLens } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { toLensPlace } from "../convert/fromProtocol.js";
import { toCodeLens, toLensCommand } from "../convert/toProtocol.js";
import { codeLensAt, codeLensesToShow } from "../core/features/codeLens.js";
import type { LiveBuild } from "../workspace/build.js";

/** `textDocument/codeLens` */
export function handleCodeLens(document: TextDocument, build: LiveBuild): CodeLens[] {
  return codeLensesToShow(build.view(), build.settings.codeLens).map((lens) =>
    toCodeLens(document, lens),
  );
}

/**
 * `codeLens/resolve`: the words of a lens that came without. Where the text has changed since, the
 * editor asks for all of them again, and this one says nothing.
 */
export function handleCodeLensResolve(
  lens: CodeLens,
  buildOf: (uri: string) => LiveBuild | undefined,
): CodeLens {
  const place = toLensPlace(lens.data);
  const build = place === null ? undefined : buildOf(place.uri);
  if (place === null || build === undefined) return lens;
  const { line, version } = place;
  const isNow = version === build.version;
  const found = isNow ? codeLensAt(build.view(), build.settings.codeLens, line) : null;
  const command = toLensCommand(place.uri, { line, title: found?.title ?? "" });
  return { ...lens, command };
}
