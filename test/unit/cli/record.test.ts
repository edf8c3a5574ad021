/** `stratacast record`: what a real build did becomes what the next one is forecast against. */
import assert from "node:assert/strict";
import { chmodSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { inRepository } from "../../support/repository.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import {
  copies,
  failing,
  greeting,
  greetingFiles,
  heredoc,
  logText,
  ofTwoPlatforms,
} from "../records/projects.js";
import { runCli } from "./support/runCli.js";

interface RecordJson {
  readonly result: string;
  readonly platform: string | null;
  readonly at: string;
  readonly platforms: readonly string[];
  readonly steps: readonly {
    readonly line: number;
    readonly outcome: string | null;
    readonly byPlatform?: readonly { readonly platform: string; readonly outcome: string }[];
  }[];
  readonly changedSince: readonly string[];
  readonly forecast: {
    readonly right: number;
    readonly wrong: readonly { readonly line: number; readonly outcome: string }[];
  };
}

const validate = new Ajv2020({
  allErrors: true,
  allowUnionTypes: true,
  formats: { "date-time": true },
}).compile(
  JSON.parse(readFileSync(inRepository("docs/schema/record.schema.json"), "utf8")) as object, // our own file
);

function project(t: TestContext, dockerfile: string, files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder(t, { Dockerfile: dockerfile, ...files });
  const place = temporaryFolder(t);
  const state = path.join(place, "state");
  /** Imports one of the logs beside the tests, or this text. */
  const record = (log: string, ...more: readonly string[]) => {
    const text = /\s/.test(log) ? log : logText(log);
    const file = writeIn(place, "log", text);
    const words = ["record", "--import", file, "--state", state, ...more, "."];
    return runCli(words, { cwd: folder });
  };
  const recordJson = async (log: string, ...more: readonly string[]) => {
    const run = await record(log, "--same-files", "--format", "json", ...more);
    assert.deepEqual(run.err, []);
    const json: unknown = JSON.parse(run.out);
    assert.ok(validate(json), JSON.stringify(validate.errors));
    return json as RecordJson; // the schema says so
  };
  const forecast = async (...more: readonly string[]) => {
    const options = ["--state", state, "--dry-run", "--format", "json", ...more];
    const run = await runCli(["simulate", ...options, "."], { cwd: folder });
    assert.deepEqual(run.err, []);
    const { steps, baseline } = JSON.parse(run.out) as SimulationJson;
    const predictions = steps.flatMap(({ line, prediction }) =>
      prediction === null ? [] : [`${line} ${prediction}`],
    );
    return { kind: baseline.kind, predictions };
  };
  return { folder, place, state, record, recordJson, forecast };
}

const args = ["--build-arg", "GREETING=swordfish"];
const against = ["--against", "recorded", ...args];

test("an edit after a recorded build rebuilds its step and what stands on it", async (t) => {
  const { folder, recordJson, forecast } = project(t, greeting, greetingFiles);
  const made = await recordJson("edited.txt", ...args);
  assert.equal(made.result, "done");
  assert.deepEqual(
    made.steps.map(({ line, outcome }) => `${line} ${outcome}`),
    ["3 cached", "4 cached", "5 ran", "6 ran", "9 ran", "10 ran"],
  );
  const before = await forecast(...against);
  assert.equal(before.kind, "recorded");
  assert.deepEqual(before.predictions, ["3 hit", "4 hit", "5 hit", "6 hit", "9 hit", "10 hit"]);
  writeIn(folder, "package.json", '{ "name": "x" }\n');
  const after = await forecast(...against);
  assert.deepEqual(after.predictions, [
    ...["3 miss", "4 miss", "5 miss", "6 miss"],
    ...["9 unknown", "10 unknown"],
  ]);
  const otherValue = await forecast("--against", "recorded");
  assert.equal(otherValue.predictions[1], "4 miss");
});

test("auto stands against the newer of the recorded and the simulated build", async (t) => {
  const { folder, state, recordJson, forecast } = project(t, greeting, greetingFiles);
  const auto = () => forecast("--against", "auto", ...args);
  assert.equal((await auto()).kind, "last");
  await recordJson("edited.txt", ...args);
  assert.equal((await auto()).kind, "recorded");
  await new Promise((resume) => setTimeout(resume, 5));
  await runCli(["simulate", "--state", state, ...args, "."], { cwd: folder });
  assert.equal((await auto()).kind, "last");
});

test("of a build that failed only what it came to is known to be cached", async (t) => {
  const { record, recordJson, forecast } = project(t, failing, greetingFiles);
  const text = await record("failed.txt", "--same-files", ...args);
  assert.match(text.out, /It failed at line 6\.\n/);
  const made = await recordJson("failed.txt", ...args);
  assert.equal(made.result, "failed");
  const { predictions } = await forecast(...against);
  assert.deepEqual(predictions.slice(0, 4), ["3 hit", "4 hit", "5 hit", "6 miss"]);
});

test("a log that ends before its build does tells of no more than it has", async (t) => {
  const { recordJson, forecast } = project(t, greeting, greetingFiles);
  const log = logText("edited.txt");
  const made = await recordJson(log.slice(0, log.indexOf("#9 [build 5/5]")), ...args);
  assert.equal(made.result, "cut");
  const { predictions } = await forecast(...against);
  assert.deepEqual(predictions.slice(0, 4), ["3 hit", "4 hit", "5 hit", "6 miss"]);
});

test("the log of another Dockerfile is refused, with the line where they part", async (t) => {
  const { folder, state, record } = project(t, greeting, greetingFiles);
  const other = await record("bake.txt");
  assert.equal(other.code, 2);
  assert.match(other.err.join("\n"), /not of this build: it has a step \[files 1\/2\]/);
  writeIn(folder, "Dockerfile", greeting.replace("ls -l src", "ls -la src"));
  const edited = await record("edited.txt", ...args);
  assert.equal(edited.code, 2);
  assert.match(edited.err.join("\n"), /its step \[build 5\/5\] is another one than line 6 is now/);
  assert.deepEqual(listed(state), ["salt"]);
});

test("what a changed file was in that build is not known, and no step counts as cached for it", async (t) => {
  const { folder, place, record, forecast } = project(t, greeting, greetingFiles);
  const run = await record("edited.txt", ...args);
  assert.doesNotMatch(run.out, /changed after/, "the log was written after the files");
  // A log of an hour ago: all that is here has changed since.
  const hour = new Date(Date.now() - 3_600_000);
  const old = writeIn(place, "old", logText("edited.txt"));
  utimesSync(old, hour, hour);
  const state = path.join(place, "other");
  const words = ["record", "--import", old, "--state", state, ...args, "."];
  const late = await runCli(words, { cwd: folder });
  assert.match(late.out, /2 files changed after the build began: package\.json, src\/app\.ts\./);
  const { predictions } = await forecast("--state", state, ...against);
  assert.equal(predictions[0], "3 miss");
});

test("the forecast before a build is held against what it did", async (t) => {
  const { recordJson, record } = project(t, greeting, greetingFiles);
  assert.equal((await recordJson("edited.txt", ...args)).forecast.right, 0, "there was none");
  // The same files: everything was said to be cached.
  const again = await recordJson("again.txt", ...args);
  assert.deepEqual([again.forecast.right, again.forecast.wrong], [6, []]);
  const pruned = await record("edited.txt", "--same-files", ...args);
  assert.match(
    pruned.out,
    /right for 2 of 6 steps: line 5 ran and had been said to be cached, line 6 ran/,
  );
});

test("targets and platforms that share steps are told apart", async (t) => {
  const files = { "a.txt": "a\n", "b.txt": "b\n" };
  const { recordJson } = project(t, copies, files);
  const outcomes = ({ steps }: RecordJson) => steps.map(({ outcome }) => outcome);
  const ran = ["ran", "ran", "ran"];
  const bake = await recordJson("bake.txt");
  assert.deepEqual([bake.result, outcomes(bake)], ["done", ran]);
  const arm = await recordJson("platforms.txt", "--platform", "linux/arm64");
  assert.deepEqual([arm.platform, outcomes(arm)], ["linux/arm64", ran]);
});

const binaries = { "common.txt": "c\n", "bin/amd64": "a\n", "bin/arm64": "b\n" };
const both = ["--platform", "linux/amd64,linux/arm64"];

test("of a build for two platforms each has a record, and the next is forecast for each", async (t) => {
  const { folder, recordJson, forecast } = project(t, ofTwoPlatforms, binaries);
  const first = await recordJson("platforms-first.rawjson", ...both);
  assert.deepEqual(first.platforms, ["linux/amd64", "linux/arm64"]);
  // Of the stage that both take each platform has a vertex, of which the second one found the first.
  assert.deepEqual(
    first.steps.map(({ line, outcome, byPlatform }) => `${line} ${byPlatform ?? outcome}`),
    ["3 ran", "4 ran", "6 ran", "9 ran", "11 ran", "15 ran", "16 ran", "17 ran"],
  );
  for (const platform of ["linux/amd64", "linux/arm64"]) {
    const alone = await forecast("--against", "recorded", "--platform", platform);
    assert.ok(
      alone.predictions.every((one) => one.endsWith("hit")),
      alone.predictions.join(),
    );
  }

  writeIn(folder, "bin/arm64", "b2\n");
  const edited = await recordJson("platforms-edited.rawjson", ...both);
  assert.deepEqual(edited.forecast, { right: 8, open: 0, wrong: [] });
  const differing = edited.steps.flatMap(({ line, byPlatform = [] }) =>
    byPlatform.map(({ platform, outcome }) => `${line} ${platform} ${outcome}`),
  );
  assert.deepEqual(differing, [
    ...["15 linux/amd64 cached", "15 linux/arm64 ran", "16 linux/amd64 cached"],
    ...["16 linux/arm64 ran", "17 linux/amd64 cached", "17 linux/arm64 ran"],
  ]);
});

test("a log of another platform makes no record of those that were not built", async (t) => {
  const { recordJson, forecast } = project(t, ofTwoPlatforms, binaries);
  const made = await recordJson("platforms-first.rawjson", "--platform", "linux/arm64,linux/s390x");
  assert.deepEqual(made.platforms, ["linux/arm64"]);
  const other = ["--platform", "linux/s390x", "--target", "build"];
  const { predictions } = await forecast("--against", "recorded", ...other);
  assert.deepEqual(predictions, ["3 hit", "4 hit", "6 miss"]);
});

test("platforms that have all steps in common have a record each, whoever is named", async (t) => {
  const { recordJson } = project(t, copies, { "a.txt": "a\n", "b.txt": "b\n" });
  const made = await recordJson("platforms.txt", ...both);
  assert.deepEqual(made.platforms, ["linux/arm64", "linux/amd64"]);
});

test("names of steps with a heredoc, quotes and continued lines are recognised", async (t) => {
  const { folder, recordJson, record } = project(t, heredoc, { "a.txt": "a\n" });
  assert.equal((await recordJson("heredoc.txt")).result, "done");
  writeIn(folder, "Dockerfile", heredoc.replace("echo two", "echo three"));
  // The text of a heredoc is in no name: what it was then is not known.
  const changed = await record(`2020-01-01T00:00:00Z #0 x\n${logText("heredoc.txt")}`);
  assert.match(changed.out, /changed after the build began/);
});

test("values of arguments are kept as digests only, and nothing else of a log", async (t) => {
  const { state, recordJson } = project(t, greeting, greetingFiles);
  await recordJson("first.rawjson", ...args);
  await recordJson("edited.txt", ...args);
  const kept = listed(state).map((name) => readFileSync(path.join(state, name), "latin1"));
  assert.ok(kept.some((text) => text.includes("ran")));
  for (const text of kept) assert.doesNotMatch(text, /swordfish|sleep 1/);
});

/** A docker that says what a real one said: it is started, and nothing of it is ours. */
function docker(t: TestContext, script: string): Readonly<Record<string, string>> {
  const bin = temporaryFolder(t, { docker: `#!/bin/sh\n${script}` });
  chmodSync(path.join(bin, "docker"), 0o755);
  return { PATH: `${bin}${path.delimiter}${process.env["PATH"] ?? ""}` };
}

const isPosix = process.platform !== "win32";

test("a build that is run is recorded, its log and its exit code passing through", {
  skip: !isPosix,
}, async (t) => {
  const { folder, state, forecast } = project(t, failing, greetingFiles);
  const log = inRepository("test/unit/records/logs/failed.txt");
  const env = docker(t, `echo "$@"; cat "${log}" >&2; exit 3\n`);
  const command = ["docker", "buildx", "build", "-t", "x", ...args, "."];
  const run = await runCli(["record", "--state", state, "--", ...command], { cwd: folder, env });
  assert.equal(run.code, 3);
  assert.equal(run.passed, logText("failed.txt"));
  assert.match(
    run.err.join("\n"),
    /^stratacast record: Recorded the build of .*failed at line 6\.$/m,
  );
  const { predictions } = await forecast(...against);
  assert.deepEqual(predictions.slice(0, 4), ["3 hit", "4 hit", "5 hit", "6 miss"]);
  const other = await runCli(["record", "--", "make", "."], { cwd: folder, env });
  assert.match(other.err.join("\n"), /docker build with its words/);
});

test("of the builds that the builder keeps the newest of this Dockerfile is taken", {
  skip: !isPosix,
}, async (t) => {
  const { folder, state } = project(t, greeting, greetingFiles);
  const logs = inRepository("test/unit/records/logs");
  const env = docker(
    t,
    `case "$*" in
"buildx history ls --format json")
  echo '{"ref":"default/default/other0","created_at":"2026-11-27T03:00:00Z"}'
  echo '{"ref":"default/default/ours0","created_at":"2026-11-27T02:58:00Z"}' ;;
*other0) cat "${logs}/heredoc.txt" >&2 ;;
*ours0) cat "${logs}/history.rawjson" >&2 ;;
*) exit 1 ;;
esac
`,
  );
  const words = ["record", "--import", "history", "--same-files", "--state", state, ...args, "."];
  const run = await runCli(words, { cwd: folder, env });
  assert.deepEqual(run.err, []);
  assert.match(run.out, /: 2 cached, 4 ran in /);
  const none = await runCli(words, { cwd: folder, env: docker(t, "exit 1\n") });
  assert.match(none.err.join("\n"), /docker buildx history could not be asked/);
  const planted = await runCli(words, { cwd: folder, env: { PATH: folder } });
  assert.match(planted.err.join("\n"), /could not be asked: no docker/);
  const ref = await runCli(["record", "--import", "history:--help", "."], { cwd: folder, env });
  assert.match(ref.err.join("\n"), /not the id of a build/);
});

test("a forecast says how long a step took when it last ran, whatever it stands against", async (t) => {
  const { folder, state, recordJson } = project(t, greeting, greetingFiles);
  await recordJson("first.rawjson", ...args);
  // Cached in the newer one, where it ran in the first.
  await recordJson("edited.txt", ...args);
  writeIn(folder, "package.json", '{ "name": "x" }\n');
  const options = ["--state", state, "--dry-run", ...args];
  for (const baseline of ["recorded", "last", "empty"]) {
    const words = ["simulate", ...options, "--against", baseline, "--format", "json", "."];
    const run = await runCli(words, { cwd: folder });
    const { steps } = JSON.parse(run.out) as SimulationJson;
    const install = steps.find(({ line }) => line === 4);
    assert.ok((install?.seconds ?? 0) > 1, baseline);
    assert.match(install?.lastRun ?? "", /^2026-11-27T02:5\d/);
  }
  const text = await runCli(["simulate", ...options, "--against", "recorded", "."], {
    cwd: folder,
  });
  assert.match(text.out, /What rebuilds took \d+\.\d s last time\.$/m);
});

test("what is no log is refused in one line", async (t) => {
  const { folder, record } = project(t, greeting, greetingFiles);
  const wrong = await record("hello there\n");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err.join("\n"), /no log of a build/);
  const cli = (...words: readonly string[]) => runCli(["record", ...words], { cwd: folder });
  assert.match((await cli(".")).err.join("\n"), /--import needs the log of a build/);
  assert.match((await cli("--import", "gone", ".")).err.join("\n"), /gone: no such file/);
  const classic = await cli("--import", "gone", "--builder", "classic", ".");
  assert.match(classic.err.join("\n"), /only logs of BuildKit can be read/);
});

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

test("builds says whether the image of the recorded build is what a build of now would make", async (t) => {
  const { folder, state, recordJson } = project(t, greeting, greetingFiles);
  writeIn(
    folder,
    "compose.yaml",
    "services:\n  app:\n    build: { context: ., args: { GREETING: swordfish } }\n  other:\n    build: { context: ., target: build }\n",
  );
  const list = async () => {
    const run = await runCli(["builds", "--state", state, "--format", "json"], { cwd: folder });
    const { builds } = JSON.parse(run.out) as {
      readonly builds: readonly { readonly id: string; readonly stale: number | null }[];
    }; // the schema of the command has a test of its own
    return builds.map(({ id, stale }) => [id, stale]);
  };
  assert.deepEqual(await list(), [
    ["compose:app", null],
    ["compose:other", null],
  ]);
  await recordJson("edited.txt", ...args);
  assert.deepEqual(await list(), [
    ["compose:app", 0],
    ["compose:other", null],
  ]);
  writeIn(folder, "src/app.ts", "export const three = 3;\n");
  assert.deepEqual((await list())[0], ["compose:app", 4]);
  const { out } = await runCli(["builds", "--state", state], { cwd: folder });
  assert.match(
    out,
    /^ {4}4 of 6 steps would rebuild since the build of \d+ \w+ \d{4}, \d\d:\d\d$/m,
  );
});
