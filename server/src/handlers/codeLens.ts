import type { CodeLens } from "vscode-languageserver";
import type { TextDocument } from "vscode-languageserver-textdocument";
import { toLensPlace } from "../convert/fromProtocol.js";
import { LensAnswers } from "../convert/lensAnswer.js";
import { toLensCommand } from "../convert/toProtocol.js";
import type { WrittenAnswer } from "../convert/writtenAnswer.js";
import { KeptLenses } from "../core/features/codeLens.js";
import type { LiveBuild } from "../workspace/build.js";
import { meantWords } from "./meantWords.js";

interface Kept {
  readonly lenses: KeptLenses;
  readonly answers: LensAnswers;
}

/** Of each open document, what an edit leaves of its lenses. */
const kept = new WeakMap<LiveBuild, Kept>();

/** `textDocument/codeLens` */
export function handleCodeLens(document: TextDocument, build: LiveBuild): WrittenAnswer {
  const { lenses, answers } = keptOf(build);
  const view = build.view();
  const shown = lenses.of(view, build.settings.codeLens);
  const { codeLens } = build.settings;
  const meant = codeLens === "off" || codeLens === "inlay" ? "" : meantWords(build);
  return answers.of(document, view.analysis.graph, lenses, shown, meant);
}

/**
 * `codeLens/resolve`: the words of a lens that came without. Where lenses have moved since, the
 * editor asks for all of them again, and this one says nothing.
 */
export function handleCodeLensResolve(
  lens: CodeLens,
  buildOf: (uri: string) => LiveBuild | undefined,
): CodeLens {
  const place = toLensPlace(lens.data);
  const build = place === null ? undefined : buildOf(place.uri);
  if (place === null || build === undefined) return lens;
  const { lenses } = keptOf(build);
  const shown = lenses.of(build.view(), build.settings.codeLens)[place.at];
  const isThere = place.arrangement === lenses.arrangement;
  const title = isThere ? lenses.titleAt(place.at) : null;
  return { ...lens, command: toLensCommand(place.uri, title ?? "", shown?.place.line ?? 0) };
}

function keptOf(build: LiveBuild): Kept {
  let own = kept.get(build);
  if (own === undefined) {
    own = { lenses: new KeptLenses(), answers: new LensAnswers() };
    kept.set(build, own);
  }
  return own;
}
