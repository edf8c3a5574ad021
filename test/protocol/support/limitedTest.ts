/** A test of the protocol: one that stands still, as on an answer that never comes, fails by its name. */
import { test as nodeTest, type TestContext } from "node:test";

/** Far longer than any takes on a busy machine, far shorter than the limit of the suite. */
const limit = 60_000;

type Run = (t: TestContext) => void | Promise<void>;

/** @param more milliseconds, for one that is asked for more than usual */
export function test(name: string, run: Run, more = 0): void {
  void nodeTest(name, { timeout: limit + more }, run);
}
