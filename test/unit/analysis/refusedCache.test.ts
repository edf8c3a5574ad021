/** An exported cache in which there is too much to look through is looked through once, not at each key. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { onDisk } from "../../../server/src/core/analysis/place.js";
import { analysePlatforms, PlatformMemory } from "../../../server/src/core/analysis/platforms.js";
import type { Answer } from "../../../server/src/core/analysis/snapshot.js";
import type { ExportedCache } from "../../../server/src/core/cache/exact/exportedCache.js";
import { emptyState } from "../../../server/src/core/cache/state.js";
import { known } from "../../../server/src/core/host.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { type Answered, answered } from "../../../server/src/core/world/world.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { buildOf } from "../../support/definitions.js";
import { worldOf } from "../../support/worlds.js";
import { bytesOf, exportOf } from "./exportedAnalysis.js";
import { treeOf } from "./support.js";

const text = `FROM scratch\nCOPY a /a\n${"WORKDIR /w\n".repeat(1_500)}`;

/** A build that is compared with an export, in one memory. */
function comparing() {
  const memory = new PlatformMemory();
  const build = buildOf({ builder: "buildkit" });
  const state = { ...emptyState, transfers: new Map() };
  const start = worldOf(build, { tree: treeOf({ Dockerfile: text, a: "a" }), state });
  return (written: string, cache: ExportedCache): Answer => {
    const dockerfile = parseDockerfile(written);
    let world = start;
    for (;;) {
      const answer = analysePlatforms(
        {
          place: onDisk,
          definition: build.definition,
          dockerfile,
          world,
          baseline: { kind: "caches", caches: ["cache"], own: { kind: "empty" } },
          digest: sha256,
        },
        memory,
      );
      const read = answer.needs.flatMap((need): Answered[] => {
        if (need.kind === "cache") return [[need, known(cache)]];
        return need.kind === "bytes" ? [[need, known(bytesOf(need.files))]] : [];
      });
      if (read.length === 0) return answer;
      world = answered(world, read);
    }
  };
}

/** Seven hundred records of one step, each behind very many links that lead nowhere. */
function overfull({ records }: ExportedCache): ExportedCache {
  const last = records.at(-1) ?? assert.fail();
  const below = records.findIndex(({ digest }) => digest === last.digest) - 1;
  const link = (record: number) => ({ record, selector: null });
  const links = [...Array.from({ length: 700 }, () => link(0)), link(below), link(below + 1)];
  const alike = Array.from({ length: 700 }, () => ({ ...last, inputs: [links] }));
  return { records: [...records.slice(0, below + 1), ...alike] };
}

/** A cache that counts how often somebody looks at its records. */
function counted({ records }: ExportedCache) {
  const looks = { count: 0 };
  const cache: ExportedCache = {
    get records() {
      looks.count++;
      return records;
    },
  };
  return { cache, looks };
}

test("an export that was given up is not looked through at the next key, and is once it is read anew", () => {
  const good = exportOf(comparing()(text, { records: [] }));
  const ask = comparing();
  const { cache, looks } = counted(overfull(good));
  const labelOf = ({ analysis }: Answer) => analysis.input.baseline.label;
  assert.match(labelOf(ask(text, cache)), /too many records of one step/);
  assert.ok(looks.count > 0);
  looks.count = 0;
  assert.match(labelOf(ask(`${text}RUN a\n`, cache)), /too many records of one step/);
  assert.equal(looks.count, 0);
  const { summary } = ask(text, good).analysis;
  assert.deepEqual(summary, { hit: 1_501, miss: 0, unknown: 0 });
});
