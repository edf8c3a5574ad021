/** A test of the protocol: one that stands still, as on an answer that never comes, fails by its name. */
import { test as nodeTest, type TestContext } from "node:test";

/** Far longer than any takes on a busy machine, far shorter than the limit of the suite. */
const limit = { timeout: 60_000 };

type Run = (t: TestContext) => void | Promise<void>;

export function test(name: string, run: Run): void {
  void nodeTest(name, limit, run);
}
