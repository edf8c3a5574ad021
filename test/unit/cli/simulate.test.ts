/** `stratacast simulate` on real folders: what it predicts, prints, records and refuses. */
import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import type { SimulationJson } from "../../../server/src/core/documents/simulation.js";
import { matchesGolden } from "../../support/golden.js";
import { inRepository } from "../../support/repository.js";
import { temporaryFolder, writeIn } from "../../support/temporaryFolder.js";
import { type CliRun, runCli } from "./support/runCli.js";

/** A copy of a sample project, and a fresh state folder beside it. */
function sample(t: TestContext, name: string) {
  const folder = temporaryFolder(t);
  const project = path.join(folder, "project");
  cpSync(inRepository("test/fixtures/workspaces", name), project, { recursive: true });
  const state = path.join(folder, "state");
  const simulate = (...more: readonly string[]): Promise<CliRun> =>
    runCli(["simulate", "--state", state, ...more, "project"], { cwd: folder });
  const json = async (...more: readonly string[]): Promise<SimulationJson> => {
    const run = await simulate("--format", "json", ...more);
    assert.deepEqual(run.err, []);
    return JSON.parse(run.out) as SimulationJson; // the schema test checks it
  };
  return { folder, project, state, simulate, json };
}

/** `3 miss: context-content-changed`, for every step that the builder runs. */
function predictions({ steps }: SimulationJson): readonly string[] {
  return steps.flatMap(({ line, prediction, cause }) =>
    prediction === null
      ? []
      : [
          `${line} ${prediction}${cause === null ? "" : `: ${cause.code} ${cause.paths.join()}`.trimEnd()}`,
        ],
  );
}

const allCached = ["2 hit", "3 hit", "4 hit", "5 hit"];

test("editing the app rebuilds exactly the last COPY; editing what is installed, lines 3 to 5", async (t) => {
  const { project, json } = sample(t, "python-app");
  assert.deepEqual(predictions(await json()), [
    "2 miss: never-built",
    "3 miss: never-built",
    "4 miss: never-built",
    "5 miss: never-built",
  ]);
  assert.deepEqual(predictions(await json()), allCached);

  const app = readFileSync(path.join(project, "app.py"), "utf8");
  writeIn(project, "app.py", `${app}# edited\n`);
  assert.deepEqual(predictions(await json("--dry-run")), [
    "2 hit",
    "3 hit",
    "4 hit",
    "5 miss: context-content-changed app.py",
  ]);
  writeIn(project, "app.py", app);

  const requirements = readFileSync(path.join(project, "requirements.txt"), "utf8");
  writeIn(project, "requirements.txt", `${requirements}requests\n`);
  const edited = await json("--dry-run");
  assert.deepEqual(
    edited.steps.map(({ line, prediction }) => `${line} ${prediction}`),
    ["1 null", "2 hit", "3 miss", "4 miss", "5 miss", "6 null"],
  );
  assert.deepEqual(edited.steps[2]?.cause?.paths, ["requirements.txt"]);
  assert.equal(edited.steps[3]?.cause?.code, "earlier-step");
  assert.equal(edited.steps[3]?.cause?.line, 3);
  assert.deepEqual(edited.summary, { hit: 1, miss: 3, unknown: 0 });
});

test("a touch, and a second look, change nothing; a dry run is not recorded", async (t) => {
  const { project, state, json } = sample(t, "python-app");
  await json("--dry-run");
  assert.throws(() => readdirSync(state), "nothing is written");
  await json();
  const later = new Date(Date.now() + 60_000);
  for (const file of ["app.py", "requirements.txt", "Dockerfile"]) {
    utimesSync(path.join(project, file), later, later);
  }
  assert.deepEqual(predictions(await json()), allCached);
  writeIn(project, "app.py", "print()\n");
  await json("--dry-run");
  assert.equal((await json("--dry-run")).summary.miss, 1, "still compared with the recorded build");
});

test("what was built once stays cached: there and back again", async (t) => {
  const { project, json } = sample(t, "python-app");
  await json();
  const app = readFileSync(path.join(project, "app.py"), "utf8");
  writeIn(project, "app.py", "print('another')\n");
  assert.equal((await json()).summary.miss, 1);
  writeIn(project, "app.py", app);
  assert.deepEqual(predictions(await json()), allCached);
});

test("the Go server: a rename of the file, a new package, a comment", async (t) => {
  const { project, json } = sample(t, "go-server");
  await json();
  const dockerfile = readFileSync(path.join(project, "Dockerfile"), "utf8");
  writeIn(project, "Dockerfile", `# why golang\n${dockerfile}`);
  assert.equal((await json("--dry-run")).summary.miss, 0, "comments do not count");
  writeIn(project, "Dockerfile", dockerfile.replace("golang", "golang git"));
  const changed = await json("--dry-run");
  assert.deepEqual(predictions(changed), [
    "2 hit",
    "3 miss: instruction-changed",
    "4 miss: earlier-step",
    "5 miss: earlier-step",
  ]);
});

test("the classic builder is another cache than BuildKit's", async (t) => {
  const { json } = sample(t, "python-app");
  await json();
  const classic = await json("--builder", "classic");
  assert.equal(classic.builder, "classic");
  assert.equal(classic.summary.hit, 0);
  assert.equal((await json("--builder", "classic")).summary.miss, 0);
  assert.equal((await json("--against", "empty", "--dry-run")).baseline.kind, "empty");
  assert.equal((await json("--against", "empty", "--dry-run")).summary.hit, 0);
});

test("text and Markdown read as they always did", async (t) => {
  for (const name of ["python-app", "go-server", "node-shop"]) {
    const { project, simulate } = sample(t, name);
    const first = await simulate("--platform", "linux/amd64");
    matchesGolden(`cli/simulate/${name}.first.txt`, first.out);
    if (name === "python-app") writeIn(project, "app.py", "print('another')\n");
    if (name === "go-server") writeIn(project, "server.go", "package main\n");
    if (name === "node-shop") writeIn(project, "src/server.ts", "export {}\n");
    for (const [format, ending] of [
      ["text", "txt"],
      ["markdown", "md"],
    ] as const) {
      const run = await simulate("--platform", "linux/amd64", "--dry-run", "--format", format);
      assert.deepEqual([run.code, run.err], [0, []]);
      const told = run.out.replace("build, less than a minute old.", "build.");
      assert.equal(told !== run.out, format === "text");
      matchesGolden(`cli/simulate/${name}.edited.${ending}`, told);
    }
  }
});

test("a build argument by name takes the environment's value", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: "FROM scratch\nARG A=default\nENV B=$A\n" });
  const env = async (words: readonly string[], values: Readonly<Record<string, string>>) => {
    const run = await runCli(
      ["simulate", "--dry-run", "--state", folder, "--format", "json", ...words, "."],
      { cwd: folder, env: values },
    );
    return (JSON.parse(run.out) as SimulationJson).image.config.Env.at(-1);
  };
  assert.equal(await env(["--build-arg", "A"], { A: "from env" }), "B=from env");
  assert.equal(await env(["--build-arg", "A="], { A: "from env" }), "B=");
  assert.equal(await env(["--build-arg", "A=x=y"], {}), "B=x=y");
  assert.equal(await env(["--build-arg", "A"], {}), "B=default");
});

test("the Dockerfile may come from stdin, or lie outside the context", async (t) => {
  const folder = temporaryFolder(t, {
    "context/a.txt": "a",
    "context/b.txt": "b",
    "elsewhere/Dockerfile": "FROM scratch\nCOPY . /\n",
    "elsewhere/Dockerfile.dockerignore": "b.txt\n",
  });
  const state = ["--state", path.join(folder, "state"), "--format", "json"];
  const read = async (words: readonly string[], stdin = "") => {
    const run = await runCli(["simulate", ...state, ...words], { cwd: folder, stdin });
    assert.deepEqual(run.err, []);
    return JSON.parse(run.out) as SimulationJson;
  };
  const outside = await read(["-f", "elsewhere/Dockerfile", "context"]);
  assert.equal(outside.root, path.join(folder, "context"));
  assert.deepEqual([outside.dockerfile, outside.context], ["../elsewhere/Dockerfile", "."]);
  const source = { kind: "cli", file: null, line: null };
  assert.deepEqual(outside.build, { id: "cli:../elsewhere/Dockerfile", source });
  assert.deepEqual(outside.steps[1]?.files, { count: 1, bytes: 1 }, "its own ignore file counts");

  const text = "FROM scratch\nCOPY . /\n";
  const piped = await read(["-f", "-", "context"], text);
  assert.equal(piped.dockerfile, "-");
  assert.deepEqual(piped.steps[1]?.files, { count: 2, bytes: 2 });
  assert.equal((await read(["-f", "-", "context"], text)).summary.hit, 1);
  symlinkSync("context", path.join(folder, "link"));
  assert.deepEqual((await read(["-f", "-", "link"], text)).steps[1]?.files, { count: 2, bytes: 2 });
});

test("findings decide the exit code, as far as --fail-on says", async (t) => {
  const folder = temporaryFolder(t, { Dockerfile: "FROM scratch\nCOPY missing /\n" });
  const run = (...words: readonly string[]) =>
    runCli(["simulate", "--state", folder, "--dry-run", ...words, "."], { cwd: folder });
  const failing = await run();
  assert.equal(failing.code, 1);
  assert.deepEqual(failing.err, []);
  assert.match(failing.out, /The build would fail: .*missing/);
  assert.equal((await run("--fail-on", "warning")).code, 1);
  assert.equal((await run("--fail-on", "never")).code, 0);
});

test("bad use and unreadable input: one line that says what and where, and exit code 2", async (t) => {
  const folder = temporaryFolder(t, {
    Dockerfile: "FROM scratch\n",
    "binary/Dockerfile": new Uint8Array([70, 0, 82, 0, 79, 0]),
    "huge/Dockerfile": "#".repeat(10_000_001),
    "folder/Dockerfile/x": "",
    "ignore/Dockerfile": "FROM scratch\n",
    "ignore/.dockerignore/x": "",
  });
  mkdirSync(path.join(folder, "bare"));
  symlinkSync("loop", path.join(folder, "loop"));
  const state = path.join(folder, "s");
  const cases: readonly (readonly [words: readonly string[], line: RegExp])[] = [
    [[], /^stratacast: name a command; stratacast --help lists them$/],
    [["nonsense"], /^stratacast: there is no command "nonsense"; stratacast --help lists them$/],
    [["simulate", ""], /^stratacast simulate: CONTEXT is empty: name the folder/],
    [["simulate", "a", "b"], /"b" is too much$/],
    [["simulate", "nowhere"], /^stratacast simulate: nowhere: no such folder$/],
    [["simulate", "loop"], /^stratacast simulate: loop: is a loop of symbolic links$/],
    [
      ["simulate", "Dockerfile"],
      /: Dockerfile: not a folder; did you mean stratacast simulate --state \S+ -f Dockerfile \.\?$/,
    ],
    [
      ["explain", "ignore/Dockerfile"],
      /not a folder; did you mean stratacast explain -f ignore\/Dockerfile ignore\?$/,
    ],
    [["simulate", "-f", "x", "Dockerfile"], /^stratacast simulate: Dockerfile: not a folder$/],
    [["explane", "."], /^stratacast: there is no command "explane"; did you mean "explain"\?$/],
    [["rum", "."], /^stratacast: there is no command "rum"; did you mean "run"\?$/],
    [["simulate", "--taget", "x", "."], /there is no --taget; did you mean --target\?$/],
    [["simulate", "-"], /^stratacast simulate: -: a context must be a folder on this machine$/],
    [["simulate", "https://example.com/x.git"], /must be a folder on this machine$/],
    [["simulate", "bare"], /^stratacast simulate: bare\/Dockerfile: no such file$/],
    [["simulate", "binary"], /^stratacast simulate: binary\/Dockerfile: not a text file in UTF-8$/],
    [["simulate", "huge"], /^stratacast simulate: huge\/Dockerfile: too large for a Dockerfile/],
    [["simulate", "folder"], /^stratacast simulate: folder\/Dockerfile: is a folder$/],
    [["simulate", "ignore"], /^stratacast simulate: ignore\/\.dockerignore: /],
    [["simulate", "-f", "x/y", "."], /^stratacast simulate: x\/y: no such file$/],
    [["simulate", "-f", "", "."], /^stratacast simulate: --file needs the path of a Dockerfile$/],
    [["simulate", "--nonsense", "."], /^stratacast simulate: there is no --nonsense; --help lists/],
    [["simulate", "--target"], /^stratacast simulate: --target needs a value: STAGE$/],
    [["simulate", "-x", "."], /there is no -x; --help lists/],
    [["simulate", "--pull=perhaps", "."], /--pull perhaps: true or false$/],
    [
      ["Dockerfile"],
      /no command "Dockerfile"; did you mean stratacast simulate -f Dockerfile \.\?$/,
    ],
    [["folder"], /no command "folder"; did you mean stratacast simulate folder\?$/],
    [["simulate", "--format", "xml", "."], /--format xml: choose one of text, json, markdown$/],
    [["simulate", "--platform", "?", "."], /--platform \?: not a platform such as linux\/arm64$/],
    [["simulate", "--build-arg", "=x", "."], /--build-arg "=x": the name is missing$/],
    [["simulate", "--state", "Dockerfile", "."], /Dockerfile/],
    [
      ["explain", "--against", "empty", "."],
      /^stratacast explain: there is no --against; --help lists/,
    ],
    [["explain", "nowhere"], /^stratacast explain: nowhere: no such folder$/],
  ];
  for (const [words, line] of cases) {
    const withState =
      words[0] === "simulate" && words.length > 1 && !words.includes("--state")
        ? ["simulate", "--state", state, ...words.slice(1)]
        : words;
    const run = await runCli(withState, { cwd: folder });
    const about = words.join(" ");
    assert.equal(run.code, 2, about);
    assert.equal(run.err.length, 1, `${about}: ${run.err.join("\n")}`);
    assert.match(run.err[0] ?? "", line, about);
    assert.doesNotMatch(run.err[0] ?? "", /\n|at .*\.ts/, about);
  }
});

test("a damaged state file is set aside with a line on stderr, and the answer stands", async (t) => {
  const { state, simulate, project } = sample(t, "python-app");
  await simulate();
  const name = readdirSync(state).find((one) => one.startsWith("simulated")) ?? "";
  writeFileSync(path.join(state, name), "{ damaged");
  const run = await simulate();
  assert.equal(run.code, 0);
  assert.match(run.err.join("\n"), /^stratacast simulate: .*damaged and has been set aside as .*$/);
  const aside = readdirSync(state).filter((one) => one.includes(".damaged-"));
  assert.equal(readFileSync(path.join(state, aside[0] ?? ""), "utf8"), "{ damaged");
  rmSync(project, { recursive: true });
});

test("the keys, and what is refused, follow the version of the builder", async (t) => {
  const { project, json, simulate } = sample(t, "python-app");
  const text = "FROM scratch\nUSER 5\nWORKDIR /w\nCOPY --exclude=x app.py /\n";
  writeFileSync(path.join(project, "Dockerfile"), text);
  const keyOf = async (version: string) => {
    const { builderVersion, steps, findings } = await json("--builder-version", version);
    assert.equal(builderVersion, version);
    const key = steps.find(({ instruction }) => instruction === "WORKDIR")?.key;
    return { key: key?.digest ?? null, codes: findings.map(({ code }) => code) };
  };
  const [newer, older] = [await keyOf("28.5.2"), await keyOf("0.25")];
  assert.deepEqual(newer, older, "a Docker is the BuildKit that it brings");
  assert.deepEqual(newer.codes, []);
  assert.deepEqual(await keyOf("26.1.5"), { key: null, codes: ["needs-frontend"] });
  writeFileSync(path.join(project, "Dockerfile"), text.replace("--exclude=x ", ""));
  const { key } = await keyOf("26.1.5");
  assert.notEqual(key, newer.key);
  assert.notEqual(key, null);

  const wrong = await simulate("--builder-version", "newest");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err.join("\n"), /--builder-version newest: not a version such as 28.5/);
});

test("a file that moves below an exclusion is noticed by a builder that knows paths, not by an older one", async (t) => {
  for (const [version, expected] of [
    ["0.25", "hit"],
    ["0.26", "miss"],
  ] as const) {
    const folder = temporaryFolder(t, {
      Dockerfile: "# syntax=docker/dockerfile:1\nFROM scratch\nCOPY --exclude=*.md d /d\n",
      "d/a/f": "f",
    });
    const words = ["simulate", "--state", "state", "--builder-version", version];
    await runCli([...words, "."], { cwd: folder });
    rmSync(path.join(folder, "d/a/f"));
    writeIn(folder, "d/f", "f");
    const { out } = await runCli([...words, "--format", "json", "."], { cwd: folder });
    const { steps } = JSON.parse(out) as SimulationJson; // the schema test checks it
    assert.equal(steps[1]?.prediction, expected, version);
  }
});
