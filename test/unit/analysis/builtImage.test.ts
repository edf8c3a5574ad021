/** Lines beside the layers of an image, however many there are of both. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BaseImage } from "../../../server/src/core/image/baseImage.js";
import { compareImage, grownLayers } from "../../../server/src/core/insight/builtImage.js";
import { analysisOf } from "./support.js";

test("thousands of layers beside thousands of lines are paired within seconds", {
  timeout: 8000,
}, () => {
  const lines = Array.from({ length: 8000 }, (_, at) => `RUN echo ${at}`);
  const text = ["FROM scratch", ...lines].join("\n");
  // One layer that no line makes, and each second line has none.
  const made = ["RUN echo other", ...lines.filter((_, at) => at % 2 === 0)];
  const compared = compareImage(analysisOf({ text }), imageOf(made));
  const pairs = compared?.layers.filter(({ step, layer }) => step !== null && layer !== null) ?? [];
  assert.equal(pairs.length, 4000);
  for (const { step, layer } of pairs) assert.equal(step?.step.text, layer?.madeBy);
  assert.equal(compared?.layers.length, 8001);
});

test("of two images with thousands of layers the same ones stand beside each other", {
  timeout: 8000,
}, () => {
  const made = Array.from({ length: 8000 }, (_, at) => `RUN echo ${at}`);
  const grown = grownLayers(imageOf(made), imageOf(made.toSpliced(4000, 50)));
  assert.equal(grown.filter(({ isSame }) => isSame).length, 7950);
  assert.equal(grown.filter(({ after }) => after === null).length, 50);
});

/** With a layer for each command. */
function imageOf(made: readonly string[]): BaseImage {
  const layers = made.map((madeBy) => ({ digest: `sha256:${madeBy}`, bytes: null, madeBy }));
  return {
    ...{
      id: "",
      layersId: "",
      layers: layers.length,
      environment: [],
      cmd: null,
      entrypoint: null,
    },
    ...{ workingDirectory: "", user: "", exposedPorts: [], volumes: [], labels: {} },
    ...{ healthcheck: null, stopSignal: null, shell: null, onBuild: [] },
    origin: {
      ...{ source: "archive", digest: null, created: null, platform: "linux/amd64", bytes: null },
      ...{ layers, at: 0 },
    },
  };
}
