/** The JSON of the command line keeps to its schemas, for Dockerfiles of every kind. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { explainJson } from "../../../server/src/core/documents/explain.js";
import { runJson } from "../../../server/src/core/documents/runPlanText.js";
import { simulationJson } from "../../../server/src/core/documents/simulation.js";
import { inRepository } from "../../support/repository.js";
import { anyPlace } from "../../support/shownPlace.js";
import { temporaryFolder } from "../../support/temporaryFolder.js";
import { isThorough } from "../../support/thorough.js";
import { analysisOf, builders, built } from "../analysis/support.js";
import { runCli } from "./support/runCli.js";

/**
 * The schema as it is, but with no room for fields that it does not name: what it leaves open to
 * later versions must be said by the present one.
 */
function readSchema(name: string): ValidateFunction {
  const text = readFileSync(inRepository("docs/schema", name), "utf8");
  const closed: unknown = JSON.parse(text, (_key, value: unknown) =>
    isObject(value) && isObject(value["properties"]) && !("additionalProperties" in value)
      ? { ...value, additionalProperties: false }
      : value,
  );
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  assert.ok(isObject(closed));
  return ajv.compile(closed);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const awkward = {
  empty: "",
  "only comments": "# nothing\n",
  "no stage": "RUN x\n",
  broken: "FROM\nCOPY\nRUN [\nNOSUCH thing\nENV\nEXPOSE x\nHEALTHCHECK --interval=x CMD y\n",
  everything: `# syntax=docker/dockerfile:1
ARG TAG=3
FROM alpine:\${TAG} AS build
ONBUILD RUN echo built on
SHELL ["/bin/ash", "-c"]
ARG NAME
ENV A=1 B="two words" PATH=/x:$PATH
RUN --mount=type=cache,target=/c --mount=type=secret,id=s <<EOF
echo $NAME
EOF
COPY <<one <<two /docs/
first
one
second
two
ADD https://example.com/a.tar.gz /
COPY app.py missing.txt /app/
FROM build AS next
WORKDIR /w
VOLUME /data /more
EXPOSE 80 53/udp
USER app:app
STOPSIGNAL SIGINT
LABEL a=b "c d"=e
HEALTHCHECK --interval=5s --retries=2 CMD true
ENTRYPOINT ["/x"]
CMD y
FROM scratch
COPY --from=next /w /w
COPY --from=busybox /bin/sh /sh
MAINTAINER me
HEALTHCHECK NONE
`,
} as const;

/** Each shows another way in which a container is not what its Dockerfile looks like. */
const trapped = {
  "shell forms": "FROM scratch\nENTRYPOINT check; serve\nCMD run me\n",
  "a CMD for an ENTRYPOINT": 'FROM a\nENTRYPOINT ["/e"]\nCMD run me\n',
  "exec forms": 'FROM a\nENTRYPOINT ["nginx -g off"]\nCMD ["$HOME"]\nCMD [\'x\']\n',
  "nothing to run": "FROM scratch\nCOPY app.py /\n",
} as const;

/** The files of the context. */
const files = { "app.py": "x" };

test("every answer keeps to its schema, and the schema names every field of it", async (t) => {
  const folder = temporaryFolder(t, files);
  const schemas = {
    simulate: readSchema("simulate.schema.json"),
    explain: readSchema("explain.schema.json"),
  };
  const keeps = (command: keyof typeof schemas, answer: unknown, name: string): void => {
    const schema = schemas[command];
    assert.ok(schema(answer), `${name}, ${command}: ${JSON.stringify(schema.errors, null, 2)}`);
    checked++;
  };
  let checked = 0;
  const cases = caseTexts();
  assert.ok(cases.length > 240, "the conformance cases are there");
  for (const builder of builders) {
    const whole = isThorough
      ? [...Object.entries(awkward), ...eachFifth(cases)]
      : Object.entries({ everything: awkward.everything });
    for (const [name, text] of whole) {
      writeFileSync(path.join(folder, "Dockerfile"), text);
      // Some are recorded, so that causes against an earlier build are checked too.
      const record = Object.hasOwn(awkward, name) ? [] : ["--dry-run"];
      const options = {
        simulate: ["--state", path.join(folder, ".state"), ...record],
        explain: [],
      };
      for (const command of ["simulate", "explain"] as const) {
        const words = ["--format", "json", "--builder", builder, "--fail-on", "never", "."];
        const run = await runCli([command, ...words, ...options[command]], { cwd: folder });
        assert.equal(run.code, 0, `${name}: ${run.err.join("\n")}`);
        keeps(command, JSON.parse(run.out), `${name}, ${builder}`);
      }
    }
    // The same answers without a disk and git: what the commands print is what these functions give.
    const state = built({ text: awkward.everything, files, builder });
    for (const [name, text] of [...Object.entries(awkward), ...cases]) {
      const analysis = analysisOf({ text, files, builder, state });
      keeps("simulate", printed(simulationJson(analysis, anyPlace)), `${name}, ${builder}`);
      keeps("explain", printed(explainJson(analysis, anyPlace)), `${name}, ${builder}`);
    }
  }
  t.diagnostic(`${checked} answers checked`);
});

test("run keeps to its schema with every trap that it knows, and its schema names them all", async (t) => {
  const folder = temporaryFolder(t, files);
  const schema = readSchema("run.schema.json");
  const seen = new Set<string>();
  let checked = 0;
  const keeps = (answer: unknown, name: string): void => {
    assert.ok(schema(answer), `${name}: ${JSON.stringify(schema.errors, null, 2)}`);
    // It has kept to the schema: the traps have codes.
    for (const { code } of (answer as { traps: { code: string }[] }).traps) seen.add(code);
    checked++;
  };
  const own = Object.entries({ ...awkward, ...trapped });
  const given = { remove: true, args: ["a b", "$C"], image: null };
  const cases = caseTexts();
  const whole = Object.entries({ "no stage": awkward["no stage"], ...trapped });
  for (const [name, text] of isThorough ? [...own, ...eachFifth(cases)] : whole) {
    writeFileSync(path.join(folder, "Dockerfile"), text);
    const words = ["run", "--format", "json", "--fail-on", "never", "--rm", "."];
    const run = await runCli([...words, "--", ...given.args], { cwd: folder });
    if (run.code === 2) assert.match(run.err.join("\n"), /no FROM, so there is no image$/, name);
    else keeps(JSON.parse(run.out), name);
  }
  for (const [name, text] of [...own, ...cases]) {
    const analysis = analysisOf({ text, files });
    for (const options of [given, { remove: false, args: [], image: null }]) {
      const plan = runJson(analysis, options, "Dockerfile");
      if (plan !== null) keeps(printed(plan), name);
    }
  }
  const source = readFileSync(inRepository("server/src/core/insight/runTraps.ts"), "utf8");
  const known = [...source.matchAll(/code: "([^"]+)"/g)].map(([, code]) => code);
  assert.deepEqual([...seen].sort(), [...new Set(known)].sort());
  t.diagnostic(`${checked} answers checked`);
});

/** A process of git for each call of the command line is what takes the time. */
function eachFifth<T>(all: readonly T[]): readonly T[] {
  return all.filter((_one, at) => at % 5 === 0);
}

function printed(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer));
}

/** The Dockerfiles of the conformance cases: one for every rule of the builders that we know. */
function caseTexts(): readonly [string, string][] {
  const folder = inRepository("test/conformance/cases");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".txt"))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(path.join(folder, file), "utf8");
      const [, dockerfile] = /^-- Dockerfile --\n([\s\S]*?)(?=^-- |$(?![\s\S]))/m.exec(text) ?? [];
      return dockerfile === undefined ? [] : [[file, dockerfile] as [string, string]];
    });
}
