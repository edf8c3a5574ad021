/**
 * `stratacast simulate --exact` held against the whole exports of real builds: the digests of steps
 * and of what they take. The exports live beside the repository; without them this suite says so and
 * passes.
 */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { sha256 } from "../../../server/src/host/digest.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { runCli } from "./support/runCli.js";

const FOLDER = path.resolve("../shared/data/exact-keys");

interface Exported {
  readonly digest: string;
  readonly inputs?: readonly (readonly { readonly link: number; readonly selector?: string }[])[];
}

interface Case {
  readonly name: string;
  readonly dockerfile: string;
  readonly flags: readonly string[];
  readonly records?: readonly Exported[];
}

interface Cases {
  readonly bases: Readonly<
    Record<string, { readonly digest: string; readonly layers: readonly string[] }>
  >;
  readonly files: Readonly<Record<string, string | { readonly link: string }>>;
  readonly cases: readonly Case[];
}

/** Of the command line of `docker build`, what says nothing of keys. */
function withoutLeave(flags: readonly string[]): readonly string[] {
  return flags.filter((word, at) => word !== "--allow" && flags[at - 1] !== "--allow");
}

async function exact(folder: string, flags: readonly string[]): Promise<SimulationJson> {
  const own = ["--exact", "--dry-run", "--network", "none", "--format", "json"];
  const words = ["simulate", ...own, "--fail-on", "never", ...flags, "context"];
  const run = await runCli(words, { cwd: folder });
  assert.deepEqual(run.err, [], flags.join(" "));
  return JSON.parse(run.out) as SimulationJson; // the schema test checks it
}

function contextOf(t: TestContext, files: Cases["files"]): string {
  const folder = temporaryFolder(t);
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, "context", name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (typeof content === "string") writeIn(folder, `context/${name}`, content);
    else symlinkSync(content.link, file);
  }
  if (files["run.sh"] !== undefined) chmodSync(path.join(folder, "context/run.sh"), 0o755);
  writeIn(folder, "d2/a.txt", "other");
  return folder;
}

/** Of all inputs of a record, what each may be, but for those that go by another record. */
function contentsIn(records: readonly Exported[], { inputs = [] }: Exported): readonly string[] {
  return inputs.flatMap((alternatives) =>
    alternatives.flatMap(({ link, selector }) => {
      const record = records[link];
      const isContent = selector === undefined && record?.inputs === undefined;
      return isContent && record !== undefined ? [record.digest] : [];
    }),
  );
}

/** How many steps are compared, and how many contents of theirs. */
const versions = [
  { version: "0.25", compared: [86, 44], ofRoot: [] },
  // There a secret or an agent made the content of the base count.
  { version: "0.13", compared: [82, 41], ofRoot: ["secret", "ssh", "mount order"] },
];

for (const { version, compared, ofRoot } of versions) {
  test(`what each step takes stands in its record of the export of BuildKit ${version}`, async (t) => {
    const file = path.join(FOLDER, `cases-${version}.json`);
    if (!existsSync(file)) return t.skip("left out: ../shared/data/exact-keys is not there");
    const { bases, files, cases } = JSON.parse(readFileSync(file, "utf8")) as Cases; // as its README describes it
    const folder = contextOf(t, files);
    const images = new Set(Object.values(bases).flatMap(imageRecords));
    const wrong: string[] = [];
    const untold: string[] = [];
    let [steps, known] = [0, 0];
    for (const { name, dockerfile, flags, records } of cases) {
      if (records === undefined) continue;
      writeIn(folder, "context/Dockerfile", dockerfile);
      const json = await exact(
        folder,
        ["--builder-version", version, ...withoutLeave(flags)].map((word) =>
          word.replace("/CTX/", ""),
        ),
      );
      const told = new Set(
        json.steps.flatMap(({ key, content = [] }) => [key?.digest, ...content]),
      );
      const open = json.steps.some(({ content = [] }) => content.includes(null));
      const isTold = ({ digest, inputs }: Exported) =>
        inputs !== undefined || told.has(digest) || images.has(digest);
      if (!records.every(isTold)) untold.push(`${name}${open ? ": a build's" : ""}`);
      for (const { key, content, text } of json.steps) {
        if (key === null) continue;
        steps++;
        const own = records.filter(({ digest }) => digest === key.digest);
        const have = new Set(own.flatMap((record) => contentsIn(records, record)));
        if (own.length === 0) wrong.push(`${name}: ${text}: no record`);
        for (const digest of content ?? []) {
          if (digest === null) continue;
          known++;
          if (!have.has(digest)) wrong.push(`${name}: ${text}: ${digest}`);
        }
      }
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual([steps, known], compared);
    // What a RUN or an image holds or may hold, and the file of a document, which is no step.
    assert.deepEqual(untold, [
      "from stage three: a build's",
      "from image: a build's",
      "from stage wildcard: a build's",
      "twin stages: a build's",
      "copy heredoc",
      "copy heredoc chmod",
      "mount stage: a build's",
      "cache from: a build's",
      ...ofRoot.map((name) => `${name}: a build's`),
    ]);
  });
}

test("a content goes by its bytes, through links and stages; what a RUN makes nobody knows", async (t) => {
  const folder = contextOf(t, { "a.txt": "A", "d/b": "B", l: { link: "a.txt" } });
  writeIn(
    folder,
    "context/Dockerfile",
    "FROM scratch AS s\nCOPY d /d\nWORKDIR /e\nCOPY a.txt .\n" +
      "FROM base\nCOPY a.txt /\nCOPY l /\nCOPY --from=s /e/a.txt /\nCOPY --from=s / /\n" +
      "RUN touch /x\nFROM base\nCOPY --from=1 /x /\n",
  );
  const { steps } = await exact(folder, []);
  const [d, , a, own, link, ofStage, whole, ...rest] = steps
    .filter(({ key }) => key !== null)
    .map(({ content }) => content);
  assert.deepEqual([own, link, ofStage], [a, a, a], "by its bytes, whatever leads there");
  assert.ok([d, a, whole].every((content) => content?.length === 1 && content[0] !== null));
  assert.deepEqual(rest, [[], [null]], "a RUN takes nothing; what it makes nobody knows");
});

/** The two that a base image has: by its manifest and by its layers. */
function imageRecords({ digest, layers }: Cases["bases"][string]): readonly string[] {
  const sha = (text: string) => `sha256:${sha256(text)}`;
  const chain = layers.reduce((below, layer) => sha(`${below} ${layer}`));
  const manifest = sha(JSON.stringify({ Digest: digest, OS: "linux", Arch: "amd64" }));
  return [chain, manifest].map((one) => sha(`${sha(`buildkit.source.v0:${one}`)}@0`));
}
