/** Which part may know which: in the sources, types included, and in what is shipped. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { test } from "node:test";
import { importsOf, sources } from "../support/projectFiles.js";
import { inCache } from "../support/repository.js";

test("the core imports nothing but itself", () => {
  assertImports("server/src/core", (target) => target.startsWith("server/src/core/"));
});

test("the arrows inside the core point one way", () => {
  const upward = sources("server/src/core").flatMap((file) =>
    importsOf(file)
      .filter((target) => rank(target) > rank(file))
      .map((target) => `${file} → ${target}`),
  );
  assert.deepEqual(upward, knownUpward);
});

test("protocol.ts, which both sides share, imports nothing", () => {
  assert.deepEqual(importsOf("server/src/protocol.ts"), []);
});

test("the client knows of the server nothing but the protocol", () => {
  assertImports(
    "client/src",
    (target) => !target.startsWith("server/") || target === "server/src/protocol.ts",
  );
});

test("only the client knows VS Code", () => {
  assertImports("server/src", (target) => target !== "vscode" && !target.startsWith("client/"));
});

test("only the wiring, the handlers and convert know the language server protocol", () => {
  const allowed = /^server\/src\/((main|server|documents|contextWatches)\.ts|handlers\/|convert\/)/;
  const offenders = sources("server/src").filter(
    (file) => !allowed.test(file) && importsOf(file).some((target) => target.startsWith("vscode-")),
  );
  assert.deepEqual(offenders, []);
});

test("the host's adapters know neither the server nor the command line", () => {
  assertImports(
    "server/src/host",
    (target) => !/^server\/src\/(handlers|convert|cli|server|session)\b/.test(target),
  );
});

test("the shipped client contains no code of the server", () => {
  const server = bundled("client").filter((file) => file.startsWith("server/"));
  assert.deepEqual(server, ["server/src/protocol.ts"]);
});

test("the shipped command line contains no code of the editor or the protocol", () => {
  const foreign = bundled("cli").filter((file) => /^client\/|\/vscode-/.test(file));
  assert.deepEqual(foreign, []);
});

test("nothing that is shipped loads a package at run time, except the editor itself", () => {
  for (const [name, expected] of [
    ["client", ["vscode"]],
    ["server", []],
    ["cli", []],
  ] as const) {
    const external = Object.values(metafile(name).inputs).flatMap((input) =>
      input.imports.filter((entry) => entry.external === true).map((entry) => entry.path),
    );
    const packages = new Set(external.filter((target) => !isBuiltin(target)));
    assert.deepEqual([...packages], expected, name);
  }
});

/** From the bottom up; a folder may import those before it. */
const layers = [
  "host.ts",
  "text",
  "syntax",
  "context",
  "image",
  "instructions",
  "graph",
  "cache",
  "analysis",
  "features",
  "index.ts",
];

/** Two small files that others build on, which stand beside what they belong to. */
const knownUpward = [
  "server/src/core/graph/layers.ts → server/src/core/graph/graph.ts",
  "server/src/core/instructions/scope.ts → server/src/core/instructions/environment.ts",
];

interface Metafile {
  readonly inputs: Readonly<
    Record<
      string,
      { readonly imports: readonly { readonly path: string; readonly external?: boolean }[] }
    >
  >;
}

function assertImports(folder: string, allowed: (target: string) => boolean): void {
  const files = sources(folder);
  assert.ok(files.length > 5, `${folder} has sources`);
  const offenders = files.flatMap((file) =>
    importsOf(file)
      .filter((target) => !allowed(target))
      .map((target) => `${file} → ${target}`),
  );
  assert.deepEqual(offenders, []);
}

/** A folder that the list lacks is above all others, so that it has to be given its place. */
function rank(file: string): number {
  const name = /^server\/src\/core\/([^/]+)/.exec(file)?.[1] ?? "";
  const found = layers.indexOf(name);
  return found < 0 ? layers.length : found;
}

function bundled(program: string): readonly string[] {
  return Object.keys(metafile(program).inputs).sort();
}

function metafile(program: string): Metafile {
  // Written by esbuild, see esbuild.mjs.
  return JSON.parse(readFileSync(inCache("build", `${program}.meta.json`), "utf8")) as Metafile;
}
