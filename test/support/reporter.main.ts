/**
 * The reporter of a suite: it is silent about what passes, prints each failure with its place and
 * each skipped test with its reason, and leaves the counts in a file for the runner.
 */
import { writeFileSync } from "node:fs";
import { inspect } from "node:util";
import { type Counts, countsFileVariable } from "./runner/counts.js";

/** The part of Node's test events that is used here; its own types differ between its versions. */
interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name: string;
    readonly nesting: number;
    readonly file?: string;
    readonly line?: number;
    readonly message?: string;
    readonly skip?: string | boolean;
    readonly details?: {
      readonly type?: string;
      readonly duration_ms?: number;
      readonly error?: { readonly failureType?: string; readonly cause?: unknown };
    };
  };
}

/** Why Node skips what `--test-name-pattern` does not name; newer versions do not mention it. */
const notChosen = "test name does not match pattern";

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  const path: string[] = [];
  for await (const { type, data } of events) {
    if (type === "test:start") {
      path.length = data.nesting;
      path[data.nesting] = data.name;
    } else if (type === "test:pass" && data.details?.type !== "suite") {
      if (data.skip === undefined) passed += 1;
      else if (data.skip !== notChosen) {
        skipped += 1;
        yield `  left out: ${data.name}${typeof data.skip === "string" ? ` (${data.skip})` : ""}\n`;
      }
    } else if (type === "test:fail" && data.details?.error?.failureType !== "subtestsFailed") {
      failed += 1;
      yield failure([...path.slice(0, data.nesting), data.name], data);
    } else if (type === "test:diagnostic" && data.message?.startsWith("Error: ") === true) {
      // Activity after the end of a test: Node only mentions it, but it is a failure that hides.
      failed += 1;
      yield `  FAILED ${data.message}\n`;
    }
  }
  const file = process.env[countsFileVariable];
  const counts: Counts = { passed, failed, skipped };
  if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
}

function failure(names: readonly string[], data: TestEvent["data"]): string {
  const cause = data.details?.error?.cause ?? data.details?.error;
  const text = cause instanceof Error ? readable(cause) : inspect(cause);
  const body = text
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
  return `  FAILED ${names.join(" › ")}\n${body}\n`;
}

/** The message, and of the stack only the lines of this project. */
function readable(error: Error): string {
  const stack = (error.stack ?? "").split("\n").filter((line) => /^\s+at .*\.(ts|mjs)/.test(line));
  const own = stack.filter((line) => !line.includes("node:")).slice(0, 6);
  return [error.name === "Error" ? error.message : `${error.name}: ${error.message}`, ...own].join(
    "\n",
  );
}
