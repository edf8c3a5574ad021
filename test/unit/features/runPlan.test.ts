/** What docker run does: the final values as a real image has them, and the traps by name. */
import assert from "node:assert/strict";
import test from "node:test";
import { runPlanDocument, runPlanText } from "../../../server/src/core/documents/runPlanText.js";
import { type RunPlan, runPlan } from "../../../server/src/core/insight/runPlan.js";
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
  assert.deepEqual(codes(plan), ["shell-entrypoint-ignores-cmd 2", "shell-is-process-1 2"]);
});

test("traps are named where they are, and only there", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["FROM a\nCMD serve", ["shell-is-process-1 2"]],
    ["FROM a\nCMD exec serve", []],
    ['FROM a\nCMD ["sh", "-c", "echo $HOME"]', []],
    ['FROM a\nCMD ["echo", "$HOME"]', ["exec-form-expands-nothing 2"]],
    ['FROM a\nCMD ["nginx -g x"]', ["exec-form-splits-nothing 2"]],
    ['FROM a\nENTRYPOINT ["/e"]\nCMD ["a b"]', []],
    ["FROM a\nCMD ['nginx']", ["shell-is-process-1 2", "broken-exec-form 2"]],
    ['FROM a\nENTRYPOINT ["/e"]\nCMD serve', ["shell-cmd-for-entrypoint 3"]],
    ['FROM a\nCMD ["x"]\nRUN y\nCMD ["z"]', ["overridden 2"]],
    ["FROM scratch\nCMD serve", ["shell-is-process-1 2", "no-shell 2"]],
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

test("six steps, in both forms, and nothing of the Dockerfile is markup", () => {
  const plan = planOf('FROM a\nCMD ["<b>", "[x](command:y)"]');
  assert.equal(plan.steps.length, 6);
  assert.match(runPlanText(plan), /^docker run IMAGE\n\n1\. Look for/);
  assertMarkdown(runPlanDocument(plan, "Dockerfile"));
  assert.match(runPlanDocument(null, "Dockerfile"), /no FROM/);
});

function planOf(text: string, options: RunOptions = { remove: false, args: [] }): RunPlan {
  const plan = runPlan(viewOf(text).analysis, options);
  assert.ok(plan !== null);
  return plan;
}

function codes(plan: RunPlan): readonly string[] {
  return plan.traps.map(({ code, line }) => `${code} ${line}`);
}
