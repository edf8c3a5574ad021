/**
 * Records what a real BuildKit prints of the contexts that it gets in a first build:
 *
 *     npm run conformance:transfers
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  type Transfer,
  transferCases,
  transferredBytes,
  writeTransferCase,
} from "../conformance/support/transfers.js";
import { importBaseImage } from "./engine/baseImage.js";
import { startEngine } from "./engine/engine.js";
import { EngineUnavailable } from "./engine/files.js";
import { repositoryRoot as root } from "./repository.js";

process.exitCode = await main();

async function main(): Promise<number> {
  const recorded: Transfer[] = [];
  try {
    const engine = await startEngine({
      cache: path.join(root, ".cache/engine"),
      data: null,
      store: "graphdriver",
      mayUseGiven: false,
    });
    try {
      const { docker, buildx } = engine.versions;
      await importBaseImage(engine, "local/base", "transfers");
      for (const [at, one] of transferCases.entries()) {
        const folder = path.join(os.tmpdir(), `stratacast-transfer-${process.pid}-${at}`);
        mkdirSync(folder);
        try {
          writeTransferCase(one, folder);
          const words = ["build", "--progress=rawjson", folder];
          const { code, stderr } = await engine.docker(words, {
            env: { BUILDX_NO_DEFAULT_ATTESTATIONS: "1" },
          });
          const bytes = transferredBytes(stderr);
          if (code !== 0 || bytes === null) throw new Error(`${one.name}: ${stderr.slice(-500)}`);
          recorded.push({ case: one.name, engine: `Docker ${docker}, buildx ${buildx}`, bytes });
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      }
    } finally {
      await engine.stop();
    }
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    console.error(error.message);
    return 2;
  }
  const file = path.join(root, "test/conformance/transfers.json");
  writeFileSync(file, `${JSON.stringify(recorded, null, 2)}\n`);
  console.log(`${recorded.length} transfers recorded`);
  return 0;
}
