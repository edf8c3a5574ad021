/**
 * Holds our own reading of Compose and Bake files against docker's, on folders of real files:
 *
 *     node .cache/build/evaluations.mjs FOLDER…
 */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { ensureDockerPrograms } from "./engine/files.js";
import { compareEvaluations } from "./evaluations.js";
import { repositoryRoot } from "./repository.js";

const folders = process.argv.slice(2).flatMap((folder) =>
  readdirSync(folder)
    .map((name) => path.resolve(folder, name))
    .filter((place) => statSync(place).isDirectory()),
);
if (folders.length === 0) {
  console.error("usage: npm run measure:definitions -- FOLDER, of which each folder is a project");
  process.exitCode = 2;
} else await measure();

async function measure(): Promise<void> {
  const cache = path.join(repositoryRoot, ".cache/engine");
  const { bin, dockerConfig } = await ensureDockerPrograms(cache, "newest");
  const env = { PATH: bin, HOME: dockerConfig, DOCKER_CONFIG: dockerConfig };
  let equal = 0;
  let refused = 0;
  let others = 0;
  for (const folder of folders) {
    const compared = await compareEvaluations(folder, env);
    equal += compared.equal;
    refused += compared.refused.length;
    others += compared.others.length;
    for (const line of compared.others) console.log(`${path.basename(folder)}: ${line}`);
  }
  console.log(`\n${equal} builds equal, ${others} differences, ${refused} that docker refuses`);
}
