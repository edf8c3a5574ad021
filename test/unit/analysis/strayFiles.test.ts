/** What a step takes that is mostly not meant, whatever it is compared with. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BaselineChoice } from "../../../server/src/core/analysis/baselineChoice.js";
import { Memory } from "../../../server/src/core/analysis/memory.js";
import { onDisk } from "../../../server/src/core/analysis/place.js";
import { analyse } from "../../../server/src/core/analysis/snapshot.js";
import { neverCancelled } from "../../../server/src/core/host.js";
import { advice } from "../../../server/src/core/insight/advice.js";
import { parseDockerfile } from "../../../server/src/core/syntax/parse.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { openMachine } from "../../../server/src/host/machine.js";
import { settle } from "../../../server/src/host/settle.js";
import { buildOf } from "../../support/definitions.js";
import { repositoryOf } from "../host/support/gitFolder.js";

test("compared with a commit and with nothing, COPY of the whole context takes .git", async (t) => {
  const text = "FROM scratch\nCOPY . /app\n";
  const { folder } = repositoryOf(t, { Dockerfile: text, a: "1\n", ".env": "A=1\n" });
  const { definition } = buildOf({
    context: { kind: "path", folder },
    dockerfile: { kind: "file", path: `${folder}/Dockerfile` },
  });
  const [platform] = definition.platforms;
  const build = { place: onDisk, definition, platform, dockerfile: parseDockerfile(text) };
  const said = async (baseline: BaselineChoice) => {
    const { pool } = openMachine({ mayAskGit: () => true });
    const memory = new Memory();
    const { analysis } = await settle(
      pool,
      (world) => analyse({ ...build, world, baseline, digest: sha256 }, memory),
      neverCancelled,
    );
    return { kind: analysis.input.baseline.kind, advice: advice(analysis) };
  };
  for (const baseline of [{ kind: "empty" }, { kind: "git", ref: "HEAD" }] as const) {
    const { kind, advice: found } = await said(baseline);
    assert.equal(kind, baseline.kind);
    assert.deepEqual(
      found.map((one) => (one.code === "stray-files-taken" ? one.names : one.code)),
      [[".git", ".env", "Dockerfile"]],
    );
  }
});
