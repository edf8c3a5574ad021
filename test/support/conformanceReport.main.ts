/**
 * Checks all recordings and says how right the predictions are:
 *
 *     npm run conformance:report [-- PART-OF-A-NAME…]    # every disagreement, and the sums
 *     npm run conformance:report -- --unknown            # and every step predicted as unknown
 *     npm run conformance:report -- --write              # also rewrites docs/accuracy.md
 */
import { writeFileSync } from "node:fs";
import { accuracyPage, checkAll } from "../conformance/support/accuracy.js";
import { inRepository, repositoryRoot } from "./repository.js";

const args = process.argv.slice(2);
const words = args.filter((arg) => !arg.startsWith("--"));
const accuracy = await checkAll(repositoryRoot, words);
for (const { name, builder, wrong } of accuracy.disagreements) {
  console.log(`\n${name} (${builder})`);
  for (const text of wrong) console.log(`  ${text}`);
}
if (args.includes("--unknown")) {
  for (const { name, steps } of accuracy.unknown) {
    console.log(`\nunknown: ${name}`);
    for (const text of steps) console.log(`  ${text}`);
  }
}
const { cases, steps, unknown, facts, leftOut } = accuracy.total;
console.log(
  `\n${cases} recordings, ${steps} steps compared, ${accuracy.total.wrongSteps} wrong, ${unknown} unknown, ` +
    `${facts} other facts, ${leftOut} builds left out; ${accuracy.disagreements.length} recordings with a disagreement`,
);
if (args.includes("--write")) {
  writeFileSync(inRepository("docs/accuracy.md"), accuracyPage(accuracy));
}
process.exitCode = accuracy.disagreements.length === 0 ? 0 : 1;
