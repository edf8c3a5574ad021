/** What holds for every Dockerfile, checked on ones made by chance. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Analysis } from "../../../server/src/core/analysis/analyse.js";
import { finishedSteps } from "../../../server/src/core/cache/failedBuild.js";
import { keyOf } from "../../../server/src/core/cache/predict.js";
import { simulationJson } from "../../../server/src/core/documents/simulation.js";
import { simulationLog } from "../../../server/src/core/documents/simulationLog.js";
import {
  simulationMarkdown,
  simulationText,
} from "../../../server/src/core/documents/simulationText.js";
import { buildChoices } from "../../../server/src/core/features/buildChoices.js";
import { codeLenses } from "../../../server/src/core/features/codeLens.js";
import { diagnostics } from "../../../server/src/core/features/diagnostics.js";
import { hover } from "../../../server/src/core/features/hover.js";
import { layerChildren, layerStack } from "../../../server/src/core/features/layerStack.js";
import { lineOf } from "../../../server/src/core/graph/graph.js";
import { causeSentence, causeWords } from "../../../server/src/core/words/causeWords.js";
import { anyPlace } from "../../support/shownPlace.js";
import { runs } from "../../support/thorough.js";
import { anyText, dockerfiles, someFiles } from "./dockerfiles.js";
import { analysisOf, builders, built, type Given } from "./support.js";

const builder = fc.constantFrom(...builders);

test("any text is analysed and shown, before and after a simulated build", () => {
  fc.assert(
    fc.property(anyText, builder, (text, builder) => {
      const given = { text, builder, files: someFiles };
      showAll(analysisOf(given));
      showAll(analysisOf({ ...given, state: built(given) }));
    }),
    { numRuns: runs(150) },
  );
});

/** Asks every feature for everything. */
function showAll(analysis: Analysis): void {
  for (const isResult of [false, true]) {
    const view = { analysis, isResult };
    for (const lens of codeLenses(view, "all")) assert.ok(lens.title.length <= 110, lens.title);
    const nodes = layerStack(view, {
      folder: "app",
      problem: "",
      isWatched: true,
      isGuessed: false,
    });
    const ids = nodes.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length, "ids are not given twice");
    for (const { id, children } of nodes) if (children === "lazy") layerChildren(view, id);
  }
  const { text } = analysis.input.dockerfile;
  for (const { range } of diagnostics(analysis)) {
    if (range !== null) assert.ok(range.start <= range.end && range.end <= text.length);
  }
  for (let at = 0; at <= text.length; at += Math.max(1, Math.floor(text.length / 20))) {
    const range = hover({ analysis, isResult: false }, at)?.range;
    if (range !== undefined) assert.ok(range.start <= at && at <= range.end);
  }
  buildChoices(analysis);
  simulationJson(analysis, anyPlace);
  simulationText(analysis, "Dockerfile");
  simulationMarkdown(analysis);
  simulationLog(analysis);
}

test("right after a simulated build everything that runs is cached", () => {
  fc.assert(
    fc.property(dockerfiles, builder, (text, builder) => {
      const given = { text, builder, files: someFiles };
      assert.deepEqual(notCached(analysisOf({ ...given, state: built(given) })), []);
    }),
    {
      numRuns: runs(120),
      examples: [
        // RUN fails for want of a shell, while the first stage may still be at work.
        [
          "FROM alpine AS base\nCOPY src /src\nFROM scratch\nRUN echo hi\nCOPY --from=base /src /app/\n",
          "buildkit",
        ],
      ],
    },
  );
});

/**
 * A download may always answer something new, and a build that fails cancels what it has not
 * finished; all else is known.
 */
function notCached({ steps, graph, keys }: Analysis): readonly string[] {
  let remote = false;
  const isFinished = finishedSteps(keys, graph.rules);
  return steps.flatMap(({ step, keyed, prediction }) => {
    remote ||= keyed.open.some(({ kind }) => kind === "remote");
    if (!isFinished(keyed)) return [];
    if (prediction.kind === null || prediction.kind === "hit") return [];
    return remote ? [] : [`${step.text}: ${prediction.kind} ${prediction.causes[0]?.code}`];
  });
}

test("every miss and every unknown names its cause, and its line is in the file", () => {
  fc.assert(
    fc.property(dockerfiles, dockerfiles, builder, (before, text, builder) => {
      const state = built({ text: before, builder, files: someFiles });
      const files = { ...someFiles, "src/a.ts": "edited" };
      const { graph, steps } = analysisOf({ text, builder, files, state });
      for (const { prediction } of steps) {
        const isOpen = prediction.kind === "miss" || prediction.kind === "unknown";
        assert.ok(!isOpen || prediction.causes.length > 0);
        for (const cause of prediction.causes) {
          const line = lineOf(graph, cause.at);
          assert.ok(line === null || (line >= 1 && line <= text.split("\n").length));
          assert.match(causeSentence(cause, graph), /\.$/);
          assert.notEqual(causeWords(cause, graph), "");
        }
      }
    }),
    { numRuns: runs(150) },
  );
});

test("a comment or a blank line changes nothing where the context does not hold the Dockerfile", () => {
  const isIgnored = (path: string): boolean => path === "Dockerfile";
  fc.assert(
    fc.property(
      dockerfiles,
      builder,
      fc.constantFrom("# note", "", "   "),
      (text, builder, line) => {
        const given: Given = { text, builder, files: someFiles, isIgnored };
        const state = built(given);
        // Between instructions: before a line that starts one.
        const edited = text.replace(/^(?=(?:RUN|ENV|LABEL|FROM|USER) )/gm, `${line}\n`);
        const inHeredoc = /<</.test(text);
        fc.pre(!inHeredoc);
        assert.deepEqual(kinds({ ...given, text: edited, state }), kinds({ ...given, state }));
      },
    ),
    { numRuns: runs(120) },
  );
});

function kinds(given: Given): readonly (string | null)[] {
  return analysisOf(given).steps.map(({ prediction }) => prediction.kind);
}

function keys(given: Given): readonly (string | null)[] {
  const { steps, keys: all } = analysisOf(given);
  return steps.map(({ keyed }) => keyOf(all, keyed));
}

test("a file that nothing takes changes no key", () => {
  fc.assert(
    fc.property(dockerfiles, builder, (text, builder) => {
      fc.pre(!/(?:COPY|ADD)[^\n]* (?:\.|\.\.\/x) |target=\/m|\*/.test(text));
      const given = { text, builder, files: someFiles };
      const other = { ...someFiles, "unrelated/file": "x" };
      assert.deepEqual(keys({ ...given, files: other }), keys(given));
    }),
    { numRuns: runs(120) },
  );
});

test("the order in which a folder lists its files changes no key", () => {
  fc.assert(
    fc.property(dockerfiles, builder, (text, builder) => {
      const reversed = Object.fromEntries(Object.entries(someFiles).reverse());
      const given = { text, builder, files: someFiles };
      assert.deepEqual(keys({ ...given, files: reversed }), keys(given));
    }),
    { numRuns: runs(100) },
  );
});

test("of two equal analyses one is like the other, whatever was analysed between them", () => {
  fc.assert(
    fc.property(dockerfiles, dockerfiles, builder, (text, other, builder) => {
      const first = keys({ text, builder, files: someFiles });
      keys({ text: other, builder, files: someFiles });
      assert.deepEqual(keys({ text, builder, files: someFiles }), first);
    }),
    { numRuns: runs(50) },
  );
});
