/** Where steps stand, before and after an edit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildGraph } from "../../../server/src/core/graph/build.js";
import { startOf } from "../../../server/src/core/graph/graph.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { buildOf } from "../../support/definitions.js";

const text = "ARG A=1\nFROM alpine AS one\nRUN a \\\n  b\nRUN c\nFROM one\nCOPY --from=one a /b\n";
const build = buildOf({});
const host = { digest: sha256, baseImage: () => null, builtImage: () => null };

test("a letter that is typed in a line leaves all places the same objects, and moves what is below", () => {
  const before = buildGraph(parseDockerfile(text), build, host);
  const typed = text.replace("RUN a", "RUN ax");
  const { graph } = buildGraph(parseDockerfile(typed), build, host, before);
  for (const [at, place] of graph.places.entries()) {
    assert.equal(place, before.graph.places[at]);
    const said = graph.steps[at]?.keyword ?? "?";
    assert.equal(typed.slice(startOf(graph, place)).split(" ")[0], said);
  }
});

test("a line that is put in makes new places where something is another one, and no others", () => {
  const before = buildGraph(parseDockerfile(text), build, host);
  const longer = text.replace("RUN c", "RUN new\nRUN c");
  const { graph } = buildGraph(parseDockerfile(longer), build, host, before);
  const fresh = buildGraph(parseDockerfile(longer), build, host);
  assert.deepEqual(graph.places, fresh.graph.places);
  assert.deepEqual(graph.starts, fresh.graph.starts);
  assert.equal(graph.places[2], before.graph.places[2]);
  assert.notEqual(graph.places[4], before.graph.places[4]);
});
