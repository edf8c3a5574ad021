/**
 * Asks the registry for known holes in the packages of the lock: `npm run audit`. Ends with 1 for one
 * of at least moderate weight. A registry that has no such list, or no network, is said and no failure:
 * a list that is empty because nobody was asked must not be taken for a good answer.
 */
import { spawnSync } from "node:child_process";

const { stdout } = spawnSync("npm", ["audit", "--json"], {
  encoding: "utf8",
  shell: process.platform === "win32",
});
const answer = read(stdout);
if (answer?.metadata?.vulnerabilities === undefined) {
  console.log(`NOT CHECKED for known holes: ${answer?.message ?? "npm audit gives no answer"}`);
} else {
  const { moderate, high, critical } = answer.metadata.vulnerabilities;
  console.log(`known holes: ${critical} critical, ${high} high, ${moderate} moderate`);
  for (const [name, { severity }] of Object.entries(answer.vulnerabilities ?? {}))
    console.log(`  ${name}: ${severity}`);
  if (moderate + high + critical > 0) process.exitCode = 1;
}

/** What `npm audit --json` prints, as far as it is looked at: docs.npmjs.com/cli/commands/npm-audit. */
interface Audit {
  readonly message?: string;
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>;
  readonly metadata?: {
    readonly vulnerabilities?: Readonly<Record<"moderate" | "high" | "critical", number>>;
  };
}

function read(text: string): Audit | null {
  try {
    return JSON.parse(text) as Audit;
  } catch {
    return null;
  }
}
