/** What is kept of the lenses of a document. */
import assert from "node:assert/strict";
import { TextDocument } from "vscode-languageserver-textdocument";
import { LensAnswers } from "../../../server/src/convert/lensAnswer.js";
import type { Answer } from "../../../server/src/core/analysis/snapshot.js";
import { codeLenses, KeptLenses } from "../../../server/src/core/features/codeLens.js";

/** The lenses that are kept are those that would be made now, and each is told in its place. */
export function assertKept(
  { lenses, answers }: { readonly lenses: KeptLenses; readonly answers: LensAnswers },
  { analysis }: Answer,
  detail: "all" | "layers",
): void {
  const view = { analysis, isResult: false };
  const shown = lenses.of(view, detail);
  const arranged = lenses.arrangement;
  assert.deepEqual(
    shown.map(({ place, title }) => ({
      offset: analysis.graph.starts[place.index],
      line: place.line,
      title,
    })),
    codeLenses(view, detail),
  );
  assert.deepEqual(
    shown.map((_lens, at) => lenses.titleAt(at)),
    shown.map(({ title }) => title),
  );
  assert.equal(lenses.of(view, detail), shown);
  assert.equal(lenses.arrangement, arranged);
  const { graph, input } = analysis;
  const document = TextDocument.create(
    "file:///Dockerfile",
    "dockerfile",
    1,
    input.dockerfile.text,
  );
  const build = input.dockerfile.text.length % 2 === 0 ? "" : "Build: api (compose.yaml:4)";
  const fresh = new KeptLenses();
  const anew = new LensAnswers().of(document, graph, fresh, fresh.of(view, detail), build);
  const written = answers.of(document, graph, lenses, shown, build);
  assert.equal(written.bytes.toString(), anew.bytes.toString());
  assert.deepEqual(written.toJSON(), JSON.parse(anew.bytes.toString()));
}
