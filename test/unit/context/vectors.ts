/** The test vectors beside the repository: inputs with Go's and patternmatcher's own answers. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { TestContext } from "node:test";

/** The rows of one vector file; null, and the test says so, where the vectors are not there. */
export function readVectors(name: string, test: TestContext): readonly unknown[] | null {
  const file = path.resolve("..", "shared", "data", "vectors", name);
  if (!existsSync(file)) {
    test.skip(`left out: ${name} is not beside the repository`);
    return null;
  }
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as unknown);
}
