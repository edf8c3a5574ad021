/** A file of twice the length takes about twice the time, also when everything in it rebuilds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { simulationLog } from "../../../server/src/core/documents/simulationLog.js";
import { codeLenses } from "../../../server/src/core/features/codeLens.js";
import { layerStack } from "../../../server/src/core/features/layerStack.js";
import { analysisOf, builders, built } from "./support.js";

/** Twice the text may take so many times as long; a quadratic part would take four times. */
const tolerance = 3.2;

const shapes: Readonly<Record<string, (size: number, change: string) => string>> = {
  "RUN and ENV in turn": (size, change) =>
    from(pairs(size, (i) => `ENV V${i}=${i === 0 ? change : i}\nRUN echo ${i} $V${i}`)),
  "RUN after RUN": (size, change) =>
    from(pairs(size, (i) => `RUN echo ${i === 0 ? change : i}\nRUN true`)),
  "every value another one": (size, change) =>
    from(pairs(size, (i) => `ARG V${i}=${change}\nRUN echo`)),
  "variables in another order": (size, change) =>
    from(
      (change === "a" ? "ENV A=1\nENV B=2\n" : "ENV B=2\nENV A=1\n") +
        pairs(size, () => "RUN echo\nUSER a"),
    ),
  "COPY after COPY": (size, change) =>
    from(pairs(size, (i) => `COPY f${i % 5} /x/${i === 0 ? change : i}\nWORKDIR /w${i}`)),
  "a stage for every ten instructions": (size, change) =>
    Array.from({ length: size / 10 }, (_, i) =>
      [
        i === 0 ? "FROM alpine AS s0" : `FROM s${i - 1} AS s${i}`,
        `ENV V=${i === 0 ? change : i}`,
        ...Array.from({ length: 8 }, (_unused, j) => `RUN echo ${i} ${j}`),
      ].join("\n"),
    ).join("\n"),
  // FIXME: where they are equal but for the stage, each COPY is compared with every recorded one.
  "stages that take files from the one above": (size, change) =>
    [
      `FROM alpine AS s0\nRUN echo ${change}`,
      ...Array.from(
        { length: size / 10 },
        (_, i) => `FROM alpine AS s${i + 1}\nCOPY --from=s${i} /a /a${i}\nRUN echo ${i}`,
      ),
    ].join("\n"),
};

function from(rest: string): string {
  return `FROM alpine\n${rest}`;
}

function pairs(size: number, line: (i: number) => string): string {
  return Array.from({ length: size / 2 }, (_, i) => line(i)).join("\n");
}

const files = { f0: "0", f1: "1", f2: "2", f3: "3", f4: "4" };

/**
 * The classic builder puts every ARG in front of every command, so that the texts alone are
 * quadratic. FIXME: a digest that is kept up to date, as of the environment, would make it linear.
 */
const isLeftOut = (name: string, builder: string): boolean =>
  name === "every value another one" && builder === "classic";

for (const [name, shape] of Object.entries(shapes)) {
  for (const builder of builders) {
    if (isLeftOut(name, builder)) continue;
    test(`${name}, ${builder}: time in proportion`, () => {
      const measure = (lines: number): number => {
        const state = built({ text: shape(lines, "a"), files, builder });
        const text = shape(lines, "b");
        return quickest(() => {
          const analysis = analysisOf({ text, files, builder, state });
          const view = { analysis, isResult: false };
          codeLenses(view, "all");
          layerStack(view, { folder: "app", problem: "", isWatched: true });
          simulationLog(analysis);
        });
      };
      const size = name === "RUN and ENV in turn" ? 2500 : 1000;
      measure(200);
      // A busy machine can spoil a measurement: a quadratic part shows in all of them.
      const ratios: number[] = [];
      for (let attempt = 0; attempt < 3; attempt++) {
        ratios.push(measure(2 * size) / measure(size));
        if ((ratios.at(-1) ?? 0) < tolerance) return;
      }
      assert.fail(
        `twice the instructions took ${ratios.map((r) => r.toFixed(1)).join(", ")} times as long`,
      );
    });
  }
}

/** Milliseconds of the processor in the quickest of three runs: others on the machine do not count. */
function quickest(work: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 2; run++) {
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}
