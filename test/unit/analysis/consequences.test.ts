// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are a Dockerfile's, not ours.
/** What is said to rebuild after a line is what the prediction says once that line has changed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { consequences } from "../../../server/src/core/insight/consequences.js";
import { firstLines } from "../../../server/src/core/insight/lineSet.js";
import { runs } from "../../support/thorough.js";
import { analysisOf, builders, built } from "./support.js";

test("a changed line rebuilds the lines that it is said to, and no others", () => {
  fc.assert(
    fc.property(anyFile(), fc.nat(), fc.constantFrom(...builders), (any, at, builder) => {
      // The classic builder knows no mounts.
      const lines = any.filter((line) => builder === "buildkit" || !line.includes("--mount"));
      const places = lines.flatMap((line, index) => (line.includes("=old") ? [index] : []));
      const place = places[at % places.length];
      if (place === undefined) return;
      const files = { f: "1" };
      const before = { text: lines.join("\n"), files, builder };
      const text = lines.map((line, n) => (n === place ? line.replace("old", "new") : line));
      const analysis = analysisOf({ ...before, text: text.join("\n"), state: built(before) });
      const changed = analysis.steps.find((step) => step.place.line === place + 1);
      assert.ok(changed !== undefined && analysis.problems.length === 0, text.join("\n"));
      const following = consequences(analysis, changed);
      const certain = new Set(firstLines(following.certain, 999));
      const possible = new Set(firstLines(following.possible, 999));
      for (const { step, place: other, prediction } of analysis.steps) {
        if (other.line === place + 1 || prediction.kind === null) continue;
        // Of equal lines the classic builder finds the second in the cache: the first has just been built.
        if (text.filter((line) => line === step.text).length > 1) continue;
        const said: string = `line ${other.line} after line ${place + 1} of\n${text.join("\n")}`;
        // A variable of an image that nobody looked into may make two lines one: what has been built for the
        // first is then taken for the second.
        if (prediction.causes[0]?.code === "base-variable-unknown") {
          assert.match(step.text, /\$V\d/, said);
          continue;
        }
        if (certain.has(other.line)) assert.equal(prediction.kind, "miss", said);
        else if (!possible.has(other.line)) assert.equal(prediction.kind, "hit", said);
      }
    }),
    { numRuns: runs(400) },
  );
});

test("the image of a stage that only hands on files is in what takes them", () => {
  const lines = (text: string, line: number) => {
    const analysis = analysisOf({ text });
    const step = analysis.steps.find(({ place }) => place.line === line);
    assert.ok(step !== undefined);
    const { certain, possible } = consequences(analysis, step);
    return [firstLines(certain, 99), firstLines(possible, 99)];
  };
  const tool =
    "ARG V=1\nARG TAG=$V-slim\nFROM tool:$TAG AS t\nFROM base\nCOPY --from=t /x /x\nRUN y";
  assert.deepEqual(lines(tool, 3), [[], [5, 6]]);
  assert.deepEqual(lines(tool, 1), [[], [5, 6]]);
  assert.deepEqual(lines("FROM t AS t\nFROM b\nRUN --mount=from=t,target=/t x", 1), [[], [3]]);
  assert.deepEqual(lines("ARG V=1\nFROM a:$V AS p\nFROM p\nRUN x", 1), [[4], []]);
});

/** Lines with `=old` can be changed. Each variable is set once: a value that another one hides reaches nothing. */
function anyFile(): fc.Arbitrary<readonly string[]> {
  const part = fc.record({ kind: fc.nat(11), name: fc.nat(99), other: fc.nat(99) });
  const stage = fc.record({ base: fc.nat(99), parts: fc.array(part, { maxLength: 6 }) });
  return fc.array(stage, { minLength: 1, maxLength: 5 }).map((stages) => {
    const lines = ["ARG G0=old", "ARG G1=x$G0"];
    for (const [index, { base, parts }] of stages.entries()) {
      const from = index === 0 || base % 2 === 0 ? ["a", "a-$G0", "b-$G1"][base % 3] : null;
      lines.push(`FROM ${from ?? `s${base % index}`} AS s${index}`);
      for (const { kind, name, other } of parts) {
        const [line, stageName] = [lines.length, index === 0 ? "b" : `s${other % index}`];
        const variable = `$V${(name * 7) % Math.max(1, line)}`;
        const choices = [
          ...[`ENV V${line}=old`, `ENV V${line}=${variable}`, `ARG V${line}=old`, "ARG G0"],
          ...[`RUN echo a=old${line}`, `RUN ["echo", "${line}"]`, `WORKDIR /w${line}/${variable}`],
          ...[`COPY f /f${line}/${variable}`, `USER u${line}`, `LABEL l${line}=${variable}`],
          ...[`COPY --from=${stageName} /x /y${line}`],
          `RUN --mount=from=${stageName},target=/m cat`,
        ];
        lines.push(choices[kind] ?? "");
      }
    }
    return lines;
  });
}
