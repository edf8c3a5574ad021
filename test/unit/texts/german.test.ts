/** How a prediction reads to somebody whose editor speaks German. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { simulationLog } from "../../../server/src/core/documents/simulationLog.js";
import { codeLenses } from "../../../server/src/core/features/codeLens.js";
import { hover } from "../../../server/src/core/features/hover.js";
import { layerStack } from "../../../server/src/core/features/layerStack.js";
import { speak } from "../../../server/src/core/text/say.js";
import { summarySentence } from "../../../server/src/core/words/summary.js";
import { textsIn } from "../../support/textLists.js";
import { analysisOf, built } from "../analysis/support.js";

const text = `FROM alpine AS build
ARG VERSION
COPY src/ /src/
RUN make
FROM alpine
COPY --from=build /src/app /app
CMD ["/app"]
`;
const before = { text, files: { "src/a.c": "old" } };
const edited = { text, files: { "src/a.c": "new", "src/b.c": "" }, state: built(before) };

suite("in German", () => {
  beforeEach(() => {
    untranslated.clear();
    speak({ id: "de", texts: noticed(textsIn("l10n/bundle.l10n.de.json")) });
  });

  afterEach(() => speak(null));

  inGerman("lenses", () => {
    const titles = codeLenses({ analysis: analysisOf(edited), isResult: false }, "all");
    assert.deepEqual(
      titles.map(({ title }) => title),
      [
        "Basis-Image alpine",
        "Nur Build-Argument",
        "Wird neu gebaut: src/a.c und 1 weitere sind geändert · Schicht 1 von Stage build · 2 Dateien, 3 B",
        "Wird neu gebaut: wegen Zeile 3 · Schicht 2 von Stage build",
        "Basis-Image alpine",
        "Wird vielleicht neu gebaut: hängt von Zeile 3 ab · Schicht 1",
        "Nur Metadaten",
      ],
    );
  });

  inGerman("a hover", () => {
    const view = { analysis: analysisOf(edited), isResult: false };
    const shown = hover(view, text.indexOf("COPY src"))?.markdown.replaceAll("\\", "") ?? "";
    for (const part of [
      "src/a.c ist geändert und src/b.c ist neu. *Verglichen mit dem letzten simulierten Build.*",
      "- **Wird neu gebaut, wenn:** sich diese Zeile ändert; sich eine von 2 Dateien (3 B) in Inhalt oder Modus ändert, dazukommt oder wegfällt: src/a.c und src/b.c; sich das Basis-Image alpine ändert.",
      "- **Wenn sich hier etwas ändert:** Zeile 4 wird neu gebaut; Zeile 6 wird vielleicht neu gebaut.",
    ]) {
      assert.ok(shown.includes(part), `${part}\n\n${shown}`);
    }
  });

  inGerman("the layer tree and the summary", () => {
    const analysis = analysisOf(edited);
    const context = { folder: "app", problem: "", isWatched: true, isGuessed: false };
    const [image] = layerStack({ analysis, isResult: false }, context);
    assert.equal(image?.accessibilityLabel, "Stage 1, 1 wird vielleicht neu gebaut, das Image");
    assert.equal(
      summarySentence(analysis),
      "2 werden neu gebaut, 1 wird vielleicht neu gebaut: src/a.c und 1 weitere sind geändert (Zeile 3).",
    );
  });

  inGerman("in the log Docker's own lines stay Docker's", () => {
    const builder = "classic";
    const state = built({ ...before, builder });
    const lines = simulationLog(analysisOf({ ...edited, builder, state }));
    const last = lines.indexOf("Step 6/7 : COPY --from=build /src/app /app");
    assert.equal(
      lines[last + 1],
      "   ↳ wird vielleicht neu gebaut: Es kommt auf die Dateien an, die Stage build beim Neubau von Zeile 3 erzeugt: Sind sie gleich, bleibt dieser Schritt im Cache.",
    );
    assert.match(lines.join("\n"), /^ ---> Removed intermediate container /m);
    assert.match(lines.join("\n"), /^Successfully built /m);
    assert.equal(lines.at(-1), "Es wurde nichts ausgeführt: Dies ist eine Simulation.");
  });
});

/** Texts that were said in English, because nobody has translated them yet. */
const untranslated = new Set<string>();

/** The same texts; one that is asked for and missing is noticed. */
function noticed(texts: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return new Proxy(texts, {
    getOwnPropertyDescriptor(target, key) {
      const found = Reflect.getOwnPropertyDescriptor(target, key);
      if (found === undefined) untranslated.add(String(key));
      return found;
    },
  });
}

/** A test that waits, and says so, while what it reads is not translated. */
function inGerman(name: string, check: () => void): void {
  test(name, (t) => {
    try {
      check();
    } catch (error) {
      if (untranslated.size === 0) throw error;
      t.skip(`not translated yet: ${[...untranslated].join(" · ")}`);
    }
  });
}
