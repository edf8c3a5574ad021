/**
 * The process of one suite: imports every bundled test file named on the command line into one
 * test run, which is several times faster than a process for each. A file that cannot be loaded is
 * a failed test of that name.
 */
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";

let allAreLoaded = (): void => undefined;
const loading = new Promise<void>((resolve) => {
  allAreLoaded = resolve;
});
// Otherwise the first test of a file would start when what stands below it is not there yet.
before(() => loading);

for (const file of process.argv.slice(2)) {
  try {
    await import(pathToFileURL(file).href);
  } catch (error) {
    void test(`${file} loads`, () => {
      throw error;
    });
  }
}
allAreLoaded();
