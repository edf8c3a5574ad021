/** Which build of a Dockerfile is meant, as somebody meets it who opens the file. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CodeActionRequest, HoverRequest } from "vscode-languageserver-protocol/node";
import {
  type DefinedBuild,
  type DefinitionRow,
  type LayerNode,
  type LayerStack,
  notifications,
  requests,
  useBuildCommand,
} from "../../server/src/protocol.js";
import { gitEnvironment } from "../support/gitEnvironment.js";
import { temporaryFolder } from "../support/temporaryFolder.js";
import { eventually, startEditor, uriOf } from "./support/editorClient.js";
import { test } from "./support/limitedTest.js";

const text = "FROM alpine\nCOPY package.json ./\nCOPY apps/api/src src\n";

test("a Dockerfile that is built from the root of its monorepo opens without a false error", async (t) => {
  const folder = temporaryFolder(t, {
    "apps/api/Dockerfile": text,
    "apps/api/src/main.js": "1\n",
    "package.json": "{}\n",
  });
  const editor = await startEditor({ workspaceFolders: [folder] });
  const uri = uriOf(path.join(folder, "apps/api/Dockerfile"));
  await editor.open(uri, text);
  await editor.settled(uri);
  assert.deepEqual(editor.diagnostics(uri), []);
  assert.match((await editor.lenses(uri)).join("\n"), /^3 .*1 file/m);
  assert.equal(await editor.stop(), 0);
});

test("what is missing in a guessed folder is a warning, and another folder can be chosen", async (t) => {
  const folder = temporaryFolder(t, {
    "apps/api/Dockerfile": "FROM alpine\nCOPY a b ./\n",
    "apps/api/a": "a\n",
    b: "b\n",
  });
  const editor = await startEditor({ workspaceFolders: [folder] });
  const uri = uriOf(path.join(folder, "apps/api/Dockerfile"));
  await editor.open(uri, "FROM alpine\nCOPY a b ./\n");
  const diagnostic = await eventually("the warning", () => editor.diagnostics(uri)[0] ?? null);
  assert.equal(diagnostic.severity, 2);
  assert.match(String(diagnostic.message), /^"b" is not in the folder .*api, which was guessed/);
  const actions = await editor.connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri },
    range: diagnostic.range,
    context: { diagnostics: [diagnostic] },
  });
  const [, root] = actions ?? [];
  assert.deepEqual(
    actions?.map(({ title }) => title),
    ["Use apps as build context", `Use ${path.basename(folder)} as build context`],
  );
  assert.ok(root !== undefined && typeof root.command === "object");
  assert.equal(root.command.command, useBuildCommand);
  const build = String(root.command.arguments?.[1]);
  const choice = { uri, build, target: null, buildArgs: {} };
  await editor.connection.sendNotification(notifications.buildChoice, choice);
  const now = await eventually("the other folder", () => {
    const found = editor.diagnostics(uri);
    return found[0]?.severity === 1 ? found : null;
  });
  assert.match(String(now[0]?.message), /^"a" is not in the build context/);
  assert.equal(await editor.stop(), 0);
});

test("a file that is made moves the guess", async (t) => {
  const folder = temporaryFolder(t, { "api/Dockerfile": "FROM alpine\nCOPY lib/a ./\n" });
  const editor = await startEditor({ workspaceFolders: [folder] });
  const uri = uriOf(path.join(folder, "api/Dockerfile"));
  await editor.open(uri, "FROM alpine\nCOPY lib/a ./\n");
  await eventually("the warning", () => editor.diagnostics(uri)[0] ?? null);
  mkdirSync(path.join(folder, "lib"));
  writeFileSync(path.join(folder, "lib/a"), "a\n");
  await editor.filesChanged(path.join(folder, "lib/a"));
  await eventually("no warning", () => (editor.diagnostics(uri).length === 0 ? true : null));
  assert.equal(await editor.stop(), 0);
});

test("a Compose file says how a Dockerfile is built, and an edit of it is followed", async (t) => {
  const compose = (target: string) =>
    `services:\n  api:\n    build: { context: ., dockerfile: docker/api.Dockerfile, target: ${target} }\n`;
  const dockerfile = "FROM alpine AS one\nCOPY a.txt /\nFROM alpine AS two\nCOPY b.txt /\n";
  const folder = temporaryFolder(t, {
    "docker/api.Dockerfile": dockerfile,
    "docker/b.txt": "b\n",
    "a.txt": "a\n",
    "compose.yaml": compose("one"),
  });
  const editor = await startEditor({ workspaceFolders: [folder] });
  const uri = uriOf(path.join(folder, "docker/api.Dockerfile"));
  await editor.open(uri, dockerfile);
  await editor.settled(uri);
  // What the chosen target does not need fails nothing, but what is not there is an error: nobody guessed.
  const errors = () =>
    editor.diagnostics(uri).map(({ severity, range }) => [severity, range.start.line]);
  await eventually("the target", async () =>
    /^3 Not needed for stage one$/m.test((await editor.lenses(uri)).join("\n")) ? true : null,
  );
  writeFileSync(path.join(folder, "b.txt"), "b\n");
  writeFileSync(path.join(folder, "compose.yaml"), compose("two"));
  await editor.filesChanged(path.join(folder, "b.txt"), path.join(folder, "compose.yaml"));
  await eventually("the other target", async () =>
    /^4 .*1 file/m.test((await editor.lenses(uri)).join("\n")) ? true : null,
  );
  assert.deepEqual(errors(), []);
  assert.equal(await editor.stop(), 0);
});

test("the picker lists the builds of a Dockerfile, and what is chosen there is taken", async (t) => {
  const dockerfile = "FROM alpine AS one\nRUN a\nFROM alpine AS two\nRUN b\n";
  const folder = temporaryFolder(t, {
    "api/Dockerfile": dockerfile,
    "compose.yaml":
      "services:\n  first: { build: { context: ./api, target: one } }\n  second: { build: ./api }\n",
  });
  const editor = await startEditor({ workspaceFolders: [folder] });
  const uri = uriOf(path.join(folder, "api/Dockerfile"));
  await editor.open(uri, dockerfile);
  await editor.settled(uri);
  const rows = () =>
    editor.connection.sendRequest<readonly DefinitionRow[]>(requests.definitions, { uri });
  const chosen = async () => (await rows()).find(({ isChosen }) => isChosen)?.id;
  assert.equal(await chosen(), "compose:first");
  const named = async () => (await editor.lenses(uri)).filter((lens) => lens.includes("Build:"));
  const stack = await editor.connection.sendRequest<LayerStack | null>(requests.layerStack, {
    uri,
  });
  assert.deepEqual(await named(), ["1 Build: first (compose.yaml:2), 1 other build"]);
  assert.match(String(stack?.message), /^Build: first \(compose\.yaml:2\), 1 other build\. /);
  assert.deepEqual(
    (await rows()).map(({ id, place }) => [id.replace(folder, "…"), place?.line ?? null]),
    [
      ["compose:first", 2],
      ["compose:second", 3],
      ["chosen:…/api", null],
      ["chosen:…", null],
    ],
  );
  const choice = { uri, build: "compose:second", target: null, buildArgs: {} };
  await editor.connection.sendNotification(notifications.buildChoice, choice);
  assert.equal(await chosen(), "compose:second");
  assert.deepEqual(await named(), ["1 Build: second (compose.yaml:3), 1 other build"]);
  const folderChoice = { ...choice, build: `chosen:${folder}` };
  await editor.connection.sendNotification(notifications.buildChoice, folderChoice);
  assert.deepEqual(await named(), ["1 Build: in ., as chosen, 2 other builds"]);
  assert.equal(await editor.stop(), 0);
});

test("what git ignores is no error while it is missing, until git does not ignore it any more", async (t) => {
  const dockerfile = "FROM alpine\nCOPY dist /srv\n";
  const folder = temporaryFolder(t, { Dockerfile: dockerfile, ".gitignore": "dist\n" });
  execFileSync("git", ["init", "--quiet"], { cwd: folder, env: gitEnvironment(folder) });
  const editor = await startEditor({ workspaceFolders: [folder] });
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, dockerfile);
  await editor.settled(uri);
  const shown = () => editor.diagnostics(uri).map(({ severity, code }) => `${severity} ${code}`);
  await eventually("the information", () =>
    String(shown()) === "3 source-made-before" ? true : null,
  );
  assert.doesNotMatch((await editor.lenses(uri)).join("\n"), /0 files|fails/);
  writeFileSync(path.join(folder, ".gitignore"), "");
  await editor.filesChanged(path.join(folder, ".gitignore"));
  await eventually("the warning", () => (String(shown()) === "2 source-not-found" ? true : null));
  assert.equal(await editor.stop(), 0);
});

test("the text of a Dockerfile that another one stands on counts as it is on the screen", async (t) => {
  const base = "FROM alpine\nCOPY libs /libs\nRUN build\n";
  const web = "FROM me/base\nRUN make\n";
  const folder = temporaryFolder(t, {
    "base/Dockerfile": base,
    "base/libs/a.ts": "1\n",
    "web/Dockerfile": web,
    "compose.yaml": "services:\n  base: { image: me/base, build: base }\n  web: { build: web }\n",
  });
  const editor = await startEditor({ workspaceFolders: [folder] });
  const [uri, baseUri] = ["web", "base"].map((name) =>
    uriOf(path.join(folder, name, "Dockerfile")),
  );
  assert.ok(uri !== undefined && baseUri !== undefined);
  await editor.open(uri, web);
  await editor.open(baseUri, base);
  await editor.settled(uri);
  await editor.connection.sendRequest(requests.simulateBuild, { uri });
  const lens = async (start: string) =>
    (await editor.lenses(uri)).find((one) => one.startsWith(start)) ?? "";
  await eventually("cached", async () =>
    /^2 (?:Cached|Built|Rebuilt)/.test(await lens("2 ")) ? true : null,
  );
  await editor.change(baseUri, { text: base.replace("RUN build", "RUN build --all") });
  const typed = await eventually("what was typed", async () => {
    const now = await lens("2 ");
    return now.startsWith("2 May rebuild") ? now : null;
  });
  assert.match(typed, /^2 May rebuild, because base rebuilds: instruction changed/);
  assert.match(
    (await editor.lenses(uri)).join("\n"),
    /^1 Base rebuilds: instruction changed · Base image me\/base, built by compose:base/,
  );
  await editor.change(baseUri, { text: base });
  await eventually("cached again", async () =>
    (await lens("2 ")).startsWith("2 May") ? null : true,
  );
  writeFileSync(path.join(folder, "base/libs/a.ts"), "2\n");
  await editor.filesChanged(path.join(folder, "base/libs/a.ts"));
  await eventually("the file", async () =>
    (await lens("2 ")).startsWith("2 May rebuild, because base rebuilds: libs/a.ts changed")
      ? true
      : null,
  );
  const hover = await editor.connection.sendRequest(HoverRequest.type, {
    textDocument: { uri },
    position: { line: 0, character: 2 },
  });
  const shown = JSON.stringify(hover);
  assert.match(shown, /Base rebuilds: libs\/a\.ts changed/);
  assert.match(shown, /\*\*Built by:\*\* `compose:base`/);
  const stack = await editor.connection.sendRequest<LayerStack | null>(requests.layerStack, {
    uri,
  });
  assert.match(
    JSON.stringify(stack),
    /Base image me\/base.*rebuilds: libs\/a\.ts changed · layer 0.*built by compose:base/,
  );
  // The layers that the other build makes, and what it stands on.
  const rows = (stack?.roots ?? []).find(({ kind }) => kind === "base")?.children;
  assert.ok(Array.isArray(rows));
  assert.deepEqual(
    (rows as readonly LayerNode[]).map(({ label, description }) => [label, description]), // as was asserted
    [
      ["2  RUN build", "rebuilds"],
      ["1  COPY libs /libs", "rebuilds · 2 B"],
      ["Base image alpine", "layer 0"],
    ],
  );
  assert.equal(await editor.stop(), 0);
});

test("a Compose and a Bake file tell which builds they define, open or not", async (t) => {
  const folder = temporaryFolder(t, {
    "api/Dockerfile": "FROM alpine AS dev\nFROM alpine\n",
    "compose.yaml":
      "services:\n  api:\n    build: {context: api, target: dev}\n  own:\n    build: {context: ., dockerfile_inline: FROM alpine}\n  db:\n    image: postgres\n",
    "docker-bake.hcl": 'target "image" {\n  context = "api"\n}\n',
  });
  const editor = await startEditor({ workspaceFolders: [folder] });
  const definedIn = (file: string) =>
    editor.connection.sendRequest<readonly DefinedBuild[]>(requests.definedIn, {
      uri: uriOf(path.join(folder, file)),
    });
  const dockerfile = uriOf(path.join(folder, "api/Dockerfile"));
  assert.deepEqual(await definedIn("compose.yaml"), [
    {
      id: "compose:api",
      label: "api",
      description: "compose.yaml:2 · in api · target dev",
      dockerfile,
      line: 2,
    },
    {
      id: "compose:own",
      label: "own",
      description: "compose.yaml:4 · in .",
      dockerfile: null,
      line: 4,
    },
  ]);
  const [image, ...others] = await definedIn("docker-bake.hcl");
  assert.deepEqual([image?.id, image?.dockerfile, others], ["bake:image", dockerfile, []]);
  assert.deepEqual(await definedIn("api/Dockerfile"), []);

  // What is edited meanwhile counts: while no Dockerfile is open, and while one is.
  const edit = async (text: string): Promise<void> => {
    writeFileSync(path.join(folder, "docker-bake.hcl"), text);
    await editor.connection.sendNotification("workspace/didChangeWatchedFiles", {
      changes: [{ uri: uriOf(path.join(folder, "docker-bake.hcl")), type: 2 }],
    });
  };
  const ids = async () => (await definedIn("docker-bake.hcl")).map(({ id }) => id);
  await edit('target "other" {\n  context = "api"\n}\n');
  assert.deepEqual(await ids(), ["bake:other"]);
  await editor.open(dockerfile, "FROM alpine\n");
  await editor.settled(dockerfile);
  await edit('target "third" {\n  context = "api"\n}\n');
  await eventually("the target that was renamed", async () =>
    (await ids()).join() === "bake:third" ? true : null,
  );
  assert.equal(await editor.stop(), 0);
});

test("a Dockerfile whose context no checkout holds opens without errors, and says so", async (t) => {
  const release = "dockers:\n  - dockerfile: build/Dockerfile\n";
  const dockerfiles = {
    "build/Dockerfile": "FROM scratch\nCOPY tool /\nENV A=1\n",
    "docker/Dockerfile": `FROM scratch\nARG NAME\nCOPY \${NAME}.jar /\n`,
  };
  const folder = temporaryFolder(t, { ...dockerfiles, ".goreleaser.yml": release, a: "a\n" });
  const editor = await startEditor({ workspaceFolders: [folder] });
  t.after(() => editor.process.kill());
  for (const [name, words] of [
    ["build/Dockerfile", /it is made before the build: no checkout holds it/],
    ["docker/Dockerfile", /who builds says what is taken, by arguments that have no value/],
  ] as const) {
    const uri = uriOf(path.join(folder, name));
    await editor.open(uri, dockerfiles[name]);
    await editor.settled(uri);
    assert.deepEqual(editor.diagnostics(uri), [], name);
    const stack = await editor.connection.sendRequest<LayerStack>(requests.layerStack, { uri });
    assert.match(JSON.stringify(stack.roots), words);
  }
  assert.equal(await editor.stop(), 0);
});

test("what docker run does is told of the image by the name that its build gives it", async (t) => {
  const folder = temporaryFolder(t, {
    "compose.yaml": "services:\n  web:\n    build: .\n    image: shop/web:2\n",
    Dockerfile: "FROM alpine\nCMD serve\n",
  });
  const editor = await startEditor({ workspaceFolders: [folder] });
  const uri = uriOf(path.join(folder, "Dockerfile"));
  await editor.open(uri, "FROM alpine\nCMD serve\n");
  await editor.settled(uri);
  const asked = { uri, kind: "run", format: "markdown" };
  await eventually("the name of the image", async () => {
    const run = await editor.connection.sendRequest<string>(requests.document, asked);
    return /docker run --rm shop\/web:2`/.test(run) && /with -t shop\/web:2/.test(run);
  });
  assert.equal(await editor.stop(), 0);
});
