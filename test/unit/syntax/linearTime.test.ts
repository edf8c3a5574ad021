// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these texts are a Dockerfile's, not ours.
/**
 * Twice the text takes about twice the time. Only ratios are asserted: a quadratic step would
 * take four times as long, and the sizes are large enough for it to show.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { expandWord } from "../../../server/src/core/syntax/expand.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { buildLineIndex, positionAt } from "../../../server/src/core/text/lineIndex.js";

const repeat = (count: number, line: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => line(n)).join("");

const CASES: readonly (readonly [name: string, make: (size: number) => string, size: number])[] = [
  ["instructions", (n) => repeat(n, (i) => `RUN --network=none echo ${i} && true\n`), 10_000],
  ["continued lines", (n) => `RUN a \\\n${repeat(n, (i) => `  b${i} \\\n`)}  c\n`, 20_000],
  [
    "pairs of one ENV",
    (n) => `ENV A=1 \\\n${repeat(n, (i) => `  B${i}="x y" \\\n`)}  C=3\n`,
    10_000,
  ],
  [
    "elements of one JSON array",
    (n) => `CMD [ \\\n${repeat(n, (i) => `"b${i}", \\\n`)}"c"]\n`,
    10_000,
  ],
  ["flags", (n) => `RUN ${repeat(n, (i) => `--mount=id=é${i} \\\n`)} x\n`, 10_000],
  ["lines of one heredoc", (n) => `RUN <<EOF\n${repeat(n, (i) => `echo ${i}\n`)}EOF\n`, 20_000],
  ["heredocs that nothing closes", (n) => repeat(n, (i) => `RUN <<EOF${i}\n`), 1_500],
  [
    "heredocs of one line",
    (n) => `RUN ${repeat(n, (i) => `<<E${i} \\\n`)}\n${repeat(n, (i) => `E${i}\n`)}`,
    2_000,
  ],
  ["comments", (n) => `${repeat(n, (i) => `# ${i}\n`)}FROM a\n`, 20_000],
  ["blank lines in a continuation", (n) => `RUN a \\\n${"\n".repeat(n)} b\n`, 20_000],
  ["nested ONBUILD", (n) => `${repeat(n, () => "ONBUILD \\\n")}RUN x\n`, 10_000],
  ["nested substitutions", (n) => `RUN <<A ${repeat(n, () => "${a:-\\\n")}\n`, 10_000],
  ["characters of one line", (n) => `RUN ${"x y ".repeat(n)}\n`, 100_000],
];

for (const [name, make, size] of CASES) {
  test(`parsing takes time in proportion to the number of ${name}`, () => {
    assertLinear((text) => parseDockerfile(text), make(size), make(2 * size));
  });
}

test("expanding takes time in proportion to the number of variables", () => {
  const make = (n: number) => repeat(n, (i) => `$A${i}"$" \${B:-c}`);
  const expand = (text: string) => expandWord(text, (name) => name, "\\");
  assertLinear(expand, make(5_000), make(10_000));
});

test("finding a line does not read the text again", () => {
  const lookEverywhere = (text: string) => {
    const index = buildLineIndex(text);
    for (let at = 0; at < text.length; at += 7) positionAt(index, at);
  };
  assertLinear(lookEverywhere, "abc\n".repeat(50_000), "abc\n".repeat(100_000));
});

/** Best of several runs each, and more looks before a machine's bad moment counts as a failure. */
function assertLinear(run: (text: string) => unknown, small: string, large: string): void {
  let ratio = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 8 && ratio > 3; attempt++) {
    ratio = Math.min(ratio, bestTime(run, large) / bestTime(run, small));
  }
  assert.ok(ratio <= 3, `twice the text took ${ratio.toFixed(1)} times as long`);
}

/** Of the processor, in microseconds: what else the machine does is not in it. */
function bestTime(run: (text: string) => unknown, text: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const start = process.cpuUsage();
    run(text);
    best = Math.min(best, process.cpuUsage(start).user);
  }
  return Math.max(best, 1);
}
