/**
 * What is kept of the builds below changes no answer: after edits of any of them by chance, what is said
 * with the memory of all that was said before is what is said without.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Memory } from "../../../server/src/core/analysis/memory.js";
import { onDisk } from "../../../server/src/core/analysis/place.js";
import { recordedWithBases } from "../../../server/src/core/analysis/recorded.js";
import { type Answer, analyse } from "../../../server/src/core/analysis/snapshot.js";
import { addBuild, emptyState } from "../../../server/src/core/cache/state.js";
import { simulationJson } from "../../../server/src/core/documents/simulation.js";
import { known, neverCancelled } from "../../../server/src/core/host.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { answered } from "../../../server/src/core/world/world.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { openMachine } from "../../../server/src/host/machine.js";
import { settle } from "../../../server/src/host/settle.js";
import { buildOf } from "../../support/definitions.js";
import { anyPlace } from "../../support/shownPlace.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { runs } from "../../support/thorough.js";

const files = {
  "compose.yaml": `services:
  low: { image: me/low, build: low }
  mid: { image: me/mid, build: { context: mid, additional_contexts: { low: "service:low" } } }
`,
  "low/Dockerfile": "FROM scratch\nCOPY a b /\n",
  "low/a": "1\n",
  "low/b": "1\n",
  "mid/Dockerfile": "FROM low\nENV V=1\nCOPY m /m\n",
  "mid/m": "1\n",
};

const web =
  "FROM me/mid AS build\nRUN make $V\nFROM alpine\nCOPY --from=me/low /a /\nCOPY --from=build /o /\n";

const edits = fc.constantFrom<readonly [file: string, text: string]>(
  ["low/Dockerfile", "FROM scratch\nCOPY a /\n"],
  ["low/Dockerfile", "# c\nFROM scratch\nCOPY a b /\n"],
  ["low/Dockerfile", "FROM me/mid\nCOPY a b /\n"],
  ["low/Dockerfile", "FROM scratch\nCOPY a gone /\n"],
  ["low/a", "2\n"],
  ["low/a", "1\n"],
  ["low/b", "2\n"],
  ["mid/Dockerfile", "FROM low\nENV V=2\nCOPY m /m\n"],
  ["mid/Dockerfile", files["mid/Dockerfile"]],
  ["mid/m", "2\n"],
  ["compose.yaml", files["compose.yaml"].replace("service:low", "service:none")],
  ["compose.yaml", files["compose.yaml"]],
  ["simulate", ""],
);

test("with what is kept of builds below and without it the answers are equal", async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(edits, { minLength: 2, maxLength: 8 }), async (steps) => {
      const folder = temporaryFolder(t, { ...files, Dockerfile: web });
      let state = emptyState;
      const { pool, contexts } = openMachine({
        mayAskGit: () => false,
        readState: async () => state,
      });
      const [platform] = buildOf({}).definition.platforms;
      const { definition } = buildOf({ context: { kind: "path", folder } });
      const build = { place: onDisk, definition, platform, dockerfile: parseDockerfile(web) };
      const memory = new Memory();
      const answer = (own: Memory): Promise<Answer> =>
        settle(
          pool,
          (world) =>
            analyse(
              { ...build, world, baseline: { kind: "last" }, digest: sha256, builds: folder },
              own,
            ),
          neverCancelled,
        );
      const said = ({ analysis }: Answer) => JSON.stringify(simulationJson(analysis, anyPlace));
      for (const [file, text] of steps) {
        const kept = await answer(memory);
        assert.equal(said(kept), said(await answer(new Memory())));
        if (file === "simulate") {
          for (const made of recordedWithBases(kept, sha256, state.builds.length))
            state = addBuild(state, made, sha256);
          pool.update((world) => answered(world, [[{ kind: "state" }, known(state)]]));
        } else {
          writeIn(folder, file, text);
          const needs = kept.reads.filter(({ kind }) => kind !== "contents" && kind !== "state");
          for (const need of needs) if (need.kind === "tree") contexts.expire(need);
          await pool.renew(needs, neverCancelled);
        }
      }
      assert.equal(said(await answer(memory)), said(await answer(new Memory())));
    }),
    { numRuns: runs(100) },
  );
});
