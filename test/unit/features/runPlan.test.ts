/** What docker run does: the final values as a real image has them, and the traps by name. */
import assert from "node:assert/strict";
import test from "node:test";
import {
  type RunJson,
  runJson,
  runPlanDocument,
  runPlanText,
} from "../../../server/src/core/documents/runPlanText.js";
import type { RunOptions } from "../../../server/src/core/insight/runTraps.js";
import { assertMarkdown } from "../../support/hostile.js";
import { viewOf } from "../../support/viewOf.js";

test("ENTRYPOINT runs with CMD as its arguments", () => {
  const plan = planOf('FROM scratch\nENTRYPOINT ["/app", "-v"]\nCMD ["serve"]');
  assert.deepEqual(plan.argv, ["/app", "-v", "serve"]);
  assert.deepEqual(codes(plan), []);
});

test("arguments of docker run take the place of CMD", () => {
  const plan = planOf('FROM scratch\nENTRYPOINT ["/app"]\nCMD ["serve"]', {
    remove: true,
    args: ["--help", "a b"],
    image: null,
  });
  assert.deepEqual(plan.argv, ["/app", "--help", "a b"]);
  assert.equal(plan.command, "docker run --rm IMAGE --help 'a b'");
});

test("a CMD in shell form runs in the shell of its time", () => {
  const plan = planOf('FROM a\nSHELL ["/bin/bash", "-c"]\nCMD exec serve $PORT\nSHELL ["/bin/sh"]');
  assert.deepEqual(plan.argv, ["/bin/bash", "-c", "exec serve $PORT"]);
  assert.deepEqual(codes(plan), []);
});

test("an ENTRYPOINT clears the CMD of the stage below", () => {
  const plan = planOf('FROM scratch AS a\nCMD ["x"]\nFROM a\nENTRYPOINT ["/y"]');
  assert.deepEqual(plan.argv, ["/y"]);
});

test("an ENTRYPOINT in shell form ignores CMD", () => {
  const plan = planOf('FROM a\nENTRYPOINT serve\nCMD ["--port", "80"]');
  assert.deepEqual(plan.argv, ["/bin/sh", "-c", "serve", "--port", "80"]);
  assert.deepEqual(codes(plan), ["shell-entrypoint-ignores-cmd 2"]);
});

test("traps are named where they are, and only there", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["FROM a\nCMD serve --port 80 2>&1", []],
    ["FROM a\nCMD serve && sleep 1", ["shell-is-process-1 2"]],
    ["FROM a\nCMD migrate; exec serve", []],
    ["FROM a\nCMD if true; then serve; fi", ["shell-is-process-1 2"]],
    ["FROM a\nCMD echo 'a; b' $(c; d) \"e && f\"", []],
    ['FROM a\nCMD ["sh", "-c", "a; b"]', ["shell-is-process-1 2"]],
    ['FROM a\nCMD ["/bin/bash", "-ec", "a | tee /log"]', ["shell-is-process-1 2"]],
    ['FROM a\nCMD ["bash", "serve.sh", "-c", "a; b"]', []],
    ['FROM a\nENTRYPOINT ["sh", "-c", "serve"]\nCMD ["x"]', ["shell-entrypoint-ignores-cmd 2"]],
    ['FROM a\nENTRYPOINT ["sh", "-c", "serve \\"$@\\"", "--"]\nCMD ["x"]', []],
    ['FROM a\nENTRYPOINT ["tini", "--"]\nCMD a; b', []],
    ['FROM a\nENTRYPOINT ["/usr/bin/dumb-init", "--"]\nCMD ["sh", "-c", "echo $HOME; b"]', []],
    ['FROM scratch\nCMD ["/bin/sh", "-c", "serve"]', ["no-shell 2"]],
    ["FROM a\nCMD exec serve", []],
    ['FROM a\nCMD ["sh", "-c", "echo $HOME"]', []],
    ['FROM a\nCMD ["echo", "$HOME"]', ["exec-form-expands-nothing 2"]],
    ['FROM a\nCMD ["nginx -g x"]', ["exec-form-splits-nothing 2"]],
    ['FROM a\nENTRYPOINT ["/e"]\nCMD ["a b"]', []],
    ["FROM a\nCMD ['nginx']", ["broken-exec-form 2"]],
    ['FROM a\nENTRYPOINT ["/e"]\nCMD serve', ["shell-cmd-for-entrypoint 3"]],
    ['FROM a\nCMD ["x"]\nRUN y\nCMD ["z"]', ["overridden 2"]],
    ["FROM scratch\nCMD serve", ["no-shell 2"]],
    ["FROM scratch\nCOPY a /", ["no-command null"]],
    ["FROM a\nCOPY a /", []],
  ];
  for (const [text, expected] of cases) assert.deepEqual(codes(planOf(text)), expected, text);
});

test("the final values are those of the image config", () => {
  const plan = planOf(
    [
      "FROM scratch",
      "ENV A=1 B=two",
      "WORKDIR /app",
      "USER 1000:1000",
      "EXPOSE 80 53/udp",
      "VOLUME /data",
      "HEALTHCHECK --interval=5s --retries=2 CMD curl localhost",
      "STOPSIGNAL SIGQUIT",
      'CMD ["/x"]',
    ].join("\n"),
  );
  const values = Object.fromEntries(plan.values.map(({ name, value }) => [name, value]));
  assert.equal(values["Command"], '["/x"]');
  assert.equal(values["User"], "1000:1000");
  assert.equal(values["Directory"], "/app");
  assert.match(values["Environment"] ?? "", /A=1, B=two$/);
  assert.equal(values["Ports"], "80/tcp, 53/udp");
  assert.equal(values["Volumes"], "/data");
  assert.match(
    values["Health check"] ?? "",
    /^curl localhost, every 5 s, 30 s at most, unhealthy after 2/,
  );
  assert.equal(values["Stop signal"], "SIGQUIT");
});

test("what only the base image can tell is not made up", () => {
  const plan = planOf("FROM nginx\nCOPY a /");
  assert.equal(plan.baseIsKnown, false);
  assert.equal(plan.argv, null);
  assert.deepEqual(
    plan.values.map(({ value }) => value),
    plan.values.map(() => null),
  );
});

test("what counts on an unknown base is told as far as it is known", () => {
  const plan = planOf('FROM a\nWORKDIR src\nENV PATH=$PATH:/o B="$BASE/x" C=1\nCMD ["x"]');
  const values = Object.fromEntries(plan.values.map(({ name, value }) => [name, value]));
  assert.equal(values["Directory"], "src");
  assert.equal(values["Environment"], "PATH=$PATH:/o, B=$BASE/x, C=1");
  assert.match(runPlanText(plan), /as process 1, .*, in src in the base image's directory\./);
  const known = planOf(
    "FROM a\nWORKDIR src\nWORKDIR /x\nWORKDIR y\nENV PATH=/o\nENV PATH=$PATH:/p",
  );
  const set = Object.fromEntries(known.values.map(({ name, value }) => [name, value]));
  assert.equal(set["Directory"], "/x/y");
  assert.equal(set["Environment"], "PATH=/o:/p");
});

test("a variable of an unknown base stands as it is typed", () => {
  const plan = planOf(
    'FROM a\nUSER $U\nWORKDIR $W\nEXPOSE $P 80\nVOLUME $V\nSTOPSIGNAL $S\nENTRYPOINT ["x"]',
  );
  const values = Object.fromEntries(plan.values.map(({ name, value }) => [name, value]));
  assert.equal(values["User"], "$U");
  assert.equal(values["Directory"], "$W");
  assert.equal(values["Ports"], "80/tcp, $P");
  assert.equal(values["Volumes"], "$V");
  assert.equal(values["Stop signal"], "$S");
  const user = plan.values.find(({ name }) => name === "User");
  assert.equal(user?.note, "Only the base image can tell a variable in it.");
  assert.match(runPlanText(plan), /as user \$U, in \$W\./);
  assert.match(runPlanText(plan), /docker stop sends \$S/);
});

test("the signal of an unknown base is not made up", () => {
  const signal = "the base image's signal \\(SIGTERM unless it says otherwise\\)";
  const text = runPlanText(planOf('FROM a\nENTRYPOINT ["x"]'));
  assert.match(text, new RegExp(`docker stop sends ${signal}`));
  assert.match(runPlanText(planOf('FROM scratch\nENTRYPOINT ["x"]')), /docker stop sends SIGTERM/);
});

test("of a base that cannot be read nothing is claimed", () => {
  const plan = planOf("ARG BASE\nFROM $BASE\nCOPY a /");
  assert.equal(plan.baseIsKnown, false);
  assert.deepEqual(codes(plan), []);
  assert.deepEqual(
    plan.values.map(({ value }) => value),
    plan.values.map(() => null),
  );
});

test("what is wrong with the file stands above the plan, and there is no image then", () => {
  const plan = planOf("FROM a\nEXPOSE nope");
  assert.match(runPlanText(plan), /^Dockerfile:2:8: error: "nope" is not a port/m);
  assert.match(runPlanText(plan), /not there as long as the build fails/);
  assert.match(runPlanDocument(plan, "Dockerfile"), /^- \*\*error\*\*, line 2: "nope"/m);
  const other = planOf("FROM a\nRUN x");
  assert.deepEqual(other.findings, []);
  assert.match(runPlanText(other), /A build with -t IMAGE puts it there/);
});

test("a shell that has one command replaces itself, and an init passes signals on", () => {
  const signals = (text: string): string => runPlanText(planOf(text));
  assert.match(signals("FROM a\nCMD serve"), /one command and replaces itself/);
  assert.doesNotMatch(signals("FROM a\nCMD a; b"), /replaces itself/);
  for (const line of ['["tini", "--", "serve"]', '["/sbin/dumb-init", "serve"]', "tini -- serve"])
    assert.match(signals(`FROM a\nENTRYPOINT ${line}`), /is an init: it passes/, line);
  assert.match(signals('FROM a\nCMD ["serve"]'), /--init puts a small init/);
});

test("six steps, in both forms, and nothing of the Dockerfile is markup", () => {
  const plan = planOf('FROM a\nCMD ["<b>", "[x](command:y)"]');
  assert.equal(plan.steps.length, 6);
  assert.match(runPlanText(plan), /^docker run IMAGE\n\n1\. Look for/);
  assertMarkdown(runPlanDocument(plan, "Dockerfile"));
  assert.match(runPlanDocument(null, "Dockerfile"), /no FROM/);
});

function planOf(
  text: string,
  options: RunOptions = { remove: false, args: [], image: null },
): RunJson {
  const plan = runJson(viewOf(text).analysis, options, "Dockerfile");
  assert.ok(plan !== null);
  return plan;
}

function codes(plan: RunJson): readonly string[] {
  return plan.traps.map(({ code, line }) => `${code} ${line}`);
}
