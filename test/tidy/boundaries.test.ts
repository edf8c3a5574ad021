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
  assert.deepEqual(upward, []);
});

test("no file imports itself over others, types included", () => {
  const files = sources("server/src", "client/src");
  assert.deepEqual(circles(new Map(files.map((file) => [file, importsOf(file)]))), []);
});

test("no feature borrows from another", () => {
  const borrowed = sources("server/src/core/features").flatMap((file) =>
    importsOf(file)
      .filter((target) => target.startsWith("server/src/core/features/"))
      .map((target) => `${file} → ${target}`),
  );
  assert.deepEqual(borrowed, []);
});

/** The protocol, and how text leaves. */
const shared = ["server/src/core/text/surfaces.ts", "server/src/protocol.ts"];

test("what both sides share imports nothing", () => {
  for (const file of shared) assert.deepEqual(importsOf(file), [], file);
});

test("the client knows of the server nothing but what both sides share", () => {
  assertImports("client/src", (target) => !target.startsWith("server/") || shared.includes(target));
});

test("only the client knows VS Code", () => {
  assertImports("server/src", (target) => target !== "vscode" && !target.startsWith("client/"));
});

test("only the wiring, the handlers and convert know the language server protocol", () => {
  const allowed = /^server\/src\/((main|server|stdio)\.ts|handlers\/|convert\/)/;
  const offenders = sources("server/src").filter(
    (file) => !allowed.test(file) && importsOf(file).some((target) => target.startsWith("vscode-")),
  );
  assert.deepEqual(offenders, []);
});

test("the host's adapters know neither the server nor the command line", () => {
  assertImports(
    "server/src/host",
    (target) => !/^server\/src\/(handlers|convert|cli|workspace|server)\b/.test(target),
  );
});

test("the shipped client contains no code of the server", () => {
  const server = bundled("client").filter((file) => file.startsWith("server/"));
  assert.deepEqual(server, shared);
});

test("the shipped command line contains no code of the editor or the protocol", () => {
  const foreign = loaded("cli").filter((file) => /^client\/|\/vscode-/.test(file));
  assert.deepEqual(foreign, []);
});

test("the readers of definition files are loaded where there are such files, and not before", () => {
  const [first] = ["server", "cli"].map((program) =>
    loaded(program).filter((file) => /\/yaml\/|\/definitionBuilds\.ts$/.test(file)),
  );
  assert.deepEqual(first, []);
});

test("nothing that is shipped loads a package at run time, except the editor itself", () => {
  for (const [name, expected] of [
    ["client", ["vscode"]],
    ["node", []],
  ] as const) {
    const external = Object.values(metafile(name).outputs).flatMap((output) =>
      output.imports.filter((entry) => entry.external === true).map((entry) => entry.path),
    );
    const packages = new Set(external.filter((target) => !isBuiltin(target)));
    assert.deepEqual([...packages], expected, name);
  }
});

/** The rooms from the bottom up; a room may import those before it. */
const rooms = [
  "host.ts",
  "text",
  "records",
  "build",
  "image",
  "syntax",
  "context",
  "instructions",
  "graph",
  "files",
  "cache",
  "world",
  "analysis",
  "definitions",
  "words",
  "insight",
  "history",
  "advice",
  "picture",
  "documents",
  "features",
];

interface Metafile {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<
    Record<
      string,
      {
        readonly inputs: Readonly<Record<string, unknown>>;
        readonly imports: readonly {
          readonly path: string;
          readonly kind: string;
          readonly external?: boolean;
        }[];
      }
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

/** A room that the list lacks is above all others, so that it has to be given its place. */
function rank(file: string): number {
  const name = /^server\/src\/core\/([^/]+)/.exec(file)?.[1] ?? "";
  const found = rooms.indexOf(name);
  return found < 0 ? rooms.length : found;
}

/** The sets of two files or more that reach each other, each as one line. */
function circles(imports: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found: string[] = [];
  const order = new Map<string, number>();
  const open: string[] = [];
  const visit = (file: string): number => {
    const own = order.size;
    order.set(file, own);
    open.push(file);
    let low = own;
    for (const target of imports.get(file) ?? []) {
      if (!imports.has(target)) continue;
      if (!order.has(target)) low = Math.min(low, visit(target));
      else if (open.includes(target)) low = Math.min(low, order.get(target) ?? own);
    }
    if (low === own) {
      const members = open.splice(open.indexOf(file));
      if (members.length > 1) found.push(members.sort().join(" ↔ "));
    }
    return low;
  };
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return found;
}

function bundled(program: string): readonly string[] {
  return Object.keys(metafile(program).inputs).sort();
}

/** The sources of all that is loaded when a program of Node.js starts. */
function loaded(program: string): readonly string[] {
  const { outputs } = metafile("node");
  const files = new Set([`dist/${program}.mjs`]);
  for (const file of files) {
    for (const { path, kind } of outputs[file]?.imports ?? []) {
      if (kind === "import-statement" && path in outputs) files.add(path);
    }
  }
  const sources = [...files].flatMap((file) => Object.keys(outputs[file]?.inputs ?? {})).sort();
  assert.ok(sources.length > 100, `${program} has sources`);
  return sources;
}

function metafile(program: string): Metafile {
  // Written by esbuild, see esbuild.mjs.
  return JSON.parse(readFileSync(inCache("build", `${program}.meta.json`), "utf8")) as Metafile;
}
