/** Logs of real builds, as Docker writes them and as build servers keep them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readBuildLog } from "../../../server/src/core/records/buildLog.js";
import { logText } from "./projects.js";

/** `build 2/5 cached`, `stage-1 3/3 ran 1.2` … */
function told(text: string, options: { readonly platforms?: boolean } = {}): readonly string[] {
  const { steps = [] } = readBuildLog(text) ?? {};
  return steps.map(({ platform, labels, number, total, outcome, seconds }) =>
    [
      ...(options.platforms === true ? [platform] : []),
      ...labels,
      `${number}/${total}`,
      outcome,
      ...(seconds === null ? [] : [String(seconds)]),
    ].join(" "),
  );
}

const edited = [
  "build 1/5 cached",
  "build 2/5 cached",
  "build 3/5 cached",
  "build 4/5 ran 0",
  "build 5/5 ran 1.2",
  "stage-1 2/3 ran 0.1",
  "stage-1 3/3 ran 1.2",
];

test("a plain log tells what was cached, what ran, and for how long", () => {
  assert.deepEqual(told(logText("edited.txt")), edited);
  assert.equal(readBuildLog(logText("edited.txt"))?.startedAt, null);
});

test("what BuildKit keeps of a build says the same as the log of it", () => {
  const history = told(logText("history.rawjson")).map((line) => line.replace(/ [\d.]+$/, ""));
  const log = edited.map((line) => line.replace(/ [\d.]+$/, ""));
  assert.deepEqual([...history].sort(), [...log].sort());
});

test("rawjson has the moment at which the build began, and hundredths of seconds", () => {
  const log = readBuildLog(logText("first.rawjson"));
  assert.ok(log?.startedAt != null);
  assert.match(new Date(log.startedAt).toISOString(), /^2026-11-27T02:5\d:/);
  const run = log.steps.find(({ labels, number }) => labels[0] === "build" && number === 3);
  assert.equal(run?.outcome, "ran");
  assert.ok((run?.seconds ?? 0) > 1 && (run?.seconds ?? 0) < 20);
});

test("a build that failed says at which step, and what it did not come to", () => {
  const log = readBuildLog(logText("failed.txt"));
  assert.equal(log?.hasFailed, true);
  assert.deepEqual(told(logText("failed.txt")).at(-1), "build 5/5 failed");
});

test("times, colours and line ends of build servers change nothing", () => {
  const plain = logText("edited.txt");
  const lines = plain.split("\n");
  const servers: Readonly<Record<string, (line: string, at: number) => string>> = {
    github: (line, at) => `2026-08-06T10:11:${String(at % 60).padStart(2, "0")}.1234567Z ${line}`,
    "github, downloaded": (line) => `build\tBuild the image\t2026-08-06T10:11:12.1234567Z ${line}`,
    gitlab: (line) => `2026-08-06T10:11:12.123456Z 01O ${line}`,
    jenkins: (line) => `[2026-08-06T10:11:12.123Z] ${line}`,
    "in colours": (line) => `\x1b[36m${line}\x1b[0m`,
    windows: (line) => `${line}\r`,
  };
  for (const [server, written] of Object.entries(servers)) {
    const text = lines.map(written).join("\n");
    assert.deepEqual(told(text), edited, server);
    const hasTimes = /2026/.test(written("", 0));
    assert.equal(readBuildLog(text)?.startedAt !== null, hasTimes, server);
  }
  const raw = logText("first.rawjson").split("\n");
  const stamped = raw.map((line) => `2026-08-06T10:11:12.1234567Z ${line}`).join("\n");
  assert.deepEqual(told(stamped), told(logText("first.rawjson")));
});

test("a log that is cut off tells of no end that it does not have", () => {
  const plain = logText("edited.txt");
  const cut = plain.slice(0, plain.indexOf("#9 DONE"));
  assert.deepEqual(told(cut).at(-1), "build 5/5 unfinished");
});

test("platforms and targets stand before the stage", () => {
  assert.deepEqual(told(logText("platforms.txt"), { platforms: true }), [
    "linux/arm64 files 1/2 ran 0.1",
    "linux/arm64 files 2/2 ran 0.1",
    "linux/arm64 stage-1 1/1 ran 0",
  ]);
  assert.deepEqual(told(logText("bake.txt")), [
    "web files 1/2 ran 0.1",
    "api files 2/2 ran 0.1",
    "api stage-1 1/1 ran 0.1",
  ]);
});

test("what a step prints is no line of the builder's", () => {
  const log = [
    "#7 [build 3/5] RUN build",
    "#7 0.379 #8 [build 4/5] RUN other",
    "#7 0.380 DONE 9.9s",
    "#7 0.381 ERROR: no",
    "#7 0.382 working\r#9 [build 5/5] RUN more",
    "#7 DONE 1.5s",
  ].join("\n");
  assert.deepEqual(told(log), ["build 3/5 ran 1.5"]);
});

test("other texts are no logs, whatever their size and depth", () => {
  const deep = `{"vertexes":${"[".repeat(200_000)}`;
  for (const text of ["", "hello\n", "{}", deep, "#".repeat(100_000), "#1 [".repeat(100_000)])
    assert.equal(readBuildLog(text), null);
  const wrong = '{"vertexes":[null,1,{"digest":1,"name":{}},{"digest":"a","name":"[1/2] RUN x"}]}';
  assert.deepEqual(told(wrong), ["1/2 unfinished"]);
});
