/** The build that is taken for a Dockerfile where nobody asks for another, in layouts as people have them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { readFixture } from "../../support/fixtures.js";
import { inRepository } from "../../support/repository.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { isThorough } from "../../support/thorough.js";
import { gitIn } from "../host/support/gitFolder.js";
import { runCli } from "./support/runCli.js";

interface Listed {
  readonly id: string;
  readonly dockerfile: string | null;
  readonly context: string | null;
  readonly target: string | null;
  readonly chosen: boolean;
}

const folder = inRepository("test", "fixtures", "layouts");
const layouts = readdirSync(folder).filter((file) => file.endsWith(".txt"));

test("the build that is meant is taken for at least 95 of 100 Dockerfiles", async (t) => {
  assert.equal(layouts.length, 40);
  const checked = await Promise.all(layouts.map((file) => checkLayout(t, file)));
  const wrong = checked.flatMap((one) => one.wrong);
  const all = checked.reduce((sum, one) => sum + one.count, 0);
  assert.ok(all >= 50, String(all));
  const share = 1 - wrong.length / all;
  assert.ok(share >= 0.95, `${Math.round(share * 100)} of 100 of ${all}:\n${wrong.join("\n")}`);
  // So that one that turns wrong is seen, and one that turns right.
  assert.deepEqual(wrong, []);
});

/** Gives what is taken in the place of what is meant, and how many Dockerfiles there are. */
async function checkLayout(t: TestContext, file: string) {
  const { sections } = readFixture(readFileSync(`${folder}/${file}`, "utf8"));
  const labels =
    sections
      .find(({ name }) => name === "builds")
      ?.text.trim()
      .split("\n") ?? [];
  const files = sections.filter(({ name }) => name !== "builds");
  const root = temporaryFolder(t, Object.fromEntries(files.map(({ name, text }) => [name, text])));
  // Git says what is made before a build.
  if (files.some(({ name }) => name === ".gitignore")) gitIn(root)("init", "--quiet");
  const { out } = await runCli(["builds", "--format", "json"], { cwd: root });
  const { builds } = JSON.parse(out) as { readonly builds: readonly Listed[] }; // the schema's test says so
  const taken = new Map(
    builds.flatMap((build) => (build.chosen ? [[build.dockerfile, build] as const] : [])),
  );
  const wrong: string[] = [];
  for (const label of labels) {
    const build = taken.get(label.split(" ")[0] ?? "");
    const words = build === undefined ? "nothing" : wordsOf(build);
    if (words !== label) wrong.push(`${file}: ${label}; taken is ${words} (${build?.id})`);
    else if (build !== undefined && isThorough)
      for (const error of await falseErrors(root, build.id)) wrong.push(`${file}: ${error}`);
  }
  return { wrong, count: labels.length };
}

function wordsOf({ dockerfile, context, target }: Listed): string {
  return [dockerfile, context === "" ? "." : context, target]
    .filter((word) => word !== null)
    .join(" ");
}

/** Sources that are said to be missing: all that a layout names is there, or made before. */
async function falseErrors(root: string, id: string): Promise<readonly string[]> {
  const words = ["simulate", "--build", id, "--format", "json", "--dry-run", "."];
  const { findings } = JSON.parse((await runCli(words, { cwd: root })).out) as SimulationJson; // as above
  return findings
    .filter(({ severity }) => severity !== "information")
    .map(({ line, message }) => `${id}: line ${line}: ${message}`);
}
