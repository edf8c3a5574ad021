/**
 * Runs the tests on another version of Node.js, which is fetched from npm where it is not the one that
 * runs: `npm run test:node -- 22 [what a run of the tests takes]`. Without a version: all of them.
 */
import { spawnSync } from "node:child_process";
import { type NodeMajor, nodeBinary, nodeMajors } from "./hosts/nodeBinary.js";
import { inCache } from "./repository.js";

const [first = "", ...rest] = process.argv.slice(2);
const named = nodeMajors.filter((major) => String(major) === first);
const words = named.length > 0 ? rest : process.argv.slice(2);
for (const major of named.length > 0 ? named : nodeMajors)
  if (!(await passesOn(major))) process.exitCode = 1;

async function passesOn(major: NodeMajor): Promise<boolean> {
  const node = await nodeBinary(major);
  console.log(`Node.js ${major}`);
  return (
    spawnSync(node, [inCache("build", "run.mjs"), ...words], { stdio: "inherit" }).status === 0
  );
}
