/** Dockerfiles that would show a part of an answer that compares every instruction with every other. */

import { explainJson } from "../../../server/src/core/documents/explain.js";
import { explainPage } from "../../../server/src/core/documents/explainPage.js";
import { simulationLog } from "../../../server/src/core/documents/simulationLog.js";
import { codeLenses } from "../../../server/src/core/features/codeLens.js";
import { layerStack } from "../../../server/src/core/features/layerStack.js";
import type { Digest } from "../../../server/src/core/host.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { addWork } from "../../support/growth/builtins.js";
import type { Work } from "../../support/growth/growth.js";
import { anyPlace } from "../../support/shownPlace.js";
import { analysisOf, builders, built, type Given } from "./support.js";

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
  "one COPY of many sources": (size, change) =>
    `FROM alpine\nCOPY${words(size, (i) => ` f${i}`)} /x${change}/`,
  "one ADD of many addresses": (size, change) =>
    `FROM alpine\nADD${words(size, (i) => ` https://h/${i}`)} /x${change}/`,
  "one RUN with many mounts": (size, change) =>
    `FROM alpine\nRUN${words(size, (i) => ` --mount=target=/m${i}`)} echo ${change}`,
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

function words(size: number, word: (i: number) => string): string {
  return Array.from({ length: size }, (_, i) => word(i)).join("");
}

const files = { f0: "0", f1: "1", f2: "2", f3: "3", f4: "4" };

/** Everything rebuilds: the state is that of a build with another first line. */
const shown: readonly Work[] = Object.entries(shapes).flatMap(([name, shape]) =>
  builders.map(
    (builder): Work => ({
      name: `${name}, ${builder}`,
      size: 100,
      prepare: (size) => {
        const state = built({ text: shape(size, "a"), files, builder });
        const text = shape(size, "b");
        return () => show({ text, files, builder, state, digest: countingDigest });
      },
    }),
  ),
);

/** So many that each step has more lines that follow from it than a sentence or JSON names. */
const explained: readonly Work[] = [
  { name: "RUN and ENV in turn", size: 400 },
  { name: "stages that take files from the one above", size: 1000 },
].map(
  ({ name, size }): Work => ({
    name: `${name}, explained`,
    size,
    prepare: (size) => {
      const analysis = analysisOf({ text: shapes[name]?.(size, "a") ?? "", files });
      return () => {
        explainJson(analysis, anyPlace);
        explainPage({ analysis, isResult: false }, { name: "Dockerfile" });
      };
    },
  }),
);

export const works: readonly Work[] = [...shown, ...explained];

function show(given: Given): void {
  const analysis = analysisOf(given);
  const view = { analysis, isResult: false };
  codeLenses(view, "all");
  layerStack(view, { folder: "app", problem: "", isWatched: true, isGuessed: false });
  simulationLog(analysis);
}

/** Hashing is work, too. */
const countingDigest: Digest = (text) => {
  addWork(text.length);
  return sha256(text);
};
